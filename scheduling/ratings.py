"""A problem without the orders that others go before (rule 12)."""

from dataclasses import replace

from matching.fields import RESERVED_PREFIX
from matching.problem import Lane, Order, OrderId, Problem


def alone(problem: Problem, *, orders: list[Order]) -> Problem | None:
    """The problem as if `orders` were all there are; None if fixed lots of other orders stand in it."""
    ids = {order.id for order in orders}
    if any(lot.order not in ids for lot in problem.fixed_lots):
        return None
    lanes = tuple(lane for lane in problem.transport.lanes if _leads_to_known(lane, orders=ids))
    previous = problem.previous
    return replace(
        problem,
        orders=tuple(order for order in problem.orders if order.id in ids),
        stock=tuple(each for each in problem.stock if each.order is None or each.order in ids),
        transport=replace(problem.transport, lanes=lanes),
        previous=None if previous is None else tuple(lot for lot in previous if lot.order in ids),
    )


def _leads_to_known(lane: Lane, *, orders: set[OrderId]) -> bool:
    if not lane.to.startswith(RESERVED_PREFIX):
        return True
    place = lane.to.removeprefix(RESERVED_PREFIX)
    return any(place == order or place.startswith(f"{order}/") for order in orders)
