"""A routing is a graph with one end and no circle."""

import pytest

from marketplace.common.errors import InvalidInput
from marketplace.orders.routing import NeedDraft, OperationDraft, check_routing, final_item


def operation(code, /, *needs, **more):
    wanted = tuple(NeedDraft(item=item) for item in needs)
    return OperationDraft(**{"code": code, "name": str(code), "process": "press", "needs": wanted} | more)


def refusal_of(*operations) -> InvalidInput:
    with pytest.raises(InvalidInput) as refusal:
        check_routing(operations)
    return refusal.value


def test_a_chain_is_a_routing():
    chain = (operation("press"), operation("coat", "press"), operation("emboss", "coat"))
    check_routing(chain)
    assert final_item(chain) == "emboss"


def test_steps_may_be_listed_in_any_order():
    check_routing((operation("emboss", "coat"), operation("coat", "press"), operation("press")))


def test_two_operations_may_make_the_same_item():
    check_routing(
        (operation("mill", makes="blank"), operation("laser", makes="blank"), operation("bend", "blank"))
    )


def test_alternatives_give_their_item_one_weight():
    refusal = refusal_of(
        operation("mill", makes="blank", weight_g=5), operation("laser", makes="blank", weight_g=6)
    )
    assert refusal.field == "operations.1.weight_g"


def test_a_circle_is_refused_and_named():
    refusal = refusal_of(operation("a", "c"), operation("b", "a"), operation("c", "b"), operation("d", "c"))
    assert refusal.field == "operations.0.needs"
    assert {"a", "b", "c"} <= set(str(refusal.facts["value"]).split(", "))


def test_an_operation_that_needs_its_own_item_is_a_circle():
    assert refusal_of(operation("a", "a"), operation("b", "a")).field == "operations.0.needs"


def test_two_ends_are_refused():
    refusal = refusal_of(operation("a"), operation("b"))
    assert refusal.facts["value"] == ["a", "b"]


def test_a_need_that_nobody_makes_is_named():
    assert refusal_of(operation("a", "x")).field == "operations.0.needs.0.item"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": ""}, "operations.0.code"),
        ({"code": "a b"}, "operations.0.code"),
        ({"code": 7}, "operations.0.code"),
        ({"name": ""}, "operations.0.name"),
        ({"process": "magic"}, "operations.0.process"),
        ({"unit": ""}, "operations.0.unit"),
        ({"unit": "m" * 17}, "operations.0.unit"),
        ({"weight_g": -1}, "operations.0.weight_g"),
        ({"weight_g": True}, "operations.0.weight_g"),
        ({"hold_min": 1.5}, "operations.0.hold_min"),
        ({"standard_units_per_h": 0}, "operations.0.standard_units_per_h"),
        ({"standard_units_per_h": 10**9}, "operations.0.standard_units_per_h"),
        ({"needs": (NeedDraft(item="x", material="steel"),)}, "operations.0.needs.0"),
        ({"needs": (NeedDraft(),)}, "operations.0.needs.0"),
        ({"needs": (NeedDraft(material="steel", num=0),)}, "operations.0.needs.0.num"),
        ({"needs": (NeedDraft(material="steel", den=-2),)}, "operations.0.needs.0.den"),
        ({"needs": (NeedDraft(material="steel"), NeedDraft(material="steel"))}, "operations.0.needs"),
    ],
)
def test_an_operation_that_breaks_a_rule_is_named(change, field):
    assert refusal_of(operation("a", **change)).field == field


def test_two_operations_of_one_code_are_refused():
    assert refusal_of(operation("a"), operation("a")).field == "operations.0.code"


@pytest.mark.parametrize("count", [0, 51])
def test_a_routing_has_at_least_one_operation_and_not_too_many(count):
    assert refusal_of(*[operation(f"o{n}") for n in range(count)]).field == "operations"
