import pytest

from scheduling.check import check
from scheduling.discrete import DiscreteEngine
from scheduling.options import SolveOptions
from scheduling.plan import Status
from tests.scheduling.brute_force import a_tiny_problem, best_objective

OPTIONS = SolveOptions(time_limit_s=60, seed=1, work=40)
A_CENT = 1 + 1e-6


@pytest.fixture(scope="module")
def solved():
    found = []
    for seed in range(36):
        problem = a_tiny_problem(seed)
        plan = DiscreteEngine().solve(problem, options=OPTIONS, progress=lambda _: None, stop=lambda: False)
        found.append((seed, problem, plan, best_objective(problem)))
    return found


def test_every_plan_is_valid(solved):
    for seed, problem, plan, _ in solved:
        if plan.lots:
            assert check(problem, plan) == [], seed


def test_no_bound_is_above_the_best_of_all_plans(solved):
    bounded = [(seed, plan, best) for seed, _, plan, best in solved if plan.bound is not None]
    assert len(bounded) > 20
    for seed, plan, best in bounded:
        assert float(plan.bound) <= best + 1e-6, seed


def test_the_best_of_all_plans_is_found(solved):
    for seed, _, plan, best in solved:
        if best is not None:
            assert plan.objective is not None, seed
            assert plan.objective - best < A_CENT, seed


def test_what_cannot_be_done_gets_no_plan_and_what_can_is_never_called_infeasible(solved):
    infeasible = [seed for seed, _, _, best in solved if best is None]
    assert infeasible
    for seed, _, plan, best in solved:
        if best is None:
            assert plan.status in (Status.INFEASIBLE, Status.UNKNOWN), seed
            assert plan.lots == ()
        else:
            assert plan.status in (Status.OPTIMAL, Status.FEASIBLE), seed


def test_most_is_proven(solved):
    proven = [plan for _, _, plan, _ in solved if plan.status in (Status.OPTIMAL, Status.INFEASIBLE)]
    assert len(proven) >= len(solved) / 2
