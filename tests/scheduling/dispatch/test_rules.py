import pytest

from scheduling.dispatch.dispatch import dispatch
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.opening_guides import opening_guides
from scheduling.dispatch.shop import Shop
from tests.scheduling.judging import violations
from tests.scheduling.rule_pairs import PAIRS


def drafts(problem):
    shop = Shop(problem)
    estimates = Estimates(shop)
    guides = opening_guides(shop, estimates, orders=list(problem.orders))
    return [dispatch(shop, estimates, guide=guide) for guide in guides]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.__name__)
def test_dispatching_finds_a_plan_where_there_is_one(pair):
    problem = pair(True)
    valid = [draft for draft in drafts(problem) if draft.is_valid]
    assert valid
    for draft in valid:
        assert violations(problem, draft) == []


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.__name__)
def test_dispatching_claims_no_plan_where_there_is_none(pair):
    assert not any(draft.is_valid for draft in drafts(pair(False)))
