"""Parameters of products and the values orders give them."""

import pytest

from marketplace.common.errors import InvalidInput
from marketplace.orders.models import Product
from marketplace.orders.variants import deal_number_ranges, read_parameters, read_values

SIZE = {"key": "size", "label": "Size", "kind": "choice", "choices": ["S", "M"]}
LOGO = {"key": "logo", "label": "Logo", "kind": "text", "is_required": False}
COLOUR = {"key": "colour", "label": "Colour", "kind": "colour"}
WIDTH = {"key": "width", "label": "Width", "kind": "number", "least": 10, "most": 20.5, "unit": "mm"}
NUMBERS = {"key": "numbers", "label": "Numbers", "kind": "number_range"}
ALL = [SIZE, LOGO, COLOUR, WIDTH, NUMBERS]
VALUES = {"size": "M", "colour": "#A0b0C0", "width": 12, "numbers": {"first": 1, "last": 500, "digits": 7}}


def read(values, *, parameters=ALL, quantity=500):
    return read_values(read_parameters(parameters), values, quantity=quantity)


def test_values_are_kept_in_one_form():
    assert read(VALUES) == {
        "size": "M",
        "colour": "#a0b0c0",
        "width": 12,
        "numbers": {"first": 1, "last": 500, "prefix": "", "digits": 7},
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"size": "L"}, "variant.size"),
        ({"size": None}, "variant.size"),
        ({"size": ""}, "variant.size"),
        ({"size": ["S"]}, "variant.size"),
        ({"colour": "red"}, "variant.colour"),
        ({"width": 9}, "variant.width"),
        ({"width": 21}, "variant.width"),
        ({"width": True}, "variant.width"),
        ({"width": float("nan")}, "variant.width"),
        ({"logo": 7}, "variant.logo"),
        ({"logo": "x" * 501}, "variant.logo"),
        ({"numbers": {"first": 1, "last": 499}}, "variant.numbers"),
        ({"numbers": {"first": 1, "last": "500"}}, "variant.numbers.last"),
        ({"weight": 3}, "variant.weight"),
    ],
)
def test_a_value_that_breaks_a_rule_is_named(change, field):
    with pytest.raises(InvalidInput) as refusal:
        read(VALUES | change)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("parameter", "field"),
    [
        ({**SIZE, "choices": []}, "parameters.0.choices"),
        ({**LOGO, "choices": ["a"]}, "parameters.0.choices"),
        ({**SIZE, "choices": ["a", "a"]}, "parameters.0.choices"),
        ({**SIZE, "choices": "SM"}, "parameters.0.choices"),
        ({**SIZE, "key": "Size"}, "parameters.0.key"),
        ({**SIZE, "key": 1}, "parameters.0.key"),
        ({**SIZE, "label": " "}, "parameters.0.label"),
        ({**SIZE, "kind": "video"}, "parameters.0.kind"),
        ({**SIZE, "is_required": "yes"}, "parameters.0.is_required"),
        ({**WIDTH, "least": 30}, "parameters.0.most"),
        ({**WIDTH, "least": "3"}, "parameters.0.least"),
        ({**SIZE, "weight": 3}, "parameters.0.weight"),
        ({"key": "size"}, "parameters.0"),
        ("size", "parameters.0"),
    ],
)
def test_a_parameter_that_breaks_a_rule_is_named(parameter, field):
    with pytest.raises(InvalidInput) as refusal:
        read_parameters([parameter])
    assert refusal.value.field == field


@pytest.mark.parametrize("parameters", [[SIZE, SIZE], {"size": SIZE}, "none", [LOGO] * 31])
def test_a_list_of_parameters_that_is_none_is_refused(parameters):
    with pytest.raises(InvalidInput) as refusal:
        read_parameters(parameters)
    assert refusal.value.field == "parameters"


def test_lots_get_the_orders_values_with_their_own_numbers():
    product = Product(parameters=[SIZE, NUMBERS])
    variant = {"size": "M", "numbers": {"first": 1, "last": 500, "prefix": "N", "digits": 3}}
    first, second = deal_number_ranges(product=product, variant=variant, quantities=[200, 300])
    assert first == {"size": "M", "numbers": [{"first": 1, "last": 200, "prefix": "N", "digits": 3}]}
    assert second == {"size": "M", "numbers": [{"first": 201, "last": 500, "prefix": "N", "digits": 3}]}
