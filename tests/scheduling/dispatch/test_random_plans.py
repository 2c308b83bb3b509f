import pytest

from matching.problem import Objective
from scheduling.dispatch.dispatch import dispatch
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.opening_guides import opening_guides
from scheduling.dispatch.search import Search
from scheduling.dispatch.shop import Shop
from tests.scheduling.budgets import a_budget
from tests.scheduling.judging import violations
from tests.scheduling.random_problems import a_random_problem


@pytest.mark.parametrize("objective", list(Objective))
def test_every_draft_that_says_so_is_valid(objective):
    num_valid = 0
    for seed in range(30):
        problem = a_random_problem(seed, objective=objective)
        shop = Shop(problem)
        estimates = Estimates(shop)
        for guide in list(opening_guides(shop, estimates, orders=list(problem.orders)))[::5]:
            draft = dispatch(shop, estimates, guide=guide)
            if draft.is_valid:
                num_valid += 1
                assert violations(problem, draft) == [], (seed, guide)
    assert num_valid > 15


def test_every_plan_of_a_search_is_valid_whatever_it_changes():
    num_valid = 0
    for seed in range(20):
        problem = a_random_problem(seed)
        found = []
        search = Search(
            Shop(problem),
            orders=list(problem.orders),
            budget=a_budget(work=40),
            seed=seed,
            on_better=found.append,
        )
        search.open(share=0.2)
        search.improve(share=1.0)
        for standing in found:
            if standing.draft.is_valid:
                num_valid += 1
                assert violations(problem, standing.draft) == [], seed
    assert num_valid > 12
