from dataclasses import replace

import pytest

from tests.matching.workshop import a_lot, a_machine, a_problem
from tests.scheduling.check.court import a_delivery, a_plan, broken, verdict


def test_fixed_lots_appear_unchanged():
    problem = a_problem(fixed_lots=[a_lot("F")])
    assert verdict(problem, lots=[a_lot("F")]) == []


def test_a_missing_fixed_lot_is_refused():
    problem = a_problem(fixed_lots=[a_lot("F")])
    assert verdict(problem, lots=[a_lot("other")]) == ["R9 lots"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("start_min", 1), ("setup_min", 1), ("end_min", 11), ("quantity", 9), ("machine", "N"), ("order", "P")],
)
def test_a_changed_fixed_lot_is_refused(field, value):
    problem = a_problem(machines=[a_machine("M"), a_machine("N")], fixed_lots=[a_lot("F")])
    plan = a_plan(problem, lots=[a_lot("F")])
    changed = replace(plan, lots=(replace(plan.lots[0], **{field: value}),))
    assert f"R9 lots[0].{field}" in broken(problem, changed)


def test_a_changed_fixed_lot_is_not_exempt_any_more():
    fixed = a_lot("F", end=77)
    problem = a_problem(fixed_lots=[fixed])
    assert verdict(problem, lots=[fixed], deliveries=[a_delivery(depart=90)]) == []
    moved = verdict(problem, lots=[replace(fixed, end_min=78)], deliveries=[a_delivery(depart=90)])
    assert moved == ["R3 lots[0]", "R9 lots[0].end_min"]
