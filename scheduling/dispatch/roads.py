"""The ways of a problem, each looked up once."""

from matching.problem import Drop, Order, Problem, SiteId
from matching.ways import Way, way_between, way_to_drop


class Roads:
    """Ways between sites and to drops, remembered."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._between: dict[tuple[SiteId, SiteId], Way | None] = {}
        self._to_drop: dict[tuple[SiteId, str, str | None], Way | None] = {}

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
