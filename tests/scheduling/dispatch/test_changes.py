"""Random changes of a guide stay sensible however often they are made."""

from random import Random

import pytest

from scheduling.dispatch.changes import Changes
from scheduling.dispatch.dispatch import dispatch
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.guide import LEAST_LOT_MIN, WHOLE_WINDOWS_MIN, Guide
from scheduling.dispatch.shop import Shop
from tests.matching.workshop import a_problem, an_order


@pytest.mark.parametrize("seed", range(5))
def test_a_wished_lot_stays_between_its_limits_over_20000_changes(seed):
    problem = a_problem(objective="finish", orders=[an_order(quantity=100)])
    shop, rng = Shop(problem), Random(seed)
    estimates = Estimates(shop)
    guide = Guide(
        sequence=tuple((problem.orders[0].id, item) for item in shop.items_of[problem.orders[0].id])
    )
    draft = dispatch(shop, estimates, guide=guide)
    changes = Changes(shop, estimates, orders=list(problem.orders))
    for _ in range(20_000):
        guide = changes.apply(guide, draft=draft, rng=rng)
        assert LEAST_LOT_MIN <= guide.lot_min <= WHOLE_WINDOWS_MIN
