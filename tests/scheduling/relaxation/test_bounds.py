import pytest

from matching.problem import Objective
from scheduling.dispatch.shop import Shop
from scheduling.relaxation.solve import Effort, Relaxation
from tests.matching.workshop import (
    a_lot,
    a_machine,
    a_mode,
    a_problem,
    a_product,
    a_site,
    a_transport,
    an_enterprise,
    an_operation,
    an_order,
)
from tests.scheduling.brute_force import a_tiny_problem, best_objective
from tests.scheduling.rule_pairs import PAIRS

EFFORT = Effort(seconds=20.0, tree_seconds=20.0, nodes=200)


def relaxation(problem):
    return Relaxation(Shop(problem))


def finish_bound(problem):
    return relaxation(problem).least_finish(at_most=problem.horizon_min, effort=EFFORT, is_over=lambda: False)


def cost_bound(problem, *, whole_firms=True):
    found = relaxation(problem).least_cost(effort=EFFORT, whole_firms=whole_firms)
    return None if found is None else float(found.bound)


@pytest.mark.parametrize("whole_firms", [False, True])
def test_no_plan_of_a_tiny_problem_costs_less_than_the_bound(whole_firms):
    num_bounds = 0
    for seed in range(24):
        problem = a_tiny_problem(seed, objective=Objective.COST)
        best = best_objective(problem)
        if best is not None:
            num_bounds += 1
            assert cost_bound(problem, whole_firms=whole_firms) <= best + 1e-6, seed
    assert num_bounds > 12


def test_no_plan_of_a_tiny_problem_ends_before_the_bound():
    num_bounds = 0
    for seed in range(24):
        problem = a_tiny_problem(seed, objective=Objective.FINISH)
        best = best_objective(problem)
        if best is not None:
            num_bounds += 1
            assert finish_bound(problem) <= best, seed
    assert num_bounds > 12


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.__name__)
def test_what_a_rule_allows_is_never_shown_to_be_impossible(pair):
    relaxed = relaxation(pair(True))
    for another_solver in (False, True):
        missing = relaxed.least_missing(until=None, effort=EFFORT, another_solver=another_solver)
        assert missing <= relaxed.tolerance


def test_pieces_beyond_all_capacity_are_shown_to_be_missing():
    machine = a_machine(windows=[(0, 60), (100, 130)])
    problem = a_problem(machines=[machine], orders=[an_order(quantity=100)], horizon_min=200)
    assert relaxation(problem).least_missing(until=None, effort=EFFORT) == pytest.approx(10)


def test_pieces_that_may_be_left_out_are_not_called_missing():
    machine = a_machine(windows=[(0, 60)])
    order = an_order(quantity=100, unmet_cents_per_1000_units=5)
    problem = a_problem(machines=[machine], orders=[order], horizon_min=200)
    assert relaxation(problem).least_missing(until=None, effort=EFFORT) == 0


def test_the_finish_bound_is_what_capacity_and_the_way_allow():
    machines = [a_machine("M", windows=[(0, 400)]), a_machine("N", windows=[(50, 400)])]
    problem = a_problem(
        machines=machines, orders=[an_order(quantity=150)], horizon_min=400, objective=Objective.FINISH
    )
    assert finish_bound(problem) == 100


def test_each_window_in_which_a_machine_works_costs_a_set_up():
    machine = a_machine(modes=[a_mode(setup_min=10)], windows=[(0, 60), (100, 160)])
    problem = a_problem(machines=[machine], orders=[an_order(quantity=100)], horizon_min=200)
    assert cost_bound(problem) == pytest.approx(12_000, rel=1e-6)


def test_a_set_up_and_a_firm_are_paid_whole_however_little_is_made():
    problem = a_problem(
        enterprises=[an_enterprise(fixed_cents_per_order=700, fixed_cents=40)],
        machines=[a_machine(modes=[a_mode(setup_min=10)])],
        orders=[an_order(quantity=1)],
    )
    assert cost_bound(problem) == pytest.approx(1_840, rel=1e-6)


def test_a_trip_is_paid_whole_however_little_is_sent():
    problem = a_problem(
        enterprises=[an_enterprise(), an_enterprise("F")],
        sites=[a_site(), a_site("T", enterprise="F", lat=31.0)],
        machines=[a_machine(site="T")],
        transport=a_transport(cents_per_trip=900, trip_units=1000),
        orders=[an_order(quantity=5)],
    )
    assert cost_bound(problem) == pytest.approx(1_400, rel=1e-6)


def test_more_cannot_be_on_time_than_is_made_on_time():
    order = an_order(quantity=100, due_min=60, tardiness_cents_per_1000_unit_day=1_440_000)
    problem = a_problem(
        machines=[a_machine(windows=[(0, 60), (1500, 1600)])], orders=[order], horizon_min=1600
    )
    best = 10_000 + sum(1440 + piece for piece in range(1, 41))  # every late piece a lot of its own
    assert 0.999 * (10_000 + 40 * 1440) <= cost_bound(problem) <= best


def test_what_a_fixed_lot_consumes_has_to_be_made_of_something_too():
    """The fixed lot takes one whole half for half a piece, and that half takes a whole blank."""
    names = ("blank", "half", "whole")
    steps = [
        an_operation("blank"),
        an_operation("half", needs=["blank"]),
        an_operation("whole", needs=[("half", 1, 2)]),
    ]
    problem = a_problem(
        enterprises=[an_enterprise(), an_enterprise("F", fixed_cents_per_order=50_000)],
        sites=[a_site(), a_site("T", enterprise="F")],
        products=[a_product(operations=steps)],
        machines=[
            a_machine(modes=[a_mode(name) for name in names]),
            a_machine("N", site="T", modes=[a_mode(name) for name in names]),
        ],
        orders=[an_order(quantity=1, max_enterprises=1)],
        fixed_lots=[a_lot(operation="whole", start=100, end=101, quantity=1)],
    )
    relaxed = relaxation(problem)
    assert relaxed.least_missing(until=None, effort=EFFORT) <= relaxed.tolerance
    assert cost_bound(problem) == pytest.approx(300, rel=1e-6)


def test_work_that_takes_no_time_may_be_done_in_the_last_minute():
    problem = a_problem(
        machines=[a_machine(modes=[a_mode(run_min=0)], windows=[(0, 400)])], now_min=30, objective="finish"
    )
    assert finish_bound(problem) == 30
