"""The least that trips can cost, whatever is sent together."""

from dataclasses import dataclass

from matching.problem import Drop, Order, OrderId, SiteId
from matching.ways import Way
from scheduling.dispatch.shop import Shop

Place = SiteId | tuple[OrderId, str | None]  # a site, or a drop that is at none


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastTrips:
    """Cents: of a unit of a full trip, of the first trip out of a site, of the first trip to a place."""

    a_unit: float
    out_of: dict[SiteId, int]
    into: dict[Place, int]

    @property
    def cost_nothing(self) -> bool:
        return not any(self.out_of.values())


def least_trips(shop: Shop) -> LeastTrips:
    """Least prices over all ways there are; what stays within a site makes no trip."""
    out_of: dict[SiteId, int] = {}
    into: dict[Place, int] = {}
    shares: list[float] = []
    for start, end, way in _ways(shop):
        if not way.within_site:
            out_of[start] = min(way.cents_per_trip, out_of.get(start, way.cents_per_trip))
            into[end] = min(way.cents_per_trip, into.get(end, way.cents_per_trip))
            shares.append(0.0 if way.trip_units is None else way.cents_per_trip / way.trip_units)
    return LeastTrips(a_unit=min(shares, default=0.0), out_of=out_of, into=into)


def place_of(order: Order, drop: Drop) -> Place:
    return (order.id, drop.id) if drop.destination.site is None else drop.destination.site


def _ways(shop: Shop) -> list[tuple[SiteId, Place, Way]]:
    """All ways between sites and to drops."""
    sites = shop.problem.site_by_id
    ways: list[tuple[SiteId, Place, Way | None]] = [
        (start, end, shop.roads.between(start, end)) for start in sites for end in sites
    ]
    ways += [
        (start, place_of(order, drop), shop.roads.to_drop(start, order=order, drop=drop))
        for start in sites
        for order in shop.problem.orders
        for drop in order.drops
    ]
    return [(start, end, way) for start, end, way in ways if way is not None]
