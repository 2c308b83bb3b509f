"""The bound of the flow is attacked: no plan of any problem may finish before it."""

from random import Random

import pytest

from matching.problem import Objective
from scheduling.check import check
from scheduling.flow.engine import FlowEngine
from scheduling.options import SolveOptions
from scheduling.plan import Status
from scheduling.solve import solve
from tests.scheduling.brute_force import a_tiny_problem, best_objective
from tests.scheduling.crooked import a_crooked_problem

NUM_TINY = 200
WORK = 3
ONCE = pytest.mark.xdist_group("tiny-problems")  # one worker solves them


def solved_by_flow(problem, *, work=WORK, seed=1):
    options = SolveOptions(time_limit_s=60, seed=seed, work=work)
    return FlowEngine().solve(problem, options=options, progress=lambda _: None, stop=lambda: False)


def tiny_problems_of_one_order():
    """The first 200 seeds whose problem is one order that the flow honours."""
    found, seed = [], 0
    while len(found) < NUM_TINY:
        problem = a_tiny_problem(seed, objective=Objective.FINISH)
        if len(problem.orders) == 1 and not FlowEngine().unsupported(problem):
            found.append((seed, problem))
        seed += 1
    return found


@pytest.fixture(scope="module")
def tiny():
    return [(seed, p, solved_by_flow(p), best_objective(p)) for seed, p in tiny_problems_of_one_order()]


@ONCE
def test_no_bound_is_above_the_best_of_all_plans_of_200_problems(tiny):
    bounded = 0
    for seed, _, plan, best in tiny:
        if best is not None and plan.bound is not None:
            assert plan.bound <= best, seed
            bounded += 1
    assert bounded > NUM_TINY / 3


@ONCE
def test_what_can_be_made_is_never_called_infeasible(tiny):
    assert any(best is None for *_, best in tiny)
    for seed, _, plan, best in tiny:
        if best is not None:
            assert plan.status is not Status.INFEASIBLE, seed


@ONCE
def test_every_plan_of_a_tiny_problem_is_valid_once_evaluated(tiny):
    for seed, problem, _, _ in tiny[:20]:
        options = SolveOptions(time_limit_s=10, seed=1, work=WORK)
        plan = solve(problem, options=options, progress=lambda _: None, stop=lambda: False)
        if plan.lots:
            assert check(problem, plan) == [], seed


@pytest.mark.parametrize("seed", range(12))
def test_windows_and_leads_off_every_grid_keep_the_bound_below_every_plan(seed):
    """Plans of one setting against the bound of another: more work, another seed, the same truth."""
    problem = a_crooked_problem(Random(seed))
    plans = [
        solve(
            problem,
            options=SolveOptions(time_limit_s=20, seed=number, work=work),
            progress=lambda _: None,
            stop=lambda: False,
        )
        for number, work in ((1, 1), (2, 4))
    ]
    assert any(plan.lots for plan in plans)
    for plan in plans:
        assert plan.lots == () or check(problem, plan) == []
    best = min(plan.objective for plan in plans if plan.objective is not None)
    for plan in plans:
        assert plan.bound is None or plan.bound <= best
