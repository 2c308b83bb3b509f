import pytest

from scheduling.cpsat.model import build
from scheduling.cpsat.objective import last_arrival
from scheduling.cpsat.optimise import Limits, Proof, optimise
from scheduling.cpsat.slots import make_slots, most_units
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.shop import Shop
from tests.scheduling.judging import violations
from tests.scheduling.rule_pairs import PAIRS

LIMITS = Limits(seconds=20, work=None, seed=1, workers=1)


def solve(problem):
    shop = Shop(problem)
    orders = list(problem.orders)
    count = {good: units for order in orders for good, units in most_units(shop, order).items()}
    slots = make_slots(shop, Estimates(shop), orders=orders, count=count)
    variables = build(shop, orders=orders, slots=slots)
    finish = last_arrival(variables, orders=orders)
    return optimise(variables, minimise=finish, limits=LIMITS, stop=lambda: False)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.__name__)
def test_the_model_allows_what_the_rule_allows(pair):
    problem = pair(True)
    outcome = solve(problem)
    assert outcome.proof is Proof.OPTIMAL
    assert violations(problem, outcome.draft) == []


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.__name__)
def test_the_model_forbids_what_the_rule_forbids(pair):
    assert solve(pair(False)).proof is Proof.INFEASIBLE
