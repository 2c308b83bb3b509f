from matching.problem import Stock
from tests.matching.workshop import (
    a_chain,
    a_lot,
    a_machine,
    a_mode,
    a_problem,
    a_product,
    an_operation,
    an_order,
)
from tests.scheduling.check.court import a_delivery, verdict


def cutting(*lots, quantity, min_lot=50, windows=((0, 500),), changeovers=(), fixed=(), stock=0, orders=None):
    """What is broken when one machine runs `lots` for orders of `quantity` and only runs of 50 pay."""
    machine = a_machine(modes=[a_mode(min_lot=min_lot)], windows=windows, changeovers=changeovers)
    orders = orders or [an_order(quantity=quantity)]
    problem = a_problem(
        machines=[machine],
        orders=orders,
        fixed_lots=list(fixed),
        stock=[Stock(order="O", item="cut", site="S", from_min=0, quantity=stock)] if stock else [],
    )
    sent = [a_delivery(order=order.id, depart=1000, quantity=order.quantity) for order in orders]
    return verdict(problem, lots=[*fixed, *lots], deliveries=sent)


def lot(name, start, pieces, **more):
    return a_lot(name, start=start, end=start + pieces + more.get("setup", 0), quantity=pieces, **more)


def test_a_run_may_be_one_lot_of_the_least_size():
    assert cutting(lot("A", 0, 50), lot("B", 100, 50), windows=[(0, 90), (95, 500)], quantity=100) == []


def test_a_run_below_the_least_lot_is_refused():
    lots = lot("A", 0, 51), lot("B", 100, 49)
    assert cutting(*lots, windows=[(0, 90), (95, 500)], quantity=100) == ["R4 lots[1]"]


def test_lots_of_one_window_without_set_up_make_one_run_even_with_a_pause():
    assert cutting(lot("A", 0, 30), lot("B", 60, 70), quantity=100) == []


def test_a_new_window_begins_a_new_run_even_where_it_touches():
    lots = lot("A", 0, 60), lot("B", 60, 40)
    assert cutting(*lots, quantity=100) == []
    assert cutting(*lots, windows=[(0, 60), (60, 500)], quantity=100) == ["R4 lots[1]"]


def test_a_set_up_begins_a_new_run():
    lots = lot("A", 0, 60), lot("B", 60, 40, setup=7)
    again = [("part/cut", "part/cut", 7)]
    assert cutting(*lots, changeovers=again, quantity=100) == ["R4 lots[1]"]


def test_another_operation_between_ends_the_run():
    product = a_product(operations=[an_operation(each, makes="part") for each in ("cut", "drill")])
    modes = [a_mode(each, family="steel", min_lot=50) for each in ("cut", "drill")]

    def judged(*operations):
        problem = a_problem(
            products=[product], machines=[a_machine(modes=modes)], orders=[an_order(quantity=100)]
        )
        starts = zip(operations, (0, 25, 85), (25, 60, 15), strict=True)
        lots = [lot(f"L{start}", start, pieces, operation=operation) for operation, start, pieces in starts]
        return verdict(problem, lots=lots, deliveries=[a_delivery(depart=200, quantity=100)])

    assert judged("cut", "cut", "cut") == []
    assert judged("cut", "drill", "cut") == ["R4 lots[0]", "R4 lots[2]"]


def test_orders_of_one_product_share_a_run():
    orders = [an_order("O", quantity=100), an_order("P", quantity=60)]
    shared = lot("A", 0, 30), lot("B", 30, 30, order="P"), lot("C", 100, 70), lot("D", 170, 30, order="P")
    assert cutting(*shared, orders=orders, quantity=0) == []
    apart = lot("A", 0, 30), lot("B", 60, 30, order="P"), lot("C", 100, 70), lot("D", 170, 30, order="P")
    windows = [(0, 50), (50, 95), (95, 500)]
    assert cutting(*apart, orders=orders, windows=windows, quantity=0) == ["R4 lots[0]", "R4 lots[1]"]


def test_a_small_run_is_allowed_if_it_makes_all_the_orders_need():
    assert cutting(lot("A", 0, 20), quantity=20) == []
    orders = [an_order("O", quantity=20), an_order("P", quantity=10)]
    assert cutting(lot("A", 0, 20), lot("B", 20, 10, order="P"), orders=orders, quantity=0) == []
    assert cutting(lot("A", 0, 10), lot("B", 60, 10), windows=[(0, 50), (55, 99)], quantity=20) == [
        "R4 lots[0]",
        "R4 lots[1]",
    ]


def test_stock_of_the_product_lessens_the_need():
    assert cutting(lot("A", 0, 15), quantity=20, stock=5) == []
    short = verdict_with_unmet(stock=4)
    assert short == ["R4 lots[0]"]


def verdict_with_unmet(*, stock):
    """15 pieces are made, 20 ordered: one may stay unmet."""
    problem = a_problem(
        machines=[a_machine(modes=[a_mode(min_lot=50)])],
        orders=[an_order(quantity=20, unmet_cents_per_1000_units=0)],
        stock=[Stock(order="O", item="cut", site="S", from_min=0, quantity=stock)],
    )
    return verdict(problem, lots=[lot("A", 0, 15)], deliveries=[a_delivery(depart=99, quantity=15 + stock)])


def two_stages(*, cut, drill, stock=0, good_per_1000=1000):
    """`cut` pieces cut, from which `drill` are drilled; a cut below 50 must be all that drilling consumes."""
    modes = [a_mode("cut", min_lot=50), a_mode("drill", setup_min=0, good_per_1000=good_per_1000)]
    started = -(-drill * 1000 // good_per_1000)
    problem = a_problem(
        products=[a_chain("cut", "drill")],
        machines=[a_machine("M", modes=modes[:1]), a_machine("N", modes=modes[1:])],
        orders=[an_order(quantity=drill)],
        stock=[Stock(order="O", item="cut", site="S", from_min=0, quantity=stock)] if stock else [],
    )
    drilling = a_lot("B", operation="drill", machine="N", start=100, end=100 + started, quantity=drill)
    sent = [a_delivery(depart=500, quantity=drill)]
    return verdict(problem, lots=[lot("A", 0, cut), drilling], deliveries=sent)


def test_of_another_item_a_run_must_make_what_the_lots_consume():
    assert two_stages(cut=40, drill=40) == []
    assert two_stages(cut=45, drill=36, good_per_1000=800) == []  # 45 pieces started


def test_of_another_item_stock_lessens_the_need():
    assert two_stages(cut=10, drill=40, stock=30) == []
    assert two_stages(cut=10, drill=30, stock=20) == []
    assert two_stages(cut=11, drill=40, stock=30) == []
    assert two_stages(cut=10, drill=40, stock=29) == ["R4 lots[0]", "R5 lots[1]"]


def test_a_run_of_fixed_lots_alone_is_exempt():
    fixed = lot("F", 0, 10)
    assert cutting(lot("A", 60, 90), windows=[(0, 50), (55, 500)], fixed=[fixed], quantity=100) == []


def test_a_fixed_lot_belongs_to_the_run_that_goes_on_after_it():
    fixed = lot("F", 0, 30)
    assert (
        cutting(
            lot("A", 30, 20), lot("B", 100, 50), windows=[(0, 90), (95, 500)], fixed=[fixed], quantity=100
        )
        == []
    )
    assert cutting(
        lot("A", 30, 19), lot("B", 100, 51), windows=[(0, 90), (95, 500)], fixed=[fixed], quantity=100
    ) == ["R4 lots[1]"]
