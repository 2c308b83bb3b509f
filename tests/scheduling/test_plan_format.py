import copy
import json
from dataclasses import replace
from fractions import Fraction

import pytest

from matching.problem import Lot
from scheduling.plan import (
    Cause,
    Delivery,
    OrderResult,
    Plan,
    Price,
    Relaxation,
    Status,
    Transfer,
    Why,
)
from scheduling.plan_format import PlanError, read_plan, write_plan, written_bound
from tests.matching.parse.documents import GONE, change

PLAN = Plan(
    status=Status.FEASIBLE,
    objective=6055,
    cost_cents=2_098_648,
    bound=5990.25,
    gap_pct=1.069,
    seconds=2.5,
    seed=7,
    interrupted=True,
    lots=(
        Lot(
            id="L", order="O", operation="cut", machine="M", start_min=-5, setup_min=5, end_min=90, quantity=9
        ),
    ),
    transfers=(
        Transfer(order="O", item="cut", from_site="A", to_site="B", depart_min=90, arrive_min=99, quantity=9),
        Transfer(material="steel", from_site="A", to_site="B", depart_min=0, arrive_min=9, quantity=4),
    ),
    deliveries=(
        Delivery(order="O", drop="gate", from_site="B", depart_min=99, arrive_min=120, quantity=8),
        Delivery(order="P", from_site="B", depart_min=99, arrive_min=120, quantity=1),
    ),
    orders=(
        OrderResult(
            id="O",
            delivered=8,
            unmet=2,
            surplus=1,
            completed_min=120,
            why=(Why(cause=Cause.CAPACITY, share_pct=62.5, ids=("M",)),),
        ),
        OrderResult(id="P", delivered=0, unmet=1, surplus=0, completed_min=None),
    ),
    prices=(
        Price(class_id="press", region="R", from_min=0, to_min=1440, cents=12.5),
        Price(material="steel", region="R", from_min=0, to_min=1440, cents=3),
        Price(resource="crew", region="R", from_min=0, to_min=1440, cents=0),
    ),
    notes={"made by": "hand"},
)
INFEASIBLE = Plan(
    status=Status.INFEASIBLE,
    objective=None,
    cost_cents=None,
    bound=None,
    gap_pct=None,
    seconds=1,
    seed=1,
    relaxations=(
        Relaxation(kind="horizon", id="horizon_min", from_value=100, to_value=250, text="give it time"),
        Relaxation(kind="certificate", id="O", from_value="MED", to_value=None, text="ask for less"),
    ),
    max_quantity=44,
)
UNKNOWN = replace(
    INFEASIBLE,
    status=Status.UNKNOWN,
    relaxations=(),
    max_quantity=None,
    unsupported=("orders[0].max_enterprises",),
)


@pytest.mark.parametrize("plan", [PLAN, INFEASIBLE, UNKNOWN], ids=lambda plan: plan.status.value)
def test_what_is_written_reads_back_as_the_same_plan(plan):
    assert read_plan(json.dumps(write_plan(plan), allow_nan=False)) == plan


@pytest.mark.parametrize(
    "bound", [0, 5, -3, Fraction(1, 3), Fraction(2, 3), Fraction(10**17 + 1, 10), Fraction(7), 4.5, 6.0]
)
def test_a_written_bound_is_never_above_the_proven_one(bound):
    written = written_bound(bound)
    assert type(written) in (int, float)
    assert Fraction(written) <= bound
    assert bound - Fraction(written) <= abs(bound) * Fraction(1, 2**51)


def refusal(*changes):
    document = copy.deepcopy(write_plan(PLAN))
    for path, value in changes:
        change(document, path, value)
    with pytest.raises(PlanError) as caught:
        read_plan(json.dumps(document))
    return caught.value


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("format", "plan/2", "plan:unknown-format"),
        ("status", "great", "plan:unknown-value"),
        ("objective", 6055.0, "plan:wrong-type"),
        ("objective", -1, "plan:out-of-range"),
        ("cost_cents", 2**53, "plan:out-of-range"),
        ("cost_cents", True, "plan:wrong-type"),
        ("bound", float("nan"), "plan:out-of-range"),
        ("bound", "5", "plan:out-of-range"),
        ("bound", 2**60, "plan:out-of-range"),
        ("gap_pct", -0.1, "plan:out-of-range"),
        ("seconds", float("inf"), "plan:out-of-range"),
        ("seconds", None, "plan:out-of-range"),
        ("seed", 1.5, "plan:wrong-type"),
        ("interrupted", 1, "plan:wrong-type"),
        ("unsupported", "orders", "plan:wrong-type"),
        ("lots", {}, "plan:wrong-type"),
        ("lots[0].quantity", 0, "plan:out-of-range"),
        ("lots[0].quantity", -9, "plan:out-of-range"),
        ("lots[0].quantity", 10**14, "plan:out-of-range"),
        ("lots[0].start_min", 2.5, "plan:wrong-type"),
        ("lots[0].machine", GONE, "plan:missing-field"),
        ("lots[0].colour", "red", "plan:unknown-field"),
        ("transfers[0].quantity", 0, "plan:out-of-range"),
        ("transfers[1].colour", "red", "plan:unknown-field"),
        ("transfers[0].material", "steel", "plan:item-or-material"),
        ("transfers[0].item", GONE, "plan:missing-field"),
        ("deliveries[0].quantity", 0, "plan:out-of-range"),
        ("deliveries[0].arrive_min", None, "plan:wrong-type"),
        ("orders[0].delivered", -1, "plan:out-of-range"),
        ("orders[0].why[0].cause", "luck", "plan:unknown-value"),
        ("orders[0].why[0].share_pct", 101, "plan:out-of-range"),
        ("prices[0].material", "steel", "plan:price-of-what"),
        ("prices[0].cents", float("nan"), "plan:out-of-range"),
        ("notes", [], "plan:wrong-type"),
        ("colour", "red", "plan:unknown-field"),
        ("seed", GONE, "plan:missing-field"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_with_its_path(path, value, code):
    found = refusal((path, value))
    assert found.code == code
    assert found.path == path or code in ("plan:item-or-material", "plan:price-of-what")


@pytest.mark.parametrize("name", ["lots", "orders"])
def test_ids_are_unique(name):
    twice = [write_plan(PLAN)[name][0]] * 2
    found = refusal((name, twice))
    assert (found.code, found.path) == ("plan:repeated-id", f"{name}[1].id")


def test_a_plan_of_nothing_reads():
    short = {"format": "plan/1", "status": "unknown", "seconds": 0, "seed": 1}
    plan = read_plan(json.dumps(short))
    assert (plan.objective, plan.bound, plan.lots, plan.orders) == (None, None, (), ())
