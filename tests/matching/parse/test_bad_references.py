"""Ids that are unknown, taken or reserved; sums that do not add up."""

import pytest

from tests.matching.parse.documents import at, refusal, spoiled

UNKNOWN = "nobody"


@pytest.mark.parametrize(
    "path",
    [
        "sites[0].enterprise",
        "materials[0].supplies[0].site",
        "products[0].operations[0].needs[0].material",
        "products[0].operations[2].needs[0].item",
        "classes[0].modes[0].product",
        "classes[0].modes[0].operation",
        "machines[0].site",
        "machines[1].class",
        "machines[0].modes[0].product",
        "machines[0].modes[0].operation",
        "machines[0].modes[0].uses[0].resource",
        "resources[0].site",
        "transport.lanes[0].from",
        "transport.lanes[0].to",
        "orders[0].product",
        "orders[1].destination.site",
        "orders[0].drops[1].destination.site",
        "stock[0].order",
        "stock[0].item",
        "stock[0].site",
        "stock[1].material",
        "fixed_lots[0].order",
        "fixed_lots[0].operation",
        "fixed_lots[0].machine",
    ],
)
def test_an_unknown_id_is_refused(path):
    found = refusal(spoiled((path, UNKNOWN)))
    assert (found.code, found.path, found.value) == ("problem:unknown-id", path, UNKNOWN)


@pytest.mark.parametrize("to", ["order:O3", "order:O1/roof", "order:", "order:O1/", "O1"])
def test_a_lane_ends_at_a_site_an_order_or_a_drop_that_exists(to):
    assert refusal(spoiled(("transport.lanes[0].to", to))).path == "transport.lanes[0].to"


def test_a_blocked_enterprise_exists():
    found = refusal(spoiled(("orders[0].blocked_enterprises", [UNKNOWN])))
    assert (found.code, found.path) == ("problem:unknown-id", "orders[0].blocked_enterprises")


@pytest.mark.parametrize(
    "path",
    [
        "enterprises[1]",
        "sites[1]",
        "materials[1]",
        "machines[1]",
        "resources[1]",
        "orders[1]",
        "orders[0].drops[1]",
        "products[0].operations[1]",
    ],
)
def test_ids_are_unique_in_their_list(path):
    first = path[:-3] + "[0]"
    found = refusal(spoiled((f"{path}.id", at(f"{first}.id"))))
    assert (found.code, found.path) == ("problem:repeated-id", f"{path}.id")


@pytest.mark.parametrize("path", ["products", "classes", "fixed_lots", "previous.lots"])
def test_ids_of_a_list_of_one_are_unique_as_well(path):
    found = refusal(spoiled((f"{path}[1]", at(f"{path}[0]"))))
    assert (found.code, found.path) == ("problem:repeated-id", f"{path}[1].id")


@pytest.mark.parametrize(
    "path", ["enterprises[0].id", "sites[0].id", "orders[0].id", "machines[0].id", "fixed_lots[0].id"]
)
def test_an_id_never_begins_like_a_lane_to_an_order(path):
    found = refusal(spoiled((path, "order:x")))
    assert (found.code, found.path) == ("problem:reserved-id", path)


@pytest.mark.parametrize("value", ["", 3, None, "\ud800"])
def test_an_id_is_a_text_that_can_be_written(value):
    assert refusal(spoiled(("orders[0].id", value))).path == "orders[0].id"


def test_there_is_one_lane_for_each_pair():
    found = refusal(spoiled(("transport.lanes[3]", at("transport.lanes[0]"))))
    assert (found.code, found.path) == ("problem:repeated-pair", "transport.lanes[3]")


@pytest.mark.parametrize("quantity", [39, 41])
def test_the_drops_sum_to_the_order(quantity):
    found = refusal(spoiled(("orders[0].drops[1].quantity", quantity)))
    assert (found.code, found.path, found.value) == ("problem:drops-sum", "orders[0].drops", 60 + quantity)
