"""Fields that are missing, unknown or of the wrong kind."""

import pytest

from tests.matching.parse.documents import GONE, refusal, spoiled

OBJECTS = [
    "",
    "enterprises[0]",
    "sites[0]",
    "materials[0]",
    "materials[0].supplies[0]",
    "products[0]",
    "products[0].operations[0]",
    "products[0].operations[0].needs[0]",
    "classes[0]",
    "classes[0].modes[0]",
    "machines[0]",
    "machines[0].modes[0]",
    "machines[0].modes[0].uses[0]",
    "machines[0].changeovers[0]",
    "resources[0]",
    "transport",
    "transport.lanes[0]",
    "orders[0]",
    "orders[0].destination",
    "orders[0].drops[0]",
    "orders[0].drops[0].destination",
    "stock[0]",
    "fixed_lots[0]",
    "previous",
    "previous.lots[0]",
]


@pytest.mark.parametrize("path", OBJECTS)
def test_an_unknown_field_is_refused_with_its_path(path):
    where = f"{path}.colour" if path else "colour"
    found = refusal(spoiled((where, "red")))
    assert (found.code, found.path, found.value) == ("problem:unknown-field", where, "red")


@pytest.mark.parametrize("path", OBJECTS[1:])
@pytest.mark.parametrize("value", [3, "text", [], True])
def test_where_an_object_belongs_nothing_else_is_taken(path, value):
    assert refusal(spoiled((path, value))).path == path


@pytest.mark.parametrize(
    "path",
    [
        "enterprises",
        "sites",
        "materials",
        "products",
        "classes",
        "machines",
        "resources",
        "orders",
        "stock",
        "fixed_lots",
        "machines[0].windows",
        "machines[0].breaks",
        "machines[0].modes",
        "transport.lanes",
        "orders[0].drops",
        "orders[0].certificates",
        "products[0].operations",
        "previous.lots",
    ],
)
@pytest.mark.parametrize("value", [3, "text", {}, None])
def test_where_a_list_belongs_nothing_else_is_taken(path, value):
    found = refusal(spoiled((path, value)))
    assert (found.code, found.path) == ("problem:wrong-type", path)


@pytest.mark.parametrize(
    "path",
    [
        "format",
        "name",
        "epoch",
        "horizon_min",
        "currency",
        "objective",
        "enterprises",
        "sites",
        "products",
        "machines",
        "transport",
        "orders",
        "enterprises[0].id",
        "sites[0].enterprise",
        "sites[0].lat",
        "sites[0].region",
        "materials[0].supplies[0].site",
        "materials[0].supplies[0].from_min",
        "products[0].operations",
        "products[0].operations[0].needs[0].num",
        "machines[0].site",
        "machines[0].windows",
        "machines[0].modes",
        "machines[0].modes[0].product",
        "machines[0].modes[0].run_min",
        "machines[0].modes[0].cents_per_h",
        "resources[1].site",
        "resources[0].quantity",
        "transport.km_per_h",
        "transport.lanes[0].to",
        "orders[0].product",
        "orders[0].quantity",
        "orders[0].due_min",
        "orders[0].destination",
        "orders[0].drops[0].id",
        "stock[0].from_min",
        "stock[0].item",
        "fixed_lots[0].setup_min",
        "previous.lots",
    ],
)
def test_a_field_without_a_default_must_be_given(path):
    found = refusal(spoiled((path, GONE)))
    assert (found.code, found.path) == ("problem:missing-field", path)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("orders[0].destination", {"site": "S1", "lat": 1.0, "lon": 1.0}),
        ("stock[0].material", "steel"),
        ("products[0].operations[0].needs[0].item", "press"),
        ("products[0].operations[0].needs[0]", {"num": 1, "den": 1}),
    ],
)
def test_of_two_alternatives_one_is_given(path, value):
    assert refusal(spoiled((path, value))).code in ("problem:site-or-point", "problem:item-or-material")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("objective", "speed"),
        ("orders[0].rating", "DZ"),
        ("machines[0].modes[0].batch", 1),
        ("transport.lanes_only", "yes"),
        ("notes", []),
    ],
)
def test_a_value_out_of_a_short_list_is_one_of_it(path, value):
    assert refusal(spoiled((path, value))).path == path
