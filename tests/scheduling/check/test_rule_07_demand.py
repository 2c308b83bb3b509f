from dataclasses import replace

from matching.problem import Stock
from tests.matching.workshop import a_lot, a_problem, an_order
from tests.scheduling.check.court import a_delivery, a_plan, broken, verdict


def delivering(quantity, *, made=10, order=None, **more):
    problem = a_problem(orders=[order or an_order(quantity=10)], **more)
    lots = [a_lot(end=made, quantity=made)]
    return verdict(
        problem, lots=lots, deliveries=[a_delivery(depart=made, quantity=quantity)] if quantity else []
    )


def test_everything_must_be_delivered_unless_unmet_has_a_price():
    assert delivering(10) == []
    assert delivering(9) == ["R7 orders[0]"]
    assert delivering(9, order=an_order(unmet_cents_per_1000_units=5000)) == []
    assert delivering(0, order=an_order(unmet_cents_per_1000_units=5000)) == []


def test_with_the_objective_finish_every_piece_must_be_delivered():
    order = an_order(unmet_cents_per_1000_units=5000)
    assert delivering(10, order=order, objective="finish") == []
    assert delivering(9, order=order, objective="finish") == ["R7 orders[0]"]


def test_no_more_is_delivered_than_ordered():
    assert delivering(10, made=12) == []
    assert delivering(11, made=12) == ["R7 orders[0]"]


def test_each_drop_gets_its_own_quantity():
    drops = [("a", "S", 6, 9000), ("b", "S", 4, 9000)]

    def judged(a, b):
        problem = a_problem(orders=[an_order(drops=drops)])
        sent = [a_delivery(drop="a", quantity=a), a_delivery(drop="b", quantity=b)]
        return verdict(problem, deliveries=sent)

    assert judged(6, 4) == []
    assert judged(7, 3) == ["R7 orders[0]", "R7 orders[0]"]


def test_where_there_is_one_drop_its_name_may_be_left_out():
    problem = a_problem(orders=[an_order(drops=[("gate", "S", 10, 9000)])])
    assert verdict(problem, deliveries=[a_delivery(drop="gate")]) == []
    assert verdict(problem, deliveries=[a_delivery(drop=None)]) == []


def test_where_there_are_two_drops_the_name_must_be_given_and_known():
    problem = a_problem(orders=[an_order(drops=[("a", "S", 6, 9000), ("b", "S", 4, 9000)])])
    plan = a_plan(problem, deliveries=[a_delivery(drop="a", quantity=6), a_delivery(drop="b", quantity=4)])
    for name in (None, "c"):
        lost = replace(plan, deliveries=(plan.deliveries[0], replace(plan.deliveries[1], drop=name)))
        assert "R7 deliveries[1].drop" in broken(problem, lost)


def test_a_delivery_to_an_unknown_order_is_refused():
    problem = a_problem()
    plan = a_plan(problem)
    astray = replace(plan, deliveries=(*plan.deliveries, a_delivery(order="nobody")))
    assert broken(problem, astray) == ["R7 deliveries[1].order"]


def test_what_is_made_and_not_delivered_is_surplus():
    stock = [Stock(order="O", item="cut", site="S", from_min=0, quantity=3)]
    problem = a_problem(stock=stock)
    plan = a_plan(problem)
    assert plan.orders[0].surplus == 3
    assert broken(problem, plan) == []


def test_more_delivered_than_there_is_is_refused():
    assert delivering(10, made=9) == ["R5 deliveries[0]", "R7 orders[0]"]
