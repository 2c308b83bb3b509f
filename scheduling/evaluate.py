"""What a plan amounts to: objective, cost and the result of each order, as a solver computes them.

The checker (`scheduling.check`) computes the same numbers without this file; a test compares the two.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from matching.problem import Lot, Objective, OrderId, Problem
from matching.rules import round_half_up
from scheduling.costs import Costs, costs_of
from scheduling.plan import Delivery, OrderResult, Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """`objective` is minutes or cents as the problem asks; `exact_objective` the same before rounding.

    `orders` has one result for each order of the problem, in its order.
    """

    objective: int
    exact_objective: Fraction
    cost_cents: int
    costs: Costs
    orders: tuple[OrderResult, ...]


def evaluate(
    problem: Problem, *, lots: Sequence[Lot], transfers: Sequence[Transfer], deliveries: Sequence[Delivery]
) -> Evaluation:
    """Evaluate a plan whose ids are all known (valid or not). With no arrival at all the finish is 0."""
    costs = costs_of(problem, lots=lots, transfers=transfers, deliveries=deliveries)
    cost_cents = round_half_up(costs.total)
    finish = max((delivery.arrive_min for delivery in deliveries), default=0)
    by_cost = problem.objective is Objective.COST
    return Evaluation(
        objective=cost_cents if by_cost else finish,
        exact_objective=costs.total if by_cost else Fraction(finish),
        cost_cents=cost_cents,
        costs=costs,
        orders=_results(problem, lots=lots, deliveries=deliveries),
    )


def gap_pct(*, objective: int, bound: int | float | Fraction | None) -> float | None:
    """100·(objective − bound)/objective; 0 if the objective is 0, never below 0, None without a bound."""
    if bound is None:
        return None
    if objective == 0:
        return 0.0
    return max(0.0, float(100 * (objective - Fraction(bound)) / objective))


def _results(
    problem: Problem, *, lots: Sequence[Lot], deliveries: Sequence[Delivery]
) -> tuple[OrderResult, ...]:
    there = _pieces_of_product(problem, lots=lots)
    delivered: dict[OrderId, int] = defaultdict(int)
    last_arrival: dict[OrderId, int] = {}
    for delivery in deliveries:
        delivered[delivery.order] += delivery.quantity
        last_arrival[delivery.order] = max(
            delivery.arrive_min, last_arrival.get(delivery.order, delivery.arrive_min)
        )
    return tuple(
        OrderResult(
            id=order.id,
            delivered=delivered[order.id],
            unmet=order.quantity - delivered[order.id],
            surplus=there[order.id] - delivered[order.id],
            completed_min=last_arrival.get(order.id),
        )
        for order in problem.orders
    )


def _pieces_of_product(problem: Problem, *, lots: Sequence[Lot]) -> dict[OrderId, int]:
    """Pieces made and stock of each order's product."""
    there: dict[OrderId, int] = defaultdict(int)
    for stock in problem.stock:
        if stock.order is not None:
            product = problem.product_by_id[problem.order_by_id[stock.order].product]
            there[stock.order] += stock.quantity if stock.item == product.final_item else 0
    for lot in lots:
        product = problem.product_by_id[problem.order_by_id[lot.order].product]
        if product.operation_by_id[lot.operation].makes == product.final_item:
            there[lot.order] += lot.quantity
    return there
