"""The ways of a problem and their prices, each worked out once."""

from matching.problem import Drop, Order, Problem, SiteId
from matching.ways import Way, way_between, way_to_drop


class Roads:
    """Ways between sites and to drops, remembered. Prices are of one unit, without trips, to choose by."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._between: dict[tuple[SiteId, SiteId], Way | None] = {}
        self._to_drop: dict[tuple[SiteId, str, str | None], Way | None] = {}
        self._cents: dict[tuple[SiteId, SiteId, int], float | None] = {}

    def between(self, from_site: SiteId, to_site: SiteId) -> Way | None:
        pair = (from_site, to_site)
        if pair not in self._between:
            self._between[pair] = way_between(self._problem, from_site, to_site)
        return self._between[pair]

    def to_drop(self, from_site: SiteId, *, order: Order, drop: Drop) -> Way | None:
        key = (from_site, str(order.id), drop.id)
        if key not in self._to_drop:
            self._to_drop[key] = way_to_drop(self._problem, from_site, order=order, drop=drop)
        return self._to_drop[key]

    def cents_between(self, from_site: SiteId, to_site: SiteId, *, weight_g: int) -> float | None:
        """Price of one unit; None if there is no way."""
        key = (from_site, to_site, weight_g)
        if key not in self._cents:
            way = self.between(from_site, to_site)
            self._cents[key] = None if way is None else unit_cents(way, weight_g=weight_g)
        return self._cents[key]


def unit_cents(way: Way, *, weight_g: int) -> float:
    """What moving one unit costs, without trips: close enough to choose by."""
    return float(way.cents(units=1000, weight_g=weight_g)) / 1000
