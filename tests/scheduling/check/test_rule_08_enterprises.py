from matching.problem import Lane
from tests.matching.workshop import a_lot, a_machine, a_problem, a_site, a_transport, an_enterprise, an_order
from tests.scheduling.check.court import a_delivery, verdict


def shared(*, most, fixed=(), second_enterprise="E2"):
    """An order made on two machines at two sites; how many enterprises may work on it."""
    lots = [a_lot("A", machine="M", end=5, quantity=5), a_lot("B", machine="N", end=5, quantity=5)]
    problem = a_problem(
        enterprises=[an_enterprise(), an_enterprise("E2")],
        sites=[a_site(), a_site("S2", enterprise=second_enterprise)],
        machines=[a_machine("M"), a_machine("N", site="S2")],
        transport=a_transport(lanes=(Lane(from_site="S2", to="S", lead_min=0, cents_per_1000_units=0),)),
        orders=[an_order(max_enterprises=most)],
        fixed_lots=[lots[at] for at in fixed],
    )
    return verdict(problem, lots=lots, deliveries=[a_delivery(quantity=5), a_delivery(site="S2", quantity=5)])


def test_at_most_so_many_enterprises_work_on_an_order():
    assert shared(most=2) == []
    assert shared(most=None) == []
    assert shared(most=1) == ["R8 orders[0]"]


def test_two_sites_of_one_enterprise_count_once():
    assert shared(most=1, second_enterprise="E") == []


def test_fixed_lots_count():
    assert shared(most=1, fixed=(0, 1)) == ["R8 orders[0]"]
