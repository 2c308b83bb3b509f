"""Shortest ways with relays over any sites: bounds for what direct ways and detours can do."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from matching.problem import Drop, Order, OrderId, SiteId
from matching.ways import Way
from scheduling.dispatch.shop import Shop

_NO_WAY = np.inf

Numbers = npt.NDArray[np.float64]


class ShortestWays:
    """Least leads and least prices between sites and to drops, any sites in between."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._sites = list(shop.problem.site_by_id)
        self._at = {site: number for number, site in enumerate(self._sites)}
        self._leads = self._closed(_lead)
        self._cents: dict[int, Numbers] = {}
        self._to_order: dict[OrderId, Numbers] = {}
        self._to_drop: dict[tuple[OrderId, str | None], Numbers] = {}

    def between(self, from_site: SiteId, to_site: SiteId) -> int | None:
        """Least minutes; None if no chain of ways leads there."""
        return _minutes(self._leads[self._at[from_site], self._at[to_site]])

    def to_order(self, from_site: SiteId, *, order: Order) -> int | None:
        """Least minutes to any drop of the order."""
        if order.id not in self._to_order:
            ends = [self._last_leg(order, drop, _lead) for drop in order.drops]
            last = np.min(ends, axis=0)
            self._to_order[order.id] = np.min(self._leads + last, axis=1)
        return _minutes(self._to_order[order.id][self._at[from_site]])

    def cents(self, from_site: SiteId, to_site: SiteId, *, weight_g: int) -> float | None:
        """Least cents of one unit, without trips."""
        if weight_g not in self._cents:
            self._cents[weight_g] = self._closed(lambda way: _cents(way, weight_g))
        return _price(self._cents[weight_g][self._at[from_site], self._at[to_site]])

    def cents_to_drop(self, from_site: SiteId, *, order: Order, drop: Drop, weight_g: int) -> float | None:
        """Least cents of one unit to a drop."""
        key = (order.id, drop.id)
        if key not in self._to_drop:
            self.cents(from_site, from_site, weight_g=weight_g)
            last = self._last_leg(order, drop, lambda way: _cents(way, weight_g))
            self._to_drop[key] = np.min(self._cents[weight_g] + last, axis=1)
        return _price(self._to_drop[key][self._at[from_site]])

    def _last_leg(self, order: Order, drop: Drop, measure: Callable[[Way], float]) -> Numbers:
        ways = [self._shop.roads.to_drop(site, order=order, drop=drop) for site in self._sites]
        return np.array([_NO_WAY if way is None else measure(way) for way in ways])

    def _closed(self, measure: Callable[[Way], float]) -> Numbers:
        """Floyd and Warshall: the least sum along any chain of ways."""
        roads = self._shop.roads
        least = np.array(
            [
                [_NO_WAY if (way := roads.between(a, b)) is None else measure(way) for b in self._sites]
                for a in self._sites
            ]
        )
        for middle in range(len(self._sites)):
            least = np.minimum(least, least[:, middle, None] + least[None, middle, :])
        return least


def _lead(way: Way) -> float:
    return float(way.lead_min)


def _cents(way: Way, weight_g: int) -> float:
    return float(way.cents(units=1, weight_g=weight_g))


def _minutes(number: float) -> int | None:
    return None if number == _NO_WAY else int(number)


def _price(number: float) -> float | None:
    return None if number == _NO_WAY else float(number)
