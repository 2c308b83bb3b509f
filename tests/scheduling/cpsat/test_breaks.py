import pytest

from scheduling.cpsat.model import build
from scheduling.cpsat.optimise import Limits, optimise
from scheduling.cpsat.slots import make_slots
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.shop import Shop
from tests.matching.workshop import a_machine, a_mode, a_problem, an_order


@pytest.mark.parametrize(("run_min", "latest_end"), [(3, 3), (5, 5), (6, 11), (9, 14)])
def test_a_lot_never_ends_later_than_its_work_however_much_one_wants_it_to(run_min, latest_end):
    machine = a_machine(modes=[a_mode(run_min=run_min)], windows=[(0, 60)], breaks=[(5, 10)])
    shop = Shop(a_problem(machines=[machine], orders=[an_order(quantity=1)], horizon_min=60))
    orders = list(shop.problem.orders)
    slots = make_slots(shop, Estimates(shop), orders=orders, count={("O", "cut"): 1})
    variables = build(shop, orders=orders, slots=slots)
    (lot,) = variables.lots
    variables.model.add(lot.start == 0)
    outcome = optimise(
        variables,
        minimise=-lot.end,
        limits=Limits(seconds=10, work=None, seed=1, workers=1),
        stop=lambda: False,
    )
    assert outcome.best == -latest_end
