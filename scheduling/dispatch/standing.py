"""How good a draft is: ratings first, then the objective (rule 12)."""

from dataclasses import dataclass
from fractions import Fraction

from matching.problem import OrderId, Problem, Rating
from scheduling.costs import drop_of
from scheduling.dispatch.draft import Draft
from scheduling.evaluate import Evaluation, evaluate
from scheduling.plan import Delivery

Key = tuple[Fraction | int, ...]
_UNITS_AND_MINUTES = 1000 * 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A draft and what it amounts to. Of two, the one with the smaller `key` is better.

    `service`: what DX, then DO orders get, see `service_of`.
    """

    draft: Draft
    evaluation: Evaluation
    service: tuple[Fraction | int, ...]
    key: Key


def standing_of(problem: Problem, draft: Draft) -> Standing:
    evaluation = evaluate(problem, lots=draft.lots, transfers=draft.transfers, deliveries=draft.deliveries)
    service = service_of(problem, deliveries=draft.deliveries)
    key = (
        int(draft.starved),
        sum(draft.missing.values()),
        *service,
        evaluation.exact_objective,
        evaluation.costs.total,
    )
    return Standing(draft=draft, evaluation=evaluation, service=service, key=key)


def service_of(problem: Problem, *, deliveries: tuple[Delivery, ...]) -> tuple[Fraction | int, ...]:
    """What DX and what DO orders get: cents of tardiness and of unmet pieces, or the last arrival."""
    served: list[Fraction | int] = []
    for rating in (Rating.DX, Rating.DO):
        orders = {order.id for order in problem.orders if order.rating is rating}
        theirs = [delivery for delivery in deliveries if delivery.order in orders]
        if problem.objective == "finish":
            served.append(max((delivery.arrive_min for delivery in theirs), default=0))
        else:
            served.append(_service_cents(problem, orders=orders, deliveries=theirs))
    return tuple(served)


def _service_cents(problem: Problem, *, orders: set[OrderId], deliveries: list[Delivery]) -> Fraction:
    cents = Fraction(0)
    open_units = {order: problem.order_by_id[order].quantity for order in orders}
    for delivery in deliveries:
        order = problem.order_by_id[delivery.order]
        open_units[order.id] -= delivery.quantity
        late = max(0, delivery.arrive_min - drop_of(delivery, order=order).due_min)
        rate = Fraction(order.tardiness_cents_per_1000_unit_day, _UNITS_AND_MINUTES)
        cents += late * delivery.quantity * rate
    for order_id, units in open_units.items():
        cents += Fraction(units * (problem.order_by_id[order_id].unmet_cents_per_1000_units or 0), 1000)
    return cents
