from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.problem import Destination, Lane
from matching.ways import Way, lead_min, metres, way_between, way_to_drop
from tests.matching.workshop import a_problem, a_site, a_transport, an_order

EQUATOR = [a_site(lat=0.0, lon=0.0), a_site("S2", lat=0.0, lon=1.0)]  # 111.195 km apart


def test_metres_follow_the_great_circle_and_the_detour():
    assert metres(start=EQUATOR[0], lat=0.0, lon=1.0, detour_pct=100) == 111_195
    assert metres(start=EQUATOR[0], lat=0.0, lon=1.0, detour_pct=130) == 144_554
    assert metres(start=a_site(lat=90.0, lon=0.0), lat=-90.0, lon=77.0, detour_pct=100) == 20_015_114


def test_the_formula_gives_lead_and_price():
    transport = a_transport(handling_min=90, cents_per_1000_unit_km=90, cents_per_tonne_km=80)
    way = way_between(a_problem(sites=EQUATOR, transport=transport), "S", "S2")
    assert (way.lead_min, way.metres) == (202, 111_195)
    assert way.cents(units=10, weight_g=1500) == Fraction(10 * 111_195 * 90, 10**6) + Fraction(
        15_000 * 111_195 * 80, 10**9
    )


def test_a_lane_has_its_own_lead_and_price_and_what_it_leaves_out_is_transports():
    lane = Lane(from_site="S", to="S2", lead_min=7, cents_per_1000_units=250, departs_every_min=60)
    transport = a_transport(lanes=(lane,), cents_per_trip=30, trip_units=4, departs_at_min=5)
    way = way_between(a_problem(sites=EQUATOR, transport=transport), "S", "S2")
    assert (way.lead_min, way.cents(units=10, weight_g=9999)) == (7, Fraction(5, 2))
    assert (way.departs_every_min, way.departs_at_min, way.trip_cents(units=9)) == (60, 5, 90)


def test_within_a_site_goods_stay_where_they_are():
    problem = a_problem(
        transport=a_transport(handling_min=90, cents_per_trip=30, departs_every_min=60, lanes_only=True)
    )
    way = way_between(problem, "S", "S")
    assert (way.lead_min, way.trip_cents(units=9), way.cents(units=9, weight_g=9), way.next_departure(7)) == (
        0,
        0,
        0,
        7,
    )


def test_where_there_are_lanes_only_there_is_no_other_way():
    problem = a_problem(sites=EQUATOR, transport=a_transport(lanes_only=True))
    assert way_between(problem, "S", "S2") is None
    assert lead_min(problem, "S", "S2") is None


@pytest.mark.parametrize(("lanes", "expected"), [("do", 11), ("o", 9), ("s", 7), ("", 112)])
def test_lanes_to_a_drop_to_its_order_and_to_its_site_come_in_this_order(lanes, expected):
    known = {"d": ("order:O/gate", 11), "o": ("order:O", 9), "s": ("S2", 7)}
    given_lanes = tuple(
        Lane(from_site="S", to=known[each][0], lead_min=known[each][1], cents_per_1000_units=0)
        for each in lanes
    )
    order = an_order(drops=[("gate", "S2", 10, 900)])
    problem = a_problem(sites=EQUATOR, orders=[order], transport=a_transport(lanes=given_lanes))
    assert way_to_drop(problem, "S", order=order, drop=order.drops[0]).lead_min == expected


def test_a_point_is_reached_by_the_formula():
    order = an_order()
    drop = replace(order.drops[0], destination=Destination(lat=0.0, lon=1.0))
    problem = a_problem(sites=EQUATOR)
    assert way_to_drop(problem, "S", order=order, drop=drop).lead_min == 112


@given(
    every=st.integers(1, 50), at=st.integers(0, 90), moment=st.integers(-100, 200), lead=st.integers(0, 40)
)
def test_departures_are_the_nearest_of_the_timetable(every, at, moment, lead):
    way = Way(lead_min=lead, departs_every_min=every, departs_at_min=at)
    departures = [each for each in range(moment - 200, moment + 200) if (each - at) % every == 0]
    assert way.next_departure(moment) == min(each for each in departures if each >= moment)
    assert way.last_departure(moment) == max(each for each in departures if each + lead <= moment)


def test_no_goods_make_no_trip():
    assert Way(lead_min=1, cents_per_trip=5).trip_cents(units=0) == 0
    assert Way(lead_min=1, cents_per_trip=5).trip_cents(units=10**9) == 5
