"""Carrying claimed goods to where they are consumed, on as few departures as the claims allow."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from matching.problem import ItemId, MaterialId, SiteId
from matching.ways import Way
from scheduling.dispatch.pool import Claim
from scheduling.dispatch.shop import Good, Shop
from scheduling.plan import Transfer


@dataclass(frozen=True, slots=True)
class _Load:
    """Units that may leave between two departures, both included."""

    good: Good
    first: int
    last: int
    units: int


def transfers_of(claims: Iterable[tuple[Good, Claim]], *, shop: Shop) -> list[Transfer]:
    """Transfers that bring every claim to its site in time."""
    loads: dict[tuple[SiteId, SiteId], list[_Load]] = defaultdict(list)
    for good, claim in claims:
        pair = (claim.supply.site, claim.site)
        way = shop.roads.between(*pair)
        if pair[0] != pair[1] and claim.units:
            assert way is not None
            loads[pair].append(_load(good, claim, way=way, now_min=shop.problem.now_min))
    made: list[Transfer] = []
    for pair, waiting in loads.items():
        way = shop.roads.between(*pair)
        assert way is not None
        made.extend(_on_few_departures(waiting, pair=pair, way=way))
    return made


def _load(good: Good, claim: Claim, *, way: Way, now_min: int) -> _Load:
    first = way.next_departure(max(claim.supply.ready, now_min))
    return _Load(good, first, way.last_departure(claim.by), claim.units)


def _on_few_departures(loads: list[_Load], *, pair: tuple[SiteId, SiteId], way: Way) -> Iterable[Transfer]:
    """Stab the intervals of departure with as few minutes as possible: always the last of the most urgent."""
    waiting = sorted(loads, key=lambda each: each.last)
    while waiting:
        leaves = waiting[0].last
        units: dict[Good, int] = defaultdict(int)
        for load in waiting:
            if load.first <= leaves:
                units[load.good] += load.units
        waiting = [load for load in waiting if load.first > leaves]
        for (order, name), quantity in units.items():
            yield Transfer(
                order=order,
                item=None if order is None else ItemId(name),
                material=MaterialId(name) if order is None else None,
                from_site=pair[0],
                to_site=pair[1],
                depart_min=leaves,
                arrive_min=leaves + way.lead_min,
                quantity=quantity,
            )
