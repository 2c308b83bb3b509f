import json
from datetime import UTC, datetime

import pytest

from matching.parse import read_problem, write_problem
from matching.problem import Break, Destination, Drop, Material, Rating, Window
from tests.matching.parse.documents import EVERYTHING, GONE, spoiled


def everything(*changes):
    return read_problem(spoiled(*changes))


def test_what_is_written_reads_back_as_the_same_problem():
    problem = everything()
    assert read_problem(json.dumps(write_problem(problem))) == problem


def test_bytes_read_like_text():
    assert read_problem(spoiled().encode()) == everything()


def test_the_epoch_is_a_moment_in_utc():
    wanted = datetime(2026, 3, 2, tzinfo=UTC)
    for text in (
        "2026-03-02T00:00:00Z",
        "2026-03-02t00:00:00z",
        "2026-03-02T00:00:00+00:00",
        "2026-03-02 00:00:00Z",
    ):
        assert everything(("epoch", text)).epoch == wanted
    assert everything(("epoch", "2026-03-02T00:00:00.25Z")).epoch.microsecond == 250_000


def test_fields_with_a_default_may_be_left_out():
    optional = ("now_min", "classes", "stock", "fixed_lots", "previous", "disruption_cents_per_lot", "notes")
    changes = [(name, GONE) for name in optional if name != "classes"]
    problem = everything(*changes)
    assert (problem.now_min, problem.stock, problem.fixed_lots, problem.previous) == (0, (), (), None)
    assert (problem.disruption_cents_per_lot, problem.notes) == (0, {})


def test_defaults_are_those_of_the_contract():
    problem = everything()
    enterprise, site, material = problem.enterprises[1], problem.sites[1], problem.materials[1]
    assert (enterprise.certificates, enterprise.fixed_cents, enterprise.fixed_cents_per_order) == (
        frozenset(),
        0,
        0,
    )
    assert site.certificates == frozenset()
    assert material == Material(id="air", supplies=None, weight_g=0)
    order = problem.orders[1]
    assert (order.release_min, order.latest_min, order.rating) == (0, None, Rating.UNRATED)
    assert (order.tardiness_cents_per_1000_unit_day, order.unmet_cents_per_1000_units) == (0, None)
    assert (order.max_enterprises, order.blocked_enterprises, order.regions) == (
        None,
        frozenset(),
        frozenset(),
    )
    mode = problem.machines[0].modes[1]
    assert (mode.setup_min, mode.min_lot, mode.good_per_1000, mode.batch, mode.hold_min) == (
        0,
        1,
        1000,
        False,
        0,
    )
    assert (mode.family, mode.uses) == ("plate/punch", ())
    lane = problem.transport.lanes[0]
    assert (lane.cents_per_trip, lane.trip_units, lane.departs_every_min, lane.departs_at_min) == (None,) * 4


def test_transport_needs_only_speed_and_handling():
    transport = everything(("transport", {"km_per_h": 50, "handling_min": 0})).transport
    assert (transport.detour_pct, transport.trip_units, transport.lanes, transport.lanes_only) == (
        100,
        None,
        (),
        False,
    )
    assert (transport.departs_every_min, transport.departs_at_min, transport.cents_per_trip) == (1, 0, 0)


def test_an_order_without_drops_has_one_without_id():
    order = everything().orders[1]
    assert order.drops == (Drop(id=None, destination=Destination(site="S1"), quantity=5, due_min=-100),)
    assert everything(("orders[1].drops", [])).orders[1].drops == order.drops


def test_an_operation_makes_its_own_item_unless_told_otherwise():
    press, punch, coat = everything().products[0].operations
    assert (press.makes, punch.makes, coat.makes) == ("press", "press", "coat")


def test_a_machine_of_a_class_has_its_modes():
    problem = everything()
    assert problem.machines[1].modes == problem.classes[0].modes
    assert (problem.machines[1].class_id, problem.machines[1].speed_pct) == ("presses", 120)


def test_windows_have_a_price_and_may_touch():
    assert everything().machines[0].windows == (
        Window(start=0, end=480, price_pct=100),
        Window(start=480, end=960, price_pct=150),
    )


def test_breaks_come_in_the_order_of_time():
    assert everything().machines[0].breaks == (Break(start=100, end=130), Break(start=500, end=530))


def test_supplies_may_be_left_out_or_empty():
    assert everything(("materials[0].supplies", GONE)).materials[0].supplies is None
    assert everything(("materials[0].supplies", [])).materials[0].supplies == ()


def test_the_plan_in_force_may_speak_of_orders_and_machines_that_are_gone():
    (lot,) = everything().previous
    assert (lot.order, lot.machine) == ("closed", "sold")


def test_notes_are_kept():
    assert everything().notes == EVERYTHING["notes"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("orders[0].quantity", 10**9 - 1),
        ("machines[0].modes[0].setup_min", 2**40 - 1),
        ("sites[0].lat", -90),
        ("sites[0].lon", 180.0),
        ("orders[0].latest_min", None),
        ("orders[0].regions", ["a region where nobody is"]),
        ("transport.trip_units", None),
        ("machines[0].windows", [[-500, 960]]),
        ("orders[1].quantity", 0),
    ],
)
def test_values_at_the_edge_are_allowed(path, value):
    changes = [(path, value)]
    if path == "orders[0].quantity":
        changes.append(("orders[0].drops[0].quantity", value - 40))
    assert everything(*changes)


def test_an_id_may_contain_a_slash_and_any_script():
    problem = everything(("orders[1].id", "甲/1"), ("transport.lanes[2].to", "order:甲/1"))
    assert problem.orders[1].id == "甲/1"
