from dataclasses import replace

from matching.problem import Lane
from scheduling.dispatch.drops import Parcel, deal_out, deliveries_of
from scheduling.dispatch.pool import Claim, Pool, Supply
from scheduling.dispatch.roads import Roads
from scheduling.dispatch.shop import Shop
from scheduling.dispatch.transfers import transfers_of
from tests.matching.workshop import a_problem, a_site, a_transport, an_order

TWO_SITES = [a_site("S"), a_site("T")]


def lanes(*, lead_min=10, cents=100, **more):
    return tuple(
        Lane(from_site=one, to=other, lead_min=lead_min, cents_per_1000_units=cents, **more)
        for one, other in (("S", "T"), ("T", "S"))
    )


def a_pool(*supplies, now_min=0, transport=None):
    problem = a_problem(sites=TWO_SITES, transport=transport or a_transport(lanes=lanes()))
    pool = Pool(weight_g=0, roads=Roads(problem), now_min=now_min)
    for supply in supplies:
        pool.add(supply)
    return pool


def test_units_are_there_when_the_last_of_them_has_arrived():
    pool = a_pool(Supply("S", 0, 5), Supply("T", 20, 5))
    assert pool.earliest(site="S", units=5) == 0
    assert pool.earliest(site="S", units=6) == 30
    assert pool.earliest(site="T", units=6) == 20
    assert pool.earliest(site="S", units=11) is None


def test_goods_leave_on_the_grid_and_not_before_now():
    transport = a_transport(lanes=lanes(departs_every_min=60, departs_at_min=15))
    assert a_pool(Supply("T", 16, 1), transport=transport).earliest(site="S", units=1) == 85
    assert a_pool(Supply("T", 0, 1), now_min=40).earliest(site="S", units=1) == 50


def test_the_cheapest_in_time_are_claimed_and_of_those_the_last_to_come():
    early, late, near = Supply("T", 0, 5), Supply("T", 10, 5), Supply("S", 0, 2)
    pool = a_pool(early, late, near)
    claims = pool.claim(site="S", units=6, by=25)
    assert [(claim.supply, claim.units) for claim in claims] == [(near, 2), (late, 4)]
    assert (early.left, late.left, near.left) == (5, 1, 0)
    assert pool.available(site="S", by=25) == 6


def shop_with(**transport):
    return Shop(a_problem(sites=TWO_SITES, transport=a_transport(lanes=lanes(**transport))))


def claims_for(*wanted):
    return [(("O", "cut"), Claim(Supply("S", ready, 0), "T", by, units)) for ready, by, units in wanted]


def test_claims_share_a_departure_where_their_times_allow():
    made = transfers_of(claims_for((0, 30, 5), (10, 50, 7), (40, 60, 1)), shop=shop_with())
    assert [(each.depart_min, each.arrive_min, each.quantity) for each in made] == [(20, 30, 12), (50, 60, 1)]


def test_what_is_used_where_it_is_is_not_carried():
    claim = Claim(Supply("S", 0, 0), "S", 10, 5)
    assert transfers_of([(("O", "cut"), claim)], shop=shop_with()) == []


def test_departures_are_on_the_grid():
    shop = shop_with(departs_every_min=20, departs_at_min=7)
    (made,) = transfers_of(claims_for((0, 30, 5)), shop=shop)
    assert made.depart_min == 7


ORDER = an_order(
    quantity=10, due_min=100, site="T", tardiness_cents_per_1000_unit_day=1_440_000
)  # a cent for a piece and minute


def parcels(order, *supplies, **lane):
    shop = Shop(a_problem(sites=TWO_SITES, transport=a_transport(lanes=lanes(**lane)), orders=[order]))
    return deal_out(shop, order=order, supplies=list(supplies))


def departures(order, *supplies, **lane):
    made = deliveries_of(parcels(order, *supplies, **lane), order=order, now_min=0)
    return [(each.depart_min, each.quantity) for each in made]


def test_pieces_in_time_wait_for_the_last_of_them():
    assert departures(ORDER, Supply("S", 0, 4), Supply("S", 90, 6)) == [(90, 10)]


def test_late_pieces_leave_at_once_where_trips_cost_less_than_waiting():
    def late():
        return Supply("S", 120, 4), Supply("S", 150, 6)

    assert departures(ORDER, *late(), cents_per_trip=119) == [(120, 4), (150, 6)]
    assert departures(ORDER, *late(), cents_per_trip=120) == [(150, 10)]


def test_pieces_that_cost_more_late_than_left_are_left():
    order = replace(ORDER, unmet_cents_per_1000_units=30_000)
    found = parcels(order, Supply("S", 119, 4), Supply("S", 121, 6), cents=0)
    assert [parcel.units for parcel in found] == [4]


def test_the_drop_that_is_due_first_is_served_first():
    order = an_order(
        quantity=10,
        drops=[("later", "T", 5, 300), ("sooner", "T", 5, 50)],
        tardiness_cents_per_1000_unit_day=1,
    )
    found = parcels(order, Supply("S", 20, 5), Supply("S", 200, 5))
    assert {parcel.drop.id: parcel.supply.ready for parcel in found} == {"sooner": 20, "later": 200}


def test_under_finish_the_last_pieces_go_where_they_arrive_soonest():
    order = an_order(quantity=10, drops=[("far", "T", 5, 300), ("near", "S", 5, 300)])
    problem = a_problem(
        objective="finish", sites=TWO_SITES, transport=a_transport(lanes=lanes()), orders=[order]
    )
    found = deal_out(Shop(problem), order=order, supplies=[Supply("S", 0, 5), Supply("S", 50, 9)])
    assert {parcel.drop.id: parcel.supply.ready for parcel in found} == {"far": 0, "near": 50}
    assert all(isinstance(parcel, Parcel) for parcel in found)
