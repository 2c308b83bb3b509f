from scheduling.cpsat.slots import most_units
from scheduling.dispatch.shop import Shop
from tests.matching.workshop import a_chain, a_machine, a_mode, a_problem, an_order


def test_nothing_is_used_of_what_goes_into_an_item_that_nobody_can_use():
    machine = a_machine(modes=[a_mode("a"), a_mode("b")])
    order = an_order(quantity=5)
    problem = a_problem(products=[a_chain("a", "b", "c")], machines=[machine], orders=[order])
    assert most_units(Shop(problem), order).get(("O", "a"), 0) == 0
