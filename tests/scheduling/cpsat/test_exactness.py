import pytest

from matching.problem import Lane, Resource, ResourceUse
from scheduling.cpsat.exactness import (
    could_split_further,
    is_exact,
    relay_could_help,
    shares_smallest_lots,
    surplus_could_help,
)
from scheduling.cpsat.slots import make_slots, most_units
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.shop import Shop
from tests.matching.workshop import (
    a_chain,
    a_machine,
    a_mode,
    a_problem,
    a_product,
    a_site,
    a_transport,
    an_operation,
    an_order,
)


def judged(flaw, problem, *, most_slots=99):
    shop = Shop(problem)
    orders = list(problem.orders)
    count = {
        good: min(units, most_slots) for order in orders for good, units in most_units(shop, order).items()
    }
    slots = make_slots(shop, Estimates(shop), orders=orders, count=count)
    return flaw(shop, slots)


def test_a_model_with_a_slot_for_every_piece_and_nothing_special_is_exact():
    assert judged(is_exact, a_problem(orders=[an_order(quantity=3)]))


def test_fewer_slots_than_pieces_leave_ways_to_split_out():
    problem = a_problem(orders=[an_order(quantity=3)])
    assert judged(could_split_further, problem, most_slots=2)
    assert not judged(is_exact, problem, most_slots=2)


def test_single_pieces_round_up_what_they_need():
    product = a_product(operations=[an_operation("cut"), an_operation("bend", needs=[("cut", 1, 2)])])
    machine = a_machine(modes=[a_mode("cut"), a_mode("bend", good_per_1000=600)])
    shop = Shop(a_problem(products=[product], machines=[machine]))
    order = an_order(quantity=3)
    assert most_units(shop, order) == {("O", "bend"): 3, ("O", "cut"): 3}


def a_setting(*, setups=(5, 5), families=("same", "same"), changeovers=(), releases=(0, 0), uses=()):
    modes = [
        a_mode(name, setup_min=setup, family=family, uses=uses)
        for name, setup, family in zip(("cut", "bend"), setups, families, strict=True)
    ]
    return a_problem(
        products=[a_chain("cut", "bend")],
        machines=[a_machine(modes=modes, changeovers=changeovers)],
        resources=[Resource(id="crew", quantity=1, site="S")],
        orders=[
            an_order(name, quantity=1, release_min=release)
            for name, release in zip("OP", releases, strict=True)
        ],
    )


@pytest.mark.parametrize(
    ("setting", "helps"),
    [
        ({}, False),
        ({"setups": (0, 0)}, False),
        ({"setups": (5, 7)}, True),  # the cheap set-up first, then the dear work for nothing
        ({"setups": (5, 7), "families": ("one", "other")}, False),
        ({"changeovers": [("same", "other", 1)]}, True),
        ({"releases": (0, 9)}, True),  # a set-up before the release, by a lot of the other order
        ({"uses": (ResourceUse(resource="crew", quantity=1),)}, True),
    ],
)
def test_a_lot_nobody_needs_can_help_where_set_ups_differ(setting, helps):
    assert judged(surplus_could_help, a_setting(**setting)) is helps


def three_sites(*, direct_min=10, every=None):
    lanes = tuple(
        Lane(
            from_site=one,
            to=other,
            lead_min=direct_min if {one, other} == {"S", "U"} else 5,
            cents_per_1000_units=0,
            departs_every_min=every,
        )
        for one in "STU"
        for other in "STU"
        if one != other
    )
    return a_problem(
        sites=[a_site(name) for name in "STU"],
        transport=a_transport(lanes=lanes),
        orders=[an_order(quantity=1)],
    )


def test_a_relay_helps_where_it_is_shorter_or_waits_less():
    assert not judged(relay_could_help, three_sites())
    assert judged(relay_could_help, three_sites(direct_min=11))
    assert judged(relay_could_help, three_sites(every=60))


def test_two_orders_of_a_product_may_share_a_smallest_lot():
    machine = a_machine(modes=[a_mode(min_lot=2)])
    orders = [an_order("O", quantity=1), an_order("P", quantity=1)]
    assert judged(shares_smallest_lots, a_problem(machines=[machine], orders=orders))
    assert not judged(shares_smallest_lots, a_problem(machines=[machine], orders=orders[:1]))
    assert not judged(shares_smallest_lots, a_problem(orders=orders))
