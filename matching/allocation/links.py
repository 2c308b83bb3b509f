"""Moves and exits of a flow over time, and where goods may gain by passing through a third site."""

from collections.abc import Iterator, Sequence
from itertools import product as pairs

import numpy as np
from numpy.typing import NDArray

from matching.allocation.model import Exit, Move, Place, Supply, Work
from matching.capability import may_run
from matching.problem import Order, Problem, SiteId
from matching.ways import Way, way_between, way_to_drop


def moves_between(
    problem: Problem,
    *,
    places: Sequence[Place],
    works: Sequence[Work],
    supplies: Sequence[Supply],
    transit: frozenset[SiteId],
) -> tuple[Move, ...]:
    """The ways that a good could take: from where it may come to be, to where work may need it.

    Goods stop over at the `transit` sites too.
    """
    origins = {work.output for work in works} | {supply.place for supply in supplies if supply.quantity > 0}
    ends = {each.place for work in works for each in work.inputs}
    ends |= {supply.place for supply in supplies if supply.quantity < 0}
    stops = {number for number, place in enumerate(places) if place.site in transit}
    return tuple(_moves(problem, places=places, origins=origins | stops, ends=ends | stops))


def _moves(problem: Problem, *, places: Sequence[Place], origins: set[int], ends: set[int]) -> Iterator[Move]:
    ways: dict[tuple[SiteId, SiteId], Way | None] = {}
    for start, end in pairs(sorted(origins), sorted(ends)):
        here, there = places[start], places[end]
        if here.site == there.site or (here.item, here.material) != (there.item, there.material):
            continue
        if (here.site, there.site) not in ways:
            ways[here.site, there.site] = way_between(problem, here.site, there.site)
        way = ways[here.site, there.site]
        if way is not None:
            yield Move(start=start, end=end, way=way)


def exits_from(problem: Problem, *, order: Order, places: Sequence[Place]) -> tuple[Exit, ...]:
    """The ways from places of the order's product to its drops."""
    final = problem.product_by_id[order.product].final_item
    found = []
    for number, place in enumerate(places):
        if place.item != final:
            continue
        for at, drop in enumerate(order.drops):
            way = way_to_drop(problem, place.site, order=order, drop=drop)
            if way is not None:
                found.append(Exit(place=number, drop=at, way=way))
    return tuple(found)


def transit_sites(problem: Problem, *, order: Order) -> frozenset[SiteId]:
    """Sites where goods may stop over, if that could ever beat the direct way; else none.

    It cannot where all ways leave by one timetable and the triangle inequality holds for the leads.
    """
    transport = problem.transport
    if not transport.lanes and not transport.lanes_only and transport.handling_min > 0:
        return frozenset()
    sites = sorted(_sites_concerned(problem, order=order))
    rows = [[way_between(problem, start, end) for end in sites] for start in sites]
    to_drops = [
        [way_to_drop(problem, site, order=order, drop=drop) for drop in order.drops] for site in sites
    ]
    timetables = {
        (way.departs_every_min, way.departs_at_min)
        for row in rows + to_drops
        for way in row
        if way is not None and not way.within_site
    }
    if len(timetables) <= 1 and not _has_shortcut(_leads(rows), _leads(to_drops)):
        return frozenset()
    return frozenset(sites)


def _sites_concerned(problem: Problem, *, order: Order) -> set[SiteId]:
    """All sites of enterprises that could run a lot of the order, that hold stock, or are a drop.

    Materials are nobody's in particular: if some are in short supply, they may go anywhere.
    """
    operations = problem.product_by_id[order.product].operations
    needs = [need.material for operation in operations for need in operation.needs]
    if any(name is not None and problem.material_by_id[name].supplies is not None for name in needs):
        return set(problem.site_by_id)
    able = {
        problem.site_by_id[machine.site].enterprise
        for machine in problem.machines
        if any(
            may_run(problem, order=order, operation=operation, machine=machine) for operation in operations
        )
    }
    stocked = {stock.site for stock in problem.stock}
    drops = {drop.destination.site for drop in order.drops if drop.destination.site is not None}
    return {site.id for site in problem.sites if site.enterprise in able} | stocked | drops


def _leads(rows: Sequence[Sequence[Way | None]]) -> NDArray[np.float64]:
    """Minutes, infinite where there is no way."""
    leads = [[np.inf if way is None else way.lead_min for way in row] for row in rows]
    return np.array(leads, dtype=float)


def _has_shortcut(between: NDArray[np.float64], to_drops: NDArray[np.float64]) -> bool:
    """Whether some way is longer than two others that lead to the same end."""
    return any(
        bool(np.any(between[:, [stop]] + between[[stop], :] < between))
        or bool(np.any(between[:, [stop]] + to_drops[[stop], :] < to_drops))
        for stop in range(len(between))
    )
