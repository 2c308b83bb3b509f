import pytest

from matching.problem import Lane, Stock
from tests.matching.workshop import a_lot, a_machine, a_mode, a_problem, a_site, a_transport, an_order
from tests.scheduling.check.court import a_delivery, a_transfer, verdict


@pytest.mark.parametrize("field", ["release_min", "now_min"])
def test_nothing_starts_before_release_or_now(field):
    def judged(earliest, **more):
        of_order = {"release_min": earliest} if field == "release_min" else {}
        of_problem = {"now_min": earliest} if field == "now_min" else {}
        problem = a_problem(orders=[an_order(**of_order)], **of_problem, **more)
        lots = [a_lot(start=20, end=30)]
        return verdict(problem, lots=lots, deliveries=[a_delivery(depart=30)])

    assert judged(20) == []
    assert judged(21) == ["R6 lots[0].start_min"]
    assert judged(21, fixed_lots=[a_lot(start=20, end=30)]) == []


def test_only_fixed_lots_begin_before_0():
    windows = [(-100, 100)]
    lots = [a_lot(start=-5, end=5)]
    free = a_problem(machines=[a_machine(windows=windows)])
    assert verdict(free, lots=lots) == ["R6 lots[0].start_min"]
    fixed = a_problem(machines=[a_machine(windows=windows)], fixed_lots=lots)
    assert verdict(fixed, lots=lots) == []


def test_nothing_departs_before_0_or_now():
    stock = [Stock(order="O", item="cut", site="S", from_min=-90, quantity=10)]

    def judged(depart, *, now=0):
        problem = a_problem(stock=stock, now_min=now)
        fixed = [a_lot(start=now, end=now + 10)]
        return verdict(problem, lots=fixed, deliveries=[a_delivery(depart=depart)])

    assert judged(0) == []
    assert judged(-1) == ["R6 deliveries[0].depart_min"]
    assert judged(40, now=40) == []
    assert judged(39, now=40) == ["R6 deliveries[0].depart_min"]


def test_goods_may_leave_before_the_orders_release():
    stock = [Stock(order="O", item="cut", site="S", from_min=0, quantity=10)]
    problem = a_problem(stock=stock, orders=[an_order(release_min=50)])
    assert verdict(problem, lots=[a_lot(start=50, end=60)], deliveries=[a_delivery(depart=5)]) == []


def test_nothing_ends_after_the_horizon():
    def judged(horizon, **more):
        return verdict(a_problem(horizon_min=horizon, **more))

    assert judged(10) == []
    assert judged(9) == ["R6 lots[0].end_min", "R6 deliveries[0].arrive_min"]
    assert judged(9, fixed_lots=[a_lot()]) == ["R6 lots[0].end_min", "R6 deliveries[0].arrive_min"]


def test_a_hold_may_end_after_the_horizon():
    stock = [Stock(order="O", item="cut", site="S", from_min=0, quantity=10)]
    problem = a_problem(machines=[a_machine(modes=[a_mode(hold_min=500)])], stock=stock, horizon_min=10)
    assert verdict(problem, deliveries=[a_delivery(depart=0)]) == []


def arriving(arrive, *, horizon=1000, latest=None, of_material=False):
    lanes = (Lane(from_site="S", to="S2", lead_min=30, cents_per_1000_units=0),)
    problem = a_problem(
        sites=[a_site(), a_site("S2")],
        transport=a_transport(lanes=lanes),
        orders=[an_order(quantity=5, latest_min=latest)],
        horizon_min=horizon,
    )
    moved = [a_transfer("cut", arrive=arrive, quantity=5)]
    return verdict(problem, transfers=moved, deliveries=[a_delivery(quantity=5)])


def test_no_transfer_arrives_after_the_horizon():
    assert arriving(1000) == []
    assert arriving(1001) == ["R6 transfers[0].arrive_min"]


def test_nothing_of_an_order_arrives_after_its_latest():
    assert arriving(50, latest=50) == []
    assert arriving(51, latest=50) == ["R6 transfers[0].arrive_min"]
    assert verdict(a_problem(orders=[an_order(latest_min=10)])) == []
    assert verdict(a_problem(orders=[an_order(latest_min=9)])) == ["R6 deliveries[0].arrive_min"]
