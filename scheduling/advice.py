"""Guides that follow the advice of a linear relaxation: whom to employ, and on which machines."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from matching.problem import EnterpriseId, Lot, MachineId, OrderId
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.guide import Guide
from scheduling.dispatch.opening_guides import opening_guides
from scheduling.dispatch.shop import Good, Shop

_A_PIECE = 0.5  # amounts below are nothing but the tolerance of a solver


def advised_guides(
    shop: Shop,
    estimates: Estimates,
    *,
    crews: Mapping[OrderId, frozenset[EnterpriseId]],
    made: Mapping[tuple[OrderId, MachineId], float],
    kept: tuple[Lot, ...],
    needed: Mapping[Good, int],
) -> Iterator[Guide]:
    """The opening guides once with only the enterprises advised, once with only the machines advised.

    `made`: pieces by order and machine. `kept` and `needed` as in `Guide`.
    """
    idle = frozenset(
        (order_id, station.machine.id)
        for (order_id, _), stations in shop.stations.items()
        for station in stations
        if order_id is not None and made.get((order_id, station.machine.id), 0.0) < _A_PIECE
    )
    orders = list(shop.problem.orders)
    for guide in opening_guides(shop, estimates, orders=orders, kept=kept, needed=needed):
        if not guide.enterprises:
            employed = replace(guide, enterprises=MappingProxyType(dict(crews)))
            yield employed
            yield replace(employed, shunned=idle)
