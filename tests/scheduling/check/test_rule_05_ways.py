"""Lead of a way, seen through the earliest arrival that the checker allows."""

from bisect import bisect_left
from dataclasses import replace

import pytest

from matching.problem import Destination, Drop, Lane
from tests.matching.workshop import a_problem, a_site, a_transport, an_order
from tests.scheduling.check.court import a_delivery, a_transfer, verdict

A_DEGREE_M = 111_195  # of longitude on the equator, on a sphere of 6371.0088 km
POINT = Destination(lat=0.0, lon=1.0)


def a_lane(end, lead_min, *, start="S", **more):
    return Lane(from_site=start, to=end, lead_min=lead_min, cents_per_1000_units=0, **more)


def earliest(judged, *, most=400):
    """The least lead that is accepted (whoever may take longer may take much longer); None if none is."""
    if judged(most):
        return None
    return bisect_left(range(most), True, key=lambda lead: judged(lead) == [])


def delivery_lead(*, drop=None, destination=POINT, **transport):
    """Minutes to a destination one degree away from the site S; S2 stands at the destination."""
    drops = (Drop(id=drop, destination=destination, quantity=10, due_min=9000),)
    problem = a_problem(
        sites=[a_site(lat=0.0, lon=0.0), a_site("S2", lat=0.0, lon=1.0)],
        orders=[replace(an_order(), destination=destination, drops=drops)],
        transport=a_transport(**transport),
    )
    return earliest(lambda lead: verdict(problem, deliveries=[a_delivery(drop=drop, arrive=10 + lead)]))


def transfer_lead(*, start="S", end="S2", **transport):
    problem = a_problem(
        sites=[a_site(lat=0.0, lon=0.0), a_site("S2", lat=0.0, lon=1.0)], transport=a_transport(**transport)
    )

    def judged(lead):
        moved = a_transfer("cut", start=start, end=end, arrive=10 + lead, quantity=5)
        back = [a_delivery(quantity=5), a_delivery(site="S2", depart=500, arrive=5000, quantity=5)]
        return verdict(
            problem, transfers=[moved], deliveries=back if end == "S2" else [a_delivery(depart=900)]
        )

    return earliest(judged)


@pytest.mark.parametrize(
    ("transport", "minutes"),
    [
        ({"km_per_h": 60}, 112),  # 111.195 up
        ({"km_per_h": 60, "handling_min": 90}, 202),
        ({"km_per_h": 60, "detour_pct": 130}, 145),  # 144.554 km
        ({"km_per_h": 111}, 61),  # 60.1 up
    ],
)
def test_without_a_lane_the_formula_gives_the_lead(transport, minutes):
    assert delivery_lead(**transport) == minutes
    assert transfer_lead(**transport) == minutes


def test_within_one_site_there_is_no_lead_and_no_handling():
    assert delivery_lead(destination=Destination(site="S"), handling_min=90) == 0
    assert transfer_lead(end="S", handling_min=90) == 0


def test_a_point_at_the_place_of_the_site_is_not_within_it():
    assert delivery_lead(destination=Destination(lat=0.0, lon=0.0), handling_min=90) == 90


def test_a_lane_between_sites_comes_before_the_formula():
    assert transfer_lead(lanes=(a_lane("S2", 7),)) == 7
    assert delivery_lead(destination=Destination(site="S2"), lanes=(a_lane("S2", 7),)) == 7


def test_a_lane_between_sites_does_not_serve_a_point():
    assert delivery_lead(lanes=(a_lane("S2", 7),)) == 112


def test_a_lane_has_a_direction():
    assert transfer_lead(lanes=(a_lane("S", 7, start="S2"),)) == 112


def test_a_lane_to_the_order_comes_before_a_lane_between_sites():
    lanes = (a_lane("S2", 7), a_lane("order:O", 9))
    assert delivery_lead(destination=Destination(site="S2"), lanes=lanes) == 9


def test_a_lane_to_the_drop_comes_before_a_lane_to_the_order():
    lanes = (a_lane("order:O", 9), a_lane("order:O/gate", 11))
    assert delivery_lead(drop="gate", lanes=lanes) == 11
    assert delivery_lead(drop="gate", lanes=lanes[:1]) == 9


def test_a_lane_to_the_order_comes_even_before_no_lead_within_the_site():
    assert delivery_lead(destination=Destination(site="S"), lanes=(a_lane("order:O", 9),)) == 9


def test_a_lane_from_a_site_to_itself_changes_nothing():
    assert transfer_lead(end="S", lanes=(a_lane("S", 9),)) == 0


def test_where_there_are_lanes_only_a_way_without_one_does_not_exist():
    assert delivery_lead(lanes_only=True) is None
    assert transfer_lead(lanes_only=True) is None
    assert delivery_lead(lanes_only=True, lanes=(a_lane("order:O", 9),)) == 9


def test_within_one_site_goods_need_no_lane_even_where_there_are_lanes_only():
    assert delivery_lead(destination=Destination(site="S"), lanes_only=True) == 0
