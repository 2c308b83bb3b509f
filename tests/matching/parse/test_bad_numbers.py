"""Numbers that make no sense."""

import pytest

from tests.matching.parse.documents import refusal, spoiled

HUGE = 2**40
ONE_HUGE_ORDER = [
    ("orders[0].quantity", 10**9 - 1),
    ("orders[0].drops[0].quantity", 10**9 - 41),
]


NOT_INTEGERS = [1.5, 1.0, True, "3", [1], {}, float("nan"), float("inf")]
INTEGERS = [
    "horizon_min",
    "now_min",
    "disruption_cents_per_lot",
    "enterprises[0].fixed_cents",
    "enterprises[0].fixed_cents_per_order",
    "materials[0].weight_g",
    "materials[0].supplies[0].quantity",
    "materials[0].supplies[0].cents_per_1000_units",
    "products[0].operations[0].needs[0].num",
    "products[0].operations[0].needs[0].den",
    "machines[0].changeovers[0].min",
    "machines[0].modes[0].run_min",
    "machines[0].modes[0].run_units",
    "machines[0].modes[0].setup_min",
    "machines[0].modes[0].min_lot",
    "machines[0].modes[0].cents_per_h",
    "machines[0].modes[0].good_per_1000",
    "machines[0].modes[0].hold_min",
    "machines[0].modes[0].uses[0].quantity",
    "classes[0].modes[0].run_min",
    "machines[1].speed_pct",
    "resources[0].quantity",
    "transport.km_per_h",
    "transport.handling_min",
    "transport.detour_pct",
    "transport.cents_per_1000_unit_km",
    "transport.cents_per_tonne_km",
    "transport.cents_per_trip",
    "transport.departs_every_min",
    "transport.departs_at_min",
    "transport.lanes[1].lead_min",
    "transport.lanes[1].cents_per_1000_units",
    "transport.lanes[1].cents_per_trip",
    "transport.lanes[1].trip_units",
    "transport.lanes[1].departs_every_min",
    "transport.lanes[1].departs_at_min",
    "orders[0].quantity",
    "orders[0].drops[0].quantity",
    "orders[0].tardiness_cents_per_1000_unit_day",
    "stock[0].quantity",
    "fixed_lots[0].setup_min",
    "fixed_lots[0].quantity",
    "previous.lots[0].quantity",
]
MOMENTS = [
    "materials[0].supplies[0].from_min",
    "orders[0].release_min",
    "orders[0].due_min",
    "orders[0].drops[0].due_min",
    "stock[0].from_min",
    "fixed_lots[0].start_min",
    "fixed_lots[0].end_min",
]
NULLABLE = [
    "orders[0].latest_min",
    "orders[0].unmet_cents_per_1000_units",
    "orders[0].max_enterprises",
    "transport.trip_units",
]


@pytest.mark.parametrize("path", [*INTEGERS, *MOMENTS, *NULLABLE])
def test_where_an_integer_belongs_nothing_else_is_taken(path):
    for value in NOT_INTEGERS if path in NULLABLE else [*NOT_INTEGERS, None]:
        found = refusal(spoiled((path, value)))
        assert (found.code, found.path) == ("problem:wrong-type", path), value


@pytest.mark.parametrize("path", [*INTEGERS, "orders[0].unmet_cents_per_1000_units", "transport.trip_units"])
def test_quantities_prices_and_durations_are_neither_negative_nor_huge(path):
    for value in (-1, HUGE, 10**30, -HUGE):
        found = refusal(spoiled((path, value)))
        assert (found.code, found.path, found.value) == ("problem:out-of-range", path, value)


@pytest.mark.parametrize("path", [*MOMENTS, "orders[0].latest_min"])
@pytest.mark.parametrize("value", [HUGE, -HUGE])
def test_moments_may_be_past_but_not_huge(path, value):
    found = refusal(spoiled((path, value)))
    assert (found.code, found.path) == ("problem:out-of-range", path)


def test_an_integer_of_thousands_of_digits_is_refused_with_its_path():
    found = refusal(spoiled().replace('"horizon_min": 20160', '"horizon_min": ' + "9" * 5000))
    assert found.path == "horizon_min"


ONE_AT_LEAST = [
    "products[0].operations[0].needs[0].num",
    "products[0].operations[0].needs[0].den",
    "machines[0].modes[0].run_units",
    "machines[0].modes[0].good_per_1000",
    "machines[0].modes[0].uses[0].quantity",
    "machines[1].speed_pct",
    "transport.km_per_h",
    "transport.detour_pct",
    "transport.trip_units",
    "transport.departs_every_min",
    "transport.lanes[1].trip_units",
    "transport.lanes[1].departs_every_min",
    "fixed_lots[0].quantity",
]


@pytest.mark.parametrize("path", ONE_AT_LEAST)
def test_what_is_divided_by_or_counted_with_is_1_at_least(path):
    assert refusal(spoiled((path, 0))).code == "problem:out-of-range"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("orders[0].quantity", 10**9),
        ("orders[0].quantity", 10**14),
        ("orders[0].drops[0].quantity", 10**14),
        ("machines[0].modes[0].good_per_1000", 1001),
        ("sites[0].lat", 90.001),
        ("sites[0].lat", -91),
        ("sites[0].lon", 180.001),
        ("orders[0].destination.lat", float("nan")),
        ("sites[0].lon", float("inf")),
        ("sites[0].lat", "30"),
        ("sites[0].lat", True),
        ("resources[1].quantity", 2),
    ],
)
def test_absurd_values_are_refused(path, value):
    found = refusal(spoiled((path, value)))
    assert (found.code, found.path) == ("problem:out-of-range", path)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        (
            [
                ("products[0].operations[2].needs[0].num", HUGE - 1),
                *ONE_HUGE_ORDER,
            ],
            "orders[0].quantity",
        ),
        (
            [
                ("orders[0].unmet_cents_per_1000_units", HUGE - 1),
                *ONE_HUGE_ORDER,
            ],
            "orders",
        ),
        (
            [("materials[0].supplies", [{"site": "S1", "from_min": 0, "quantity": HUGE - 1}] * 8200)],
            "materials[0].supplies",
        ),
        (
            [("stock", [{"material": "steel", "site": "S1", "from_min": 0, "quantity": HUGE - 1}] * 8200)],
            "stock",
        ),
    ],
)
def test_totals_stay_exact(changes, path):
    found = refusal(spoiled(*changes))
    assert (found.code, found.path) == ("problem:total", path)
