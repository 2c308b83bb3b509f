"""Rule 12: what rated orders get is what they get alone, without those that come after them."""

from dataclasses import replace
from random import Random

import pytest

from matching.problem import Objective, Rating
from scheduling.check import check
from scheduling.discrete import DiscreteEngine
from scheduling.dispatch.standing import service_of
from scheduling.options import SolveOptions
from scheduling.plan import Status
from scheduling.ratings import alone
from tests.matching.workshop import DAY, a_chain, a_lot, a_machine, a_mode, a_problem, an_order

_RATINGS = (Rating.DX, Rating.DO, Rating.UNRATED)


def solve(problem, *, work=300):
    plan = DiscreteEngine().solve(
        problem,
        options=SolveOptions(time_limit_s=60, seed=1, work=work),
        progress=lambda _: None,
        stop=lambda: False,
    )
    assert plan.status in (Status.OPTIMAL, Status.FEASIBLE)
    assert check(problem, plan) == []
    return plan


def a_contended_problem(seed, *, objective):
    """Three orders, one of each rating, compete for two machines that do not work at night."""
    rng = Random(seed)
    machines = [
        a_machine(
            f"M{number}",
            modes=[
                a_mode(name, run_min=rng.randint(5, 40), setup_min=rng.choice((0, 20))) for name in ("a", "b")
            ],
            windows=[(day * DAY, day * DAY + 480) for day in range(8)],
        )
        for number in range(2)
    ]
    orders = [
        an_order(
            f"O{number}",
            quantity=rng.randint(1, 2),
            due_min=rng.randint(10, 200),
            rating=rating,
            tardiness_cents_per_1000_unit_day=rng.choice((1_000_000, 9_000_000)),
        )
        for number, rating in enumerate(rng.sample(_RATINGS, 3))
    ]
    return a_problem(
        objective=objective,
        products=[a_chain("a", "b")],
        machines=machines,
        orders=orders,
        horizon_min=8 * DAY,
    )


@pytest.mark.parametrize("objective", list(Objective))
@pytest.mark.parametrize("seed", range(2))
def test_higher_ratings_get_what_they_get_alone(seed, objective):
    problem = a_contended_problem(seed, objective=objective)
    together = service_of(problem, deliveries=solve(problem).deliveries)
    for rating in (Rating.DX, Rating.DO):
        upper = [order for order in problem.orders if order.rating.rank <= rating.rank]
        smaller = alone(problem, orders=upper)
        apart = service_of(smaller, deliveries=solve(smaller).deliveries)
        assert together[rating.rank] == apart[rating.rank], rating


def test_a_cheaper_plan_is_no_reason_to_serve_a_rated_order_late():
    """The slow machine is cheaper by more than the delay costs."""
    slow = a_machine("slow", modes=[a_mode(run_min=60, cents_per_h=60)])
    fast = a_machine("fast", modes=[a_mode(run_min=1, cents_per_h=60_000)])
    order = an_order(quantity=1, due_min=1, tardiness_cents_per_1000_unit_day=1_440_000)
    problem = a_problem(machines=[slow, fast], orders=[replace(order, rating=Rating.DX)])
    assert [lot.machine for lot in solve(problem).lots] == ["fast"]
    assert [lot.machine for lot in solve(replace(problem, orders=(order,))).lots] == ["slow"]


def test_orders_are_not_alone_where_fixed_lots_of_others_stand():
    orders = [an_order("O", rating=Rating.DX), an_order("P")]
    problem = a_problem(orders=orders, fixed_lots=[a_lot(order="P")])
    assert alone(problem, orders=orders[:1]) is None
