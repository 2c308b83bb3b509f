"""Goods that pass through the site of an enterprise which works on nothing of the order go straight instead.

A flow does not care through whose hands goods go; the contract does (rule 5): who gets goods works on the order.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from matching.problem import EnterpriseId, ItemId, Problem, SiteId
from scheduling.dispatch.roads import Roads
from scheduling.flow.emit import Parts
from scheduling.plan import Transfer

Hub = tuple[SiteId, ItemId]


def straight(parts: Parts, *, problem: Problem) -> Parts:
    """The parts without ways by idle sites; as they were where a straight way would come too late."""
    workers = _workers(parts, problem=problem)
    roads = Roads(problem)
    transfers = list(parts.transfers)
    while (hub := next(_hubs(transfers, workers=workers, problem=problem), None)) is not None:
        around = _around(transfers, hub=hub, roads=roads)
        if around is None:
            return parts
        transfers = around
    return replace(parts, transfers=tuple(sorted(transfers, key=lambda way: way.depart_min)))


def _workers(parts: Parts, *, problem: Problem) -> frozenset[EnterpriseId]:
    machines = {lot.machine for lot in (*parts.lots, *problem.fixed_lots)}
    return frozenset(
        problem.site_by_id[problem.machine_by_id[machine].site].enterprise for machine in machines
    )


def _hubs(
    transfers: Iterable[Transfer], *, workers: frozenset[EnterpriseId], problem: Problem
) -> Iterator[Hub]:
    for way in transfers:
        if way.item is not None and problem.site_by_id[way.to_site].enterprise not in workers:
            yield way.to_site, way.item


def _around(transfers: list[Transfer], *, hub: Hub, roads: Roads) -> list[Transfer] | None:
    """First in, first out: what came goes on at once; what stays there is not brought."""
    site, item = hub
    coming = sorted(
        (way for way in transfers if (way.to_site, way.item) == hub), key=lambda way: way.arrive_min
    )
    going = sorted(
        (way for way in transfers if (way.from_site, way.item) == (site, item)),
        key=lambda way: way.depart_min,
    )
    others = [way for way in transfers if way not in coming and way not in going]
    left = {number: way.quantity for number, way in enumerate(coming)}
    units: dict[tuple[SiteId, SiteId, int, int], int] = defaultdict(int)
    for away in going:
        wanted = away.quantity
        for number, way in enumerate(coming):
            taken = min(wanted, left[number])
            road = roads.between(way.from_site, away.to_site)
            if not taken:
                continue
            if road is None:
                return None
            depart = road.next_departure(way.depart_min)
            if depart + road.lead_min > away.arrive_min:
                return None
            left[number] -= taken
            wanted -= taken
            units[way.from_site, away.to_site, depart, depart + road.lead_min] += taken
        if wanted:
            return None
    made = [
        replace(
            coming[0], from_site=start, to_site=end, depart_min=depart, arrive_min=arrive, quantity=quantity
        )
        for (start, end, depart, arrive), quantity in units.items()
        if start != end
    ]
    return others + made
