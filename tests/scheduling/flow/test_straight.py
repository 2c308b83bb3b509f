"""No goods pass through the hands of an enterprise that works on nothing of the order."""

from dataclasses import replace

from matching.problem import Lot
from scheduling.flow.emit import Parts
from scheduling.flow.straight import straight
from scheduling.plan import Delivery, Transfer
from tests.scheduling.chains import a_chain


def by_way_of_an_idle_site(*, late=0):
    """a0 makes 60 for b1; 40 of them go by b0, which runs nothing, and 20 straight. 5 more stay at b0."""
    problem = a_chain(stages=["a", "b"], firms_per_stage=2, quantity=60, units_per_h=60, lead_min=10)
    made = Lot(
        id="1", order="o", operation="a", machine="a0", start_min=0, setup_min=0, end_min=65, quantity=65
    )
    used = replace(made, id="2", operation="b", machine="b1", start_min=100, end_min=160, quantity=60)
    first = Transfer(
        order="o", item="a", from_site="a0", to_site="b0", depart_min=65, arrive_min=75, quantity=45
    )
    on = replace(first, from_site="b0", to_site="b1", depart_min=80 - late, arrive_min=90 - late, quantity=40)
    direct = replace(first, to_site="b1", quantity=20)
    load = Delivery(order="o", drop="", from_site="b1", depart_min=160, arrive_min=170, quantity=60)
    return problem, Parts(lots=(made, used), transfers=(first, on, direct), deliveries=(load,)), direct


def test_goods_go_straight_and_what_nobody_takes_on_stays():
    problem, parts, direct = by_way_of_an_idle_site()
    found = straight(parts, problem=problem).transfers
    assert sorted(way.quantity for way in found) == [20, 40]
    assert {(way.from_site, way.to_site, way.depart_min, way.arrive_min) for way in found} == {
        ("a0", "b1", 65, 75)
    }
    assert direct in found


def test_where_straight_is_too_late_nothing_is_changed():
    problem, parts, _ = by_way_of_an_idle_site(late=20)
    assert straight(parts, problem=problem) == parts


def test_who_works_on_the_order_may_pass_goods_on():
    problem, parts, _ = by_way_of_an_idle_site()
    at_b0 = replace(parts.lots[1], id="3", machine="b0")
    assert set(straight(replace(parts, lots=(*parts.lots, at_b0)), problem=problem).transfers) == set(
        parts.transfers
    )
