from collections import Counter
from dataclasses import replace

from matching.problem import Stock
from scheduling.dispatch.crews import Crews
from scheduling.dispatch.dispatch import dispatch
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.guide import Guide
from scheduling.dispatch.shop import Shop
from tests.matching.workshop import (
    DAY,
    a_chain,
    a_lot,
    a_machine,
    a_mode,
    a_problem,
    a_product,
    a_site,
    an_enterprise,
    an_operation,
    an_order,
)
from tests.scheduling.judging import violations


def draft_of(problem, **guide):
    shop = Shop(problem)
    sequence = tuple((order.id, item) for order in problem.orders for item in shop.items_of[order.id])
    draft = dispatch(shop, Estimates(shop), guide=Guide(sequence=sequence, **guide))
    assert draft.is_valid
    assert violations(problem, draft) == []
    return draft


def two_steps(**order):
    machines = [a_machine("M", modes=[a_mode("cut")]), a_machine("N", modes=[a_mode("bend")])]
    return a_problem(
        objective="finish",
        products=[a_chain("cut", "bend")],
        machines=machines,
        orders=[an_order(quantity=100, **order)],
    )


def test_lots_nobody_waits_for_are_one():
    problem = a_problem(objective="cost", orders=[an_order(quantity=100, due_min=DAY)])
    assert len(draft_of(problem, lot_min=10).lots) == 1


def test_lots_that_let_the_next_operation_begin_stay_apart():
    by_operation = Counter(lot.operation for lot in draft_of(two_steps(), lot_min=10).lots)
    assert by_operation == {"cut": 10, "bend": 10}


def test_the_next_operation_begins_with_the_first_lot():
    draft = draft_of(two_steps(), lot_min=10)
    assert max(delivery.arrive_min for delivery in draft.deliveries) == 110


def test_no_more_is_made_of_an_item_than_is_consumed():
    product = a_product(operations=[an_operation("cut"), an_operation("bend", needs=[("cut", 3, 2)])])
    machines = [
        a_machine("M", modes=[a_mode("cut", run_units=10)]),
        a_machine("poor", modes=[a_mode("bend", run_units=5, good_per_1000=700)], windows=[(0, 60)]),
        a_machine("good", modes=[a_mode("bend", run_units=5, good_per_1000=990)]),
    ]
    problem = a_problem(products=[product], machines=machines, orders=[an_order(quantity=500)])
    draft = draft_of(problem, lot_min=30)
    made = Counter()
    for lot in draft.lots:
        made[lot.operation] += lot.quantity
    assert made["bend"] == 500
    assert made["cut"] == draft.consumed["O", "cut"]


def test_a_smallest_lot_leaves_a_surplus_and_no_more():
    machine = a_machine(modes=[a_mode(min_lot=30)], windows=[(0, 40), (100, 140)])
    problem = a_problem(machines=[machine], orders=[an_order(quantity=45)])
    assert sum(lot.quantity for lot in draft_of(problem).lots) == 60


def test_the_rest_of_an_order_is_large_enough_for_a_run():
    machine = a_machine(modes=[a_mode(min_lot=30)], windows=[(0, 40), (100, 140)])
    problem = a_problem(machines=[machine], orders=[an_order(quantity=65)])
    assert sorted(lot.quantity for lot in draft_of(problem).lots) == [30, 35]


def test_stock_is_used_before_more_is_made():
    stock = Stock(order="O", item="cut", site="S", from_min=0, quantity=40)
    draft = draft_of(replace(two_steps(), stock=(stock,)))
    assert sum(lot.quantity for lot in draft.lots if lot.operation == "cut") == 60


def test_lots_of_the_plan_in_force_stand_where_they_were_under_their_ids():
    kept = a_lot("K", machine="M", operation="cut", start=500, end=560, quantity=60)
    problem = replace(two_steps(), previous=(kept,))
    draft = draft_of(problem, kept=(kept,), needed={("O", "cut"): 100})
    assert kept in draft.lots
    assert len({lot.id for lot in draft.lots}) == len(draft.lots)


def test_lots_of_another_draft_stand_where_they_were_under_new_ids():
    kept = a_lot("L1", machine="M", operation="cut", start=500, end=560, quantity=60)
    draft = draft_of(two_steps(), kept=(kept,), needed={("O", "cut"): 100}, lot_min=20)
    assert any((lot.start_min, lot.end_min) == (500, 560) for lot in draft.lots)
    assert len({lot.id for lot in draft.lots}) == len(draft.lots)


def test_a_lot_that_can_no_longer_stand_is_made_elsewhere():
    outside = a_lot("K", machine="M", operation="cut", start=9 * DAY, end=11 * DAY, quantity=60)
    draft = draft_of(two_steps(), kept=(outside,))
    assert outside not in draft.lots


def test_an_order_left_out_gets_nothing_and_the_others_all():
    orders = [an_order(name, unmet_cents_per_1000_units=10**6) for name in ("O", "P")]
    draft = draft_of(a_problem(orders=orders), left_out=frozenset({"P"}))
    assert {lot.order for lot in draft.lots} == {"O"}


def test_shunned_machines_and_other_enterprises_are_not_used():
    problem = a_problem(
        enterprises=[an_enterprise("E"), an_enterprise("F")],
        sites=[a_site("S"), a_site("T", enterprise="F")],
        machines=[a_machine("M"), a_machine("N"), a_machine("far", site="T", modes=[a_mode(run_min=9)])],
    )
    assert {lot.machine for lot in draft_of(problem, shunned=frozenset({("O", "M")})).lots} == {"N"}
    crew = {"O": frozenset({"F"})}
    assert {lot.machine for lot in draft_of(problem, enterprises=crew).lots} == {"far"}


def test_a_small_crew_can_make_every_item():
    firms = [an_enterprise(name) for name in "EFG"]
    sites = [a_site(name, enterprise=name) for name in "EFG"]
    machines = [
        a_machine("M", site="E", modes=[a_mode("cut", cents_per_h=1)]),
        a_machine("N", site="F", modes=[a_mode("bend", cents_per_h=1)]),
        a_machine("both", site="G", modes=[a_mode("cut"), a_mode("bend")]),
    ]
    order = an_order(quantity=10, site="G", max_enterprises=1)
    problem = a_problem(
        enterprises=firms,
        sites=sites,
        products=[a_chain("cut", "bend")],
        machines=machines,
        orders=[order],
    )
    shop = Shop(problem)
    crews = Crews(shop, Estimates(shop), order=order)
    assert crews.choose(at_most=1) == {"G"}
    assert crews.choose(at_most=2) == {"E", "F"} or crews.choose(at_most=2) >= {"G"}
