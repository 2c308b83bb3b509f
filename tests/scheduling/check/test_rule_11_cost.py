"""Each part of the cost, against numbers worked out by hand."""

from dataclasses import replace

import pytest

from matching.problem import Lane, Material, Need, Stock, Supply
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
from tests.scheduling.check.court import a_delivery, a_plan, a_transfer, broken, verdict

A_DEGREE_M = 111_195


def free_mode(**more):
    return a_mode(cents_per_h=0, **more)


def free_machine(**more):
    return a_machine(modes=[free_mode(**more)])


def costs(cents, problem, **plan):
    """The checker accepts exactly this cost (and, of objective cost, this objective)."""
    objective = {"objective": cents} if problem.objective.value == "cost" else {}
    wrong = {name: value + 1 for name, value in objective.items()}
    assert verdict(problem, cost_cents=cents, **objective, **plan) == []
    assert verdict(problem, cost_cents=cents + 1, **objective, **plan) == ["R11 cost_cents"]
    if wrong:
        assert verdict(problem, cost_cents=cents, **wrong, **plan) == ["R11 objective"]
    return True


# Lots


def test_a_lot_costs_its_minutes_without_breaks_with_set_up():
    machine = a_machine(modes=[a_mode(setup_min=5, cents_per_h=7200)], breaks=[(2, 4)])
    lots = [a_lot(setup=5, end=17)]
    assert costs(1800, a_problem(machines=[machine]), lots=lots, deliveries=[a_delivery(depart=17)])


def test_a_window_has_its_price():
    problem = a_problem(machines=[a_machine(windows=[(0, 50, 130)])])
    assert costs(1300, problem)


def test_a_fixed_lot_outside_windows_costs_its_full_price():
    problem = a_problem(machines=[a_machine(windows=[(50, 90, 130)])], fixed_lots=[a_lot()])
    assert costs(1000, problem)
    inside = a_problem(machines=[a_machine(windows=[(0, 90, 130)])], fixed_lots=[a_lot()])
    assert costs(1300, inside)


def test_fractions_are_added_first_and_rounded_once_half_up():
    def machine(cents_per_h):
        return a_machine(modes=[a_mode(cents_per_h=cents_per_h)])

    def two_orders(cents_per_h):
        problem = a_problem(machines=[machine(cents_per_h)], orders=[an_order("O"), an_order("P")])
        lots = [a_lot("A"), a_lot("B", order="P", start=10, end=20)]
        sent = [a_delivery(), a_delivery(order="P", depart=20)]
        return problem, {"lots": lots, "deliveries": sent}

    assert costs(1, a_problem(machines=[machine(3)]))  # 10 minutes of 0.05: 0.5 up
    problem, plan = two_orders(3)  # 0.5 + 0.5
    assert costs(1, problem, **plan)
    problem, plan = two_orders(2)  # 0.33 + 0.33
    assert costs(1, problem, **plan)
    problem, plan = two_orders(1)  # 0.17 + 0.17
    assert costs(0, problem, **plan)


# Transport


def moving(*, item_weight_g=0, transfers=None, deliveries=None, lanes=(), order=None, **transport):
    """S and S2 lie one degree apart on the equator; the order's destination is S2; ten pieces."""
    operation = an_operation("cut", weight_g=item_weight_g)
    problem = a_problem(
        sites=[a_site(lat=0.0, lon=0.0), a_site("S2", lat=0.0, lon=1.0)],
        products=[a_product(operations=[operation])],
        machines=[free_machine()],
        orders=[order or an_order(site="S2")],
        transport=a_transport(lanes=tuple(lanes), **transport),
    )
    sent = deliveries or [a_delivery(depart=60, arrive=500)]
    return problem, {"transfers": transfers or (), "deliveries": sent}


def test_transport_costs_by_piece_and_distance():
    problem, plan = moving(cents_per_1000_unit_km=90)
    assert costs(100, problem, **plan)  # 10 pieces · 111195 m · 90 / 10^6 = 100.08


def test_transport_costs_by_weight_and_distance():
    problem, plan = moving(cents_per_tonne_km=80, item_weight_g=1500)
    assert costs(133, problem, **plan)  # 15000 g · 111195 m · 80 / 10^9 = 133.4


def test_both_prices_add_up_for_transfers_too():
    sent = [a_delivery(site="S2", depart=1000, arrive=1000)]
    moved = [a_transfer("cut", depart=60, arrive=500)]
    problem, plan = moving(
        cents_per_1000_unit_km=90, cents_per_tonne_km=80, item_weight_g=1500, transfers=moved, deliveries=sent
    )
    assert costs(234, problem, **plan)  # 100.08 + 133.43


def test_a_lane_has_its_own_price_in_place_of_both():
    lane = Lane(from_site="S", to="S2", lead_min=60, cents_per_1000_units=2350)
    problem, plan = moving(lanes=[lane], cents_per_1000_unit_km=90, cents_per_tonne_km=80, item_weight_g=1500)
    assert costs(24, problem, **plan)  # 23.5 up


def test_materials_are_carried_by_their_weight():
    moved = [a_transfer(material="paint", depart=60, arrive=500)]
    problem, plan = moving(cents_per_tonne_km=80, transfers=moved)
    problem = replace(problem, materials=(Material(id="paint", weight_g=1500),))
    assert costs(133, problem, **plan)


# Trips


def deliveries(*units, depart=60):
    return [a_delivery(depart=depart, arrive=500, quantity=each) for each in units]


def test_goods_that_leave_together_share_trips():
    problem, plan = moving(cents_per_trip=100, trip_units=7, deliveries=deliveries(5, 5))
    assert costs(200, problem, **plan)  # ten pieces: two trips, not one each


def test_without_a_limit_one_trip_carries_everything():
    problem, plan = moving(cents_per_trip=100, deliveries=deliveries(5, 5))
    assert costs(100, problem, **plan)


def test_goods_that_leave_at_different_minutes_do_not_share():
    sent = [*deliveries(5), *deliveries(5, depart=61)]
    problem, plan = moving(cents_per_trip=100, trip_units=100, deliveries=sent)
    assert costs(200, problem, **plan)


def test_drops_and_orders_do_not_share_trips():
    drops = [("a", "S2", 5, 9000), ("b", "S2", 5, 9000)]
    sent = [a_delivery(drop=drop, depart=60, arrive=500, quantity=5) for drop in "ab"]
    problem, plan = moving(cents_per_trip=100, deliveries=sent, order=an_order(drops=drops))
    assert costs(200, problem, **plan)


def test_transfers_of_different_goods_share_trips():
    moved = [
        a_transfer("cut", depart=60, arrive=500, quantity=4),
        a_transfer(material="paint", depart=60, arrive=500, quantity=4),
    ]
    sent = [
        a_delivery(quantity=6, depart=10, arrive=10),
        a_delivery(site="S2", depart=600, arrive=6000, quantity=4),
    ]
    lanes = (Lane(from_site="S2", to="S", lead_min=10, cents_per_1000_units=0, cents_per_trip=0),)
    problem = a_problem(
        sites=[a_site(), a_site("S2", lon=120.5)],
        machines=[free_machine()],
        materials=[Material(id="paint")],
        transport=a_transport(cents_per_trip=100, trip_units=8, lanes=lanes),
    )
    assert costs(100, problem, transfers=moved, deliveries=sent)


def test_a_lane_has_its_own_trips():
    lane = Lane(from_site="S", to="S2", lead_min=60, cents_per_1000_units=0, cents_per_trip=30, trip_units=3)
    problem, plan = moving(lanes=[lane], cents_per_trip=100, trip_units=7)
    assert costs(120, problem, **plan)
    half = Lane(from_site="S", to="S2", lead_min=60, cents_per_1000_units=0, cents_per_trip=30)
    problem, plan = moving(lanes=[half], cents_per_trip=100, trip_units=7)
    assert costs(60, problem, **plan)


def test_within_one_site_there_are_no_trips():
    problem = a_problem(machines=[free_machine()], transport=a_transport(cents_per_trip=100))
    assert costs(0, problem)


# Materials


def painted(*supplies, stock=(), lots=None, moved=(), num=1):
    """Ten pieces at S with `num` of paint each, from supplies of (from_min, quantity, cents per 1000)."""
    operation = an_operation("cut", needs=[Need(material="paint", num=num, den=1)])
    made = tuple(
        Supply(site="S", from_min=start, quantity=quantity, cents_per_1000_units=cents)
        for start, quantity, cents in supplies
    )
    problem = a_problem(
        enterprises=[an_enterprise()],
        sites=[a_site(), a_site("S2")],
        products=[a_product(operations=[operation])],
        machines=[free_machine()],
        materials=[Material(id="paint", supplies=made)],
        stock=list(stock),
        transport=a_transport(),
    )
    return problem, {"lots": lots or [a_lot()], "transfers": moved, "deliveries": [a_delivery(depart=4000)]}


def test_only_what_is_taken_is_paid():
    problem, plan = painted((0, 500, 2000))
    assert costs(20, problem, **plan)


def test_the_cheapest_units_there_are_taken_first():
    problem, plan = painted((0, 100, 9000), (0, 4, 1000), (0, 3, 2000))
    assert costs(37, problem, **plan)  # 4 · 1 + 3 · 2 + 3 · 9


def test_what_comes_later_is_not_there_yet():
    problem, plan = painted((0, 100, 9000), (1, 100, 1000))
    assert costs(90, problem, **plan)
    problem, plan = painted((0, 100, 9000), (0, 100, 1000))
    assert costs(10, problem, **plan)


def test_stock_is_free():
    stock = [Stock(material="paint", site="S", from_min=0, quantity=6)]
    problem, plan = painted((0, 100, 1000), stock=stock)
    assert costs(4, problem, **plan)


def test_each_withdrawal_takes_what_is_cheapest_at_its_minute():
    lots = [a_lot("A", end=5, quantity=5), a_lot("B", start=5, end=10, quantity=5)]
    problem, plan = painted((0, 100, 9000), (5, 3, 1000), lots=lots)
    assert costs(66, problem, **plan)  # 5 · 9, then 3 · 1 + 2 · 9


def test_a_transfer_pays_where_it_takes_and_is_free_where_it_comes():
    lots = [a_lot(start=3000, end=3010)]
    away = a_transfer(material="paint", depart=0, arrive=900)
    back = a_transfer(material="paint", start="S2", end="S", depart=900, arrive=1800, quantity=4)
    problem, plan = painted((0, 10, 1000), (1, 100, 9000), lots=lots, moved=[away, back])
    assert costs(64, problem, **plan)  # 10 · 1 taken away, 4 came back free, 6 · 9


def test_a_fixed_lot_that_began_before_0_pays_no_material():
    fixed = [a_lot(start=-1, end=9)]
    problem, plan = painted((-5, 100, 1000), lots=fixed)
    problem = replace(problem, fixed_lots=tuple(fixed))
    assert costs(0, problem, **plan)


# Fixed costs, tardiness, unmet, disruption


def test_an_enterprise_costs_once_and_for_each_order_it_works_on():
    enterprises = [
        an_enterprise(fixed_cents=1000, fixed_cents_per_order=10),
        an_enterprise("idle", fixed_cents=77, fixed_cents_per_order=7),
    ]
    one = a_problem(enterprises=enterprises, machines=[free_machine()])
    assert costs(1010, one)
    two = a_problem(enterprises=enterprises, machines=[free_machine()], orders=[an_order("O"), an_order("P")])
    lots = [a_lot("A"), a_lot("B", order="P", start=10, end=20)]
    assert costs(1020, two, lots=lots, deliveries=[a_delivery(), a_delivery(order="P", depart=20)])


@pytest.mark.parametrize(("due", "cents"), [(10, 0), (9, 1), (0, 6), (-710, 450)])
def test_tardiness_counts_pieces_and_minutes(due, cents):
    order = an_order(due_min=due, tardiness_cents_per_1000_unit_day=90_000)
    assert costs(cents, a_problem(machines=[free_machine()], orders=[order]))


def test_each_delivery_is_late_against_its_own_drop():
    drops = [("a", "S", 6, 10), ("b", "S", 4, 1000)]
    order = an_order(drops=drops, due_min=0, tardiness_cents_per_1000_unit_day=1_000_000)
    problem = a_problem(machines=[free_machine()], orders=[order])
    sent = [
        a_delivery(drop="a", depart=10, quantity=2),
        a_delivery(drop="a", depart=730, quantity=4),
        a_delivery(drop="b", depart=730, quantity=4),
    ]
    assert costs(2000, problem, deliveries=sent)  # 4 pieces half a day late at 1000 a piece and day


def test_unmet_pieces_cost():
    order = an_order(unmet_cents_per_1000_units=12_345)
    problem = a_problem(machines=[free_machine()], orders=[order])
    assert costs(37, problem, deliveries=[a_delivery(quantity=7)])  # 3 · 12.345 = 37.035


@pytest.mark.parametrize(
    ("old", "disturbed"),
    [
        (a_lot("L"), 0),
        (a_lot("L", setup=7), 0),
        (a_lot("gone"), 1),
        (a_lot("L", machine="other"), 1),
        (a_lot("L", start=1), 1),
        (a_lot("L", end=11), 1),
        (a_lot("L", quantity=9), 1),
        (a_lot("gone", order="finished long ago"), 0),
    ],
)
def test_a_lot_of_a_living_order_that_is_missing_or_moved_costs(old, disturbed):
    problem = a_problem(machines=[free_machine()], previous=(old,), disruption_cents_per_lot=50)
    assert costs(50 * disturbed, problem)


def test_under_finish_the_cost_is_stated_too():
    problem = a_problem(objective="finish")
    assert costs(1000, problem)
    assert broken(problem, a_plan(problem, objective=10)) == []
