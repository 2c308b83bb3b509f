from dataclasses import replace
from fractions import Fraction

import pytest

from scheduling.plan import OrderResult, Status
from tests.matching.workshop import a_lot, a_machine, a_mode, a_problem, an_order
from tests.scheduling.check.court import a_delivery, a_plan, broken, verdict


def restated(problem, **result):
    plan = a_plan(problem)
    return broken(problem, replace(plan, orders=(replace(plan.orders[0], **result),)))


def test_what_an_order_gets_is_stated_truly():
    problem = a_problem(orders=[an_order(unmet_cents_per_1000_units=0)])
    plan = a_plan(problem, lots=[a_lot(end=12, quantity=12)], deliveries=[a_delivery(depart=14, quantity=9)])
    assert plan.orders == (OrderResult(id="O", delivered=9, unmet=1, surplus=3, completed_min=14),)
    assert broken(problem, plan) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("delivered", 9), ("unmet", 1), ("surplus", 1), ("completed_min", 11), ("completed_min", None)],
)
def test_a_false_statement_about_an_order_is_refused(field, value):
    assert restated(a_problem(), **{field: value}) == [f"R11 orders[0].{field}"]


def test_an_order_without_deliveries_has_no_completion():
    problem = a_problem(orders=[an_order(unmet_cents_per_1000_units=0)])
    plan = a_plan(problem, deliveries=[])
    assert plan.orders[0].completed_min is None
    assert broken(problem, plan) == []
    claimed = replace(plan, orders=(replace(plan.orders[0], completed_min=10),))
    assert broken(problem, claimed) == ["R11 orders[0].completed_min"]


def test_the_plan_speaks_of_every_order_and_of_no_other():
    problem = a_problem()
    plan = a_plan(problem)
    assert broken(problem, replace(plan, orders=())) == ["R11 orders"]
    stranger = replace(plan.orders[0], id="nobody")
    assert broken(problem, replace(plan, orders=(*plan.orders, stranger))) == ["R11 orders[1].id"]


def test_the_objective_finish_is_the_last_arrival_of_all_orders():
    problem = a_problem(orders=[an_order("O"), an_order("P")], objective="finish")
    lots = [a_lot("A"), a_lot("B", order="P", start=10, end=20)]
    plan = a_plan(problem, lots=lots, deliveries=[a_delivery(depart=33), a_delivery(order="P", depart=20)])
    assert broken(problem, replace(plan, objective=33)) == []
    assert broken(problem, replace(plan, objective=32)) == ["R11 objective"]


def test_a_plan_states_its_numbers():
    problem = a_problem()
    assert verdict(problem, objective=None) == ["R11 objective"]
    assert verdict(problem, cost_cents=None) == ["R11 cost_cents"]


THIRDS = a_problem(machines=[a_machine(modes=[a_mode(cents_per_h=1_000_000)])])  # 166666.67, so 166667


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        (0, []),
        (166_666, []),
        (Fraction(500_000, 3), []),
        (166_666.5, []),
        (166_667, ["R11 bound"]),
        (166_666.7, ["R11 bound"]),
    ],
)
def test_no_bound_is_above_the_exact_objective(bound, expected):
    assert verdict(THIRDS, bound=bound) == expected


def test_the_gap_is_that_between_objective_and_bound():
    problem = a_problem()  # costs 1000
    assert verdict(problem, bound=975, gap_pct=2.5) == []
    assert verdict(problem, bound=975, gap_pct=2.4) == ["R11 gap_pct"]
    assert verdict(problem, bound=975, gap_pct=None) == ["R11 gap_pct"]
    assert verdict(problem, bound=None, gap_pct=None) == []
    assert verdict(problem, bound=None, gap_pct=0.0) == ["R11 gap_pct"]


def test_the_gap_of_nothing_is_0():
    free = a_problem(machines=[a_machine(modes=[a_mode(cents_per_h=0)])])
    assert verdict(free, bound=-5, gap_pct=0.0) == []
    assert verdict(free, bound=-5, gap_pct=1.0) == ["R11 gap_pct"]


def test_the_gap_is_never_below_0():
    third = a_problem(machines=[a_machine(modes=[a_mode(cents_per_h=2)])])  # 0.33, so 0
    half = a_problem(machines=[a_machine(modes=[a_mode(cents_per_h=8)])])  # 1.33, so 1
    assert verdict(third, bound=Fraction(1, 3), gap_pct=0.0) == []
    assert verdict(half, bound=Fraction(4, 3), gap_pct=0.0) == []


def test_optimal_needs_a_bound_less_than_1_below():
    problem = a_problem()
    assert verdict(problem, status=Status.OPTIMAL, bound=999.5) == []
    assert verdict(problem, status=Status.OPTIMAL, bound=999) == ["R11 status"]
    assert verdict(problem, status=Status.OPTIMAL, bound=None) == ["R11 status"]
    assert verdict(problem, status=Status.FEASIBLE, bound=1000) == []


@pytest.mark.parametrize("status", [Status.INFEASIBLE, Status.UNKNOWN])
def test_a_plan_with_lots_is_neither_infeasible_nor_unknown(status):
    assert verdict(a_problem(), status=status) == ["R11 status"]
