from dataclasses import replace

import pytest

from matching.problem import Destination, Lane
from tests.matching.workshop import a_problem, a_site, a_transport, an_order
from tests.scheduling.check.court import a_delivery, a_transfer, verdict


def leaving(depart, *, end="S2", **transport):
    """A delivery at `depart` to a site an hour away."""
    lanes = transport.pop("lanes", (a_lane(),))
    problem = a_problem(
        sites=[a_site(), a_site("S2")],
        orders=[an_order(site=end)],
        transport=a_transport(lanes=lanes, **transport),
    )
    return verdict(problem, deliveries=[a_delivery(depart=depart, arrive=depart + 60)])


def a_lane(**own):
    return Lane(from_site="S", to="S2", lead_min=60, cents_per_1000_units=0, **own)


@pytest.mark.parametrize(
    ("depart", "is_on_time"), [(40, True), (100, True), (39, False), (41, False), (60, False)]
)
def test_goods_leave_by_the_timetable(depart, is_on_time):
    expected = [] if is_on_time else ["R10 deliveries[0].depart_min"]
    assert leaving(depart, departs_every_min=60, departs_at_min=40) == expected


def test_the_timetable_goes_on_before_its_first_named_departure():
    assert leaving(40, departs_every_min=60, departs_at_min=220) == []
    assert leaving(41, departs_every_min=60, departs_at_min=220) == ["R10 deliveries[0].depart_min"]


def test_a_lane_has_its_own_timetable():
    own = (a_lane(departs_every_min=7, departs_at_min=0),)
    assert leaving(14, lanes=own, departs_every_min=60) == []
    assert leaving(60, lanes=own, departs_every_min=60) == ["R10 deliveries[0].depart_min"]


def test_what_a_lane_leaves_out_is_transports():
    own = (a_lane(departs_every_min=7),)
    assert leaving(17, lanes=own, departs_every_min=60, departs_at_min=3) == []
    assert leaving(14, lanes=own, departs_every_min=60, departs_at_min=3) == ["R10 deliveries[0].depart_min"]


def test_within_one_site_goods_go_at_any_time():
    assert leaving(41, end="S", lanes=(), departs_every_min=60) == []
    to_order = Lane(from_site="S", to="order:O", lead_min=60, cents_per_1000_units=0)
    assert leaving(41, end="S", lanes=(to_order,), departs_every_min=60) == []
    assert leaving(41, end="S2", lanes=(to_order,), departs_every_min=60) == ["R10 deliveries[0].depart_min"]


def test_a_point_is_never_within_a_site():
    def judged(depart):
        here = Destination(lat=30.0, lon=120.0)
        order = an_order()
        order = replace(order, destination=here, drops=(replace(order.drops[0], destination=here),))
        problem = a_problem(orders=[order], transport=a_transport(departs_every_min=60))
        return verdict(problem, deliveries=[a_delivery(depart=depart)])

    assert judged(60) == []
    assert judged(61) == ["R10 deliveries[0].depart_min"]


def test_transfers_leave_by_the_timetable_too():
    def judged(depart):
        problem = a_problem(
            sites=[a_site(), a_site("S2")],
            orders=[an_order(quantity=5)],
            transport=a_transport(lanes=(a_lane(departs_every_min=60),)),
        )
        moved = [a_transfer("cut", depart=depart, arrive=depart + 60, quantity=5)]
        return verdict(problem, transfers=moved, deliveries=[a_delivery(quantity=5)])

    assert judged(60) == []
    assert judged(61) == ["R10 transfers[0].depart_min"]
