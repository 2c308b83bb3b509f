"""What exists of one item or material: where, from when, and how much of it nobody has claimed yet.

Claiming a unit from a supply that is there in time keeps stock from ever being negative (rule 5):
a plan has such a pegging exactly if its stocks are never negative.
"""

from dataclasses import dataclass
from math import inf

from matching.problem import LotId, SiteId
from scheduling.dispatch.roads import Roads


@dataclass(slots=True, eq=False)
class Supply:
    """Units at `site` from minute `ready`; `left` of them are unclaimed. `cents` is the price of one."""

    site: SiteId
    ready: int
    left: int
    cents: float = 0.0
    lot: LotId | None = None


@dataclass(slots=True, eq=False)
class Claim:
    """`units` of a supply, wanted at `site` by minute `by` (claims of a lot: the minute it consumes them)."""

    supply: Supply
    site: SiteId
    by: int
    units: int


@dataclass(slots=True, eq=False)
class _Arrival:
    minute: int
    cents: float  # of one unit, transport and price
    supply: Supply


class Pool:
    """Supplies of one item of one order, or of one material."""

    def __init__(self, *, weight_g: int, roads: Roads, now_min: int) -> None:
        self._weight_g = weight_g
        self._roads = roads
        self._now_min = now_min
        self.supplies: list[Supply] = []
        self._arrivals: dict[SiteId, list[_Arrival]] = {}

    def add(self, supply: Supply) -> None:
        self.supplies.append(supply)
        self._arrivals.clear()

    def earliest(self, *, site: SiteId, units: int) -> int | None:
        """The first minute at which `units` (>= 1) can be at `site`; None if there are not so many."""
        for arrival in self._at(site):
            units -= arrival.supply.left
            if units <= 0:
                return arrival.minute
        return None

    def available(self, *, site: SiteId, by: int) -> int:
        """Units that can be at `site` by minute `by`."""
        total = 0
        for arrival in self._at(site):
            if arrival.minute > by:
                break
            total += arrival.supply.left
        return total

    def arrival_min(self, supply: Supply, *, site: SiteId) -> int:
        """When a supply, to which there is a way, can be at `site`."""
        arrival = self._arrival(supply, site=site)
        assert arrival is not None
        return arrival.minute

    def cents(self, *, site: SiteId, by: int) -> float:
        """Cost of one unit at `site`: the cheapest that can be there by minute `by` (0 if none)."""
        least = inf
        for arrival in self._at(site):
            if arrival.minute > by:
                break
            if arrival.cents < least and arrival.supply.left:
                least = arrival.cents
        return 0.0 if least == inf else least

    def claim(self, *, site: SiteId, units: int, by: int) -> list[Claim]:
        """Claim `units` that can be at `site` by minute `by`: the cheapest, of those the last to come."""
        claims: list[Claim] = []
        there = [each for each in self._at(site) if each.minute <= by and each.supply.left > 0]
        for arrival in sorted(there, key=lambda each: (each.cents, -each.minute)):
            if units == 0:
                break
            taken = min(units, arrival.supply.left)
            arrival.supply.left -= taken
            units -= taken
            claims.append(Claim(supply=arrival.supply, site=site, by=by, units=taken))
        assert units == 0, "asked for more than is available"
        return claims

    def _at(self, site: SiteId) -> list[_Arrival]:
        """Supplies in the order in which they can be at `site`."""
        known = self._arrivals.get(site)
        if known is None:
            known = [arrival for supply in self.supplies if (arrival := self._arrival(supply, site=site))]
            known.sort(key=lambda each: each.minute)
            self._arrivals[site] = known
        return known

    def _arrival(self, supply: Supply, *, site: SiteId) -> _Arrival | None:
        if supply.site == site:
            return _Arrival(supply.ready, supply.cents, supply)
        way = self._roads.between(supply.site, site)
        if way is None:
            return None
        leaves = way.next_departure(max(supply.ready, self._now_min))
        carried = self._roads.cents_between(supply.site, site, weight_g=self._weight_g)
        assert carried is not None
        return _Arrival(leaves + way.lead_min, supply.cents + carried, supply)
