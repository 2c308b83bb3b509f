"""The guides a search begins with: some sequences, lot sizes and slacks, the most promising first."""

from collections.abc import Iterator, Mapping
from itertools import product
from types import MappingProxyType

from matching.problem import EnterpriseId, Lot, Order, OrderId
from scheduling.dispatch.crews import Crews
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.guide import LEAST_LOT_MIN, WHOLE_WINDOWS_MIN, Guide
from scheduling.dispatch.shop import Good, Shop

NOTHING: Mapping[Good, int] = MappingProxyType({})
_LOTS_A_STAGE = 40  # about as many lots for one item of one order at the wished size
_SIZES = (1.0, 3.0, None, 0.4)  # parts of the usual lot; None: as much as a window holds
_SLACKS = (1.0, 0.0, 3.0)


def opening_guides(
    shop: Shop,
    estimates: Estimates,
    *,
    orders: list[Order],
    kept: tuple[Lot, ...] = (),
    needed: Mapping[Good, int] = NOTHING,
) -> Iterator[Guide]:
    """Guides that plan `orders` and no others; `kept` and `needed` as in `Guide`."""
    chosen = small_crews(shop, estimates, orders=orders)
    crews = [chosen, {}] if chosen else [{}]
    usual = usual_lot_min(shop, estimates, orders=orders)
    slacks = (0.0,) if shop.by_finish else _SLACKS
    for size in _SIZES:
        for sequence in _sequences(shop, estimates, orders=orders):
            for slack, crew in product(slacks, crews):
                yield Guide(
                    sequence=sequence,
                    lot_min=WHOLE_WINDOWS_MIN if size is None else max(LEAST_LOT_MIN, int(usual * size)),
                    slack=slack,
                    enterprises=MappingProxyType(crew),
                    kept=kept,
                    needed=MappingProxyType(dict(needed)),
                )


def small_crews(
    shop: Shop, estimates: Estimates, *, orders: list[Order]
) -> dict[OrderId, frozenset[EnterpriseId]]:
    """For each order that only some enterprises may work on: a set that can."""
    return {
        order.id: Crews(shop, estimates, order=order).choose(at_most=order.max_enterprises)
        for order in orders
        if order.max_enterprises is not None
    }


def usual_lot_min(shop: Shop, estimates: Estimates, *, orders: list[Order]) -> int:
    """Working minutes of a lot if each item of the largest order is made in some tens of lots."""
    most = 0.0
    for order in orders:
        for item in shop.items_of[order.id]:
            stations = shop.stations[order.id, item]
            if stations:
                pieces = order.quantity * estimates.units_a_piece(order, item)
                paces = [
                    max(1e-9, station.mode.run_units / max(station.mode.run_min, 1e-3))
                    for station in stations
                ]
                most = max(most, pieces / (sum(paces) / len(paces)))
    return int(most / _LOTS_A_STAGE) + 1


def _sequences(shop: Shop, estimates: Estimates, *, orders: list[Order]) -> list[tuple[Good, ...]]:
    """Order after order by rating and due; or, where many small orders meet, operation after operation."""
    by_due = sorted(orders, key=lambda each: (each.rating.rank, each.due_min, each.id))
    one_by_one = tuple((order.id, item) for order in by_due for item in shop.items_of[order.id])
    if len(orders) < 2:
        return [one_by_one]
    work = {order.id: _work_min(shop, estimates, order) for order in orders}
    by_work = sorted(orders, key=lambda each: (each.rating.rank, -work[each.id], each.id))
    longest_first = tuple((order.id, item) for order in by_work for item in shop.items_of[order.id])
    return [one_by_one, longest_first, _step_by_step(shop, by_work)]


def _step_by_step(shop: Shop, orders: list[Order]) -> tuple[Good, ...]:
    """The first item of every order, then the second of every order; ratings still apart."""
    steps = [
        (order.rating.rank, step, at, (order.id, item))
        for at, order in enumerate(orders)
        for step, item in enumerate(shop.items_of[order.id])
    ]
    return tuple(good for _, _, _, good in sorted(steps, key=lambda each: each[:3]))


def _work_min(shop: Shop, estimates: Estimates, order: Order) -> float:
    """Machine minutes of an order on the machines that are fastest for it."""
    total = 0.0
    for item in shop.items_of[order.id]:
        minutes = [
            station.mode.run_min / station.mode.run_units * 100 / station.machine.speed_pct
            for station in shop.stations[order.id, item]
        ]
        total += order.quantity * estimates.units_a_piece(order, item) * min(minutes, default=0.0)
    return total
