"""Moments at which a flow over time is looked at: for each site its own, dense where it matters."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.allocation.model import FlowModel
from matching.problem import SiteId
from matching.ways import Way

Minutes = NDArray[np.int64]

SELDOM = 4  # times the step of a grid; more frequent departures need no moments of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Sorted distinct moments of each site, the first 0; nodes are numbered place by place.

    `first_node[p]` + n is the n-th moment of place p.
    """

    moments: Mapping[SiteId, Minutes]
    first_node: tuple[int, ...]
    num_nodes: int

    def of(self, site: SiteId) -> Minutes:
        return self.moments[site]


def grid_of(model: FlowModel, moments: Mapping[SiteId, Iterable[Minutes]], *, until: int) -> Grid:
    """A grid of the given moments in [0, `until`], with 0 and `until`, at every site of the model."""
    ends = np.array([0, until], dtype=np.int64)
    merged = {}
    for site in model.places_by_site:
        joined = np.unique(np.concatenate([ends, *moments.get(site, ())]))
        merged[site] = joined[(joined >= 0) & (joined <= until)]
    first_node, num_nodes = [], 0
    for place in model.places:
        first_node.append(num_nodes)
        num_nodes += len(merged[place.site])
    return Grid(moments=merged, first_node=tuple(first_node), num_nodes=num_nodes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fineness:
    """How dense a grid is: every `step_min` everywhere, `rings` of (radius, step) around what is critical.

    `has_timetable`: also every departure and arrival of ways that leave seldom against that step. Where a deadline is
    so late that there were more than `most_steps`, each is longer.
    """

    step_min: int
    rings: tuple[tuple[int, int], ...] = ()
    has_timetable: bool = False
    most_steps: int | None = None

    def step_to(self, until: int) -> int:
        """Minutes."""
        return self.step_min if self.most_steps is None else max(self.step_min, -(-until // self.most_steps))


def grid_with(
    model: FlowModel, *, fineness: Fineness, critical: Mapping[SiteId, Sequence[int]], until: int
) -> Grid:
    """A grid of the given fineness; `critical` moments of the model's sites are on it, and those around them."""
    every_min = fineness.step_to(until)
    moments: dict[SiteId, list[Minutes]] = {
        site: [np.arange(0, until + 1, every_min, dtype=np.int64)] for site in model.places_by_site
    }
    for site, centres in ((site, critical[site]) for site in critical if site in moments):
        for radius, step in fineness.rings:
            moments[site].extend(_moments_around(centre, radius=radius, step=step) for centre in centres)
    if fineness.has_timetable:
        for site, timetable in _timetables(model, seldom_min=SELDOM * every_min, until=until):
            moments[site].append(timetable)
    return grid_of(model, moments, until=until)


def _moments_around(centre: int, *, radius: int, step: int) -> Minutes:
    reach = radius // step * step
    return np.arange(centre - reach, centre + reach + 1, step, dtype=np.int64)


def _timetables(model: FlowModel, *, seldom_min: int, until: int) -> Iterator[tuple[SiteId, Minutes]]:
    """Departures (and the minute after, when what is made then is too late) and arrivals."""
    for move in model.moves:
        leaving = _departures(move.way, seldom_min=seldom_min, until=until)
        yield model.places[move.start].site, leaving
        yield model.places[move.start].site, leaving + 1
        yield model.places[move.end].site, leaving + move.way.lead_min
    for each in model.exits:
        leaving = _departures(each.way, seldom_min=seldom_min, until=until)
        yield model.places[each.place].site, leaving
        yield model.places[each.place].site, leaving + 1


def _departures(way: Way, *, seldom_min: int, until: int) -> Minutes:
    """All departures from 0 to `until`; none of a way that leaves more often than every `seldom_min`."""
    if way.within_site or way.departs_every_min < seldom_min:
        return np.zeros(0, dtype=np.int64)
    first = way.departs_at_min % way.departs_every_min
    return np.arange(first, until + 1, way.departs_every_min, dtype=np.int64)
