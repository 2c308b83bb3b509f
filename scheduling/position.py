"""What of a plan has happened at a minute: the goods that lie or travel somewhere then. Pure.

It takes the plan at its word; who knows better (a count, a receipt) corrects the lots before asking. A lot that
has begun has used its needs, one that has ended has made its pieces; a running lot stays a lot (the contract's
`fixed_lots`, begun before minute 0).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from matching.problem import DropId, ItemId, Lot, OrderId, Problem, SiteId, Stock
from scheduling.plan import Delivery, Transfer

Place = tuple[OrderId, ItemId, SiteId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """`stock` counts minutes from the moment asked for: 0 lies there, more is on its way or held until then.

    `sent` are pieces by order and drop that have left for the buyer, `arrives_min` when the last of them is there
    (minutes from the moment, None where nothing is on its way or was sent).
    """

    stock: tuple[Stock, ...]
    sent: Mapping[tuple[OrderId, DropId | None], int]
    arrives_min: int | None


def position_at(
    problem: Problem,
    *,
    lots: Iterable[Lot],
    transfers: Iterable[Transfer],
    deliveries: Iterable[Delivery],
    at_min: int,
) -> Position:
    """Everything in minutes of `problem`. What was used or sent is taken from what was there first.

    Where a plan was not followed and more left than came, the shortage is taken from what comes next.
    """
    there: dict[Place, list[tuple[int, int]]] = defaultdict(list)
    gone: dict[Place, int] = defaultdict(int)
    for stock in problem.stock:
        if stock.order is not None and stock.item is not None:
            there[stock.order, stock.item, stock.site].append((stock.from_min, stock.quantity))
    for lot in lots:
        _count_lot(problem, lot, at_min=at_min, there=there, gone=gone)
    for way in transfers:
        if way.depart_min < at_min and way.order is not None and way.item is not None:
            gone[way.order, way.item, way.from_site] += way.quantity
            there[way.order, way.item, way.to_site].append((way.arrive_min, way.quantity))
    sent: dict[tuple[OrderId, DropId | None], int] = defaultdict(int)
    arrivals = []
    for load in deliveries:
        if load.depart_min < at_min:
            order = problem.order_by_id[load.order]
            gone[load.order, problem.product_by_id[order.product].final_item, load.from_site] += load.quantity
            sent[load.order, load.drop] += load.quantity
            arrivals.append(load.arrive_min - at_min)
    return Position(
        stock=tuple(_left(there, gone, at_min=at_min)),
        sent=MappingProxyType(dict(sent)),
        arrives_min=max(arrivals, default=None),
    )


def _count_lot(
    problem: Problem,
    lot: Lot,
    *,
    at_min: int,
    there: dict[Place, list[tuple[int, int]]],
    gone: dict[Place, int],
) -> None:
    if lot.start_min >= at_min:
        return
    product = problem.product_by_id[problem.order_by_id[lot.order].product]
    operation = product.operation_by_id[lot.operation]
    machine = problem.machine_by_id[lot.machine]
    mode = machine.mode_by_operation.get((product.id, operation.id))
    started = -(-lot.quantity * 1000 // (1000 if mode is None else mode.good_per_1000))
    if lot.start_min >= 0:  # what began before the plan's own minute 0 had used its needs already
        for need in operation.needs:
            if need.item is not None:
                gone[lot.order, need.item, machine.site] += -(-started * need.num // need.den)
    if lot.end_min <= at_min:
        free_min = lot.end_min + (0 if mode is None else mode.hold_min)
        there[lot.order, operation.makes, machine.site].append((free_min, lot.quantity))


def _left(
    there: dict[Place, list[tuple[int, int]]], gone: dict[Place, int], *, at_min: int
) -> Iterable[Stock]:
    """One row for each place and moment, sorted; nothing of none."""
    for (order, item, site), came in sorted(there.items()):
        owed = gone[order, item, site]
        left: dict[int, int] = defaultdict(int)
        for moment, quantity in sorted(came):
            used = min(owed, quantity)
            owed -= used
            left[max(0, moment - at_min)] += quantity - used
        for from_min, quantity in sorted(left.items()):
            if quantity:
                yield Stock(order=order, item=item, site=site, from_min=from_min, quantity=quantity)
