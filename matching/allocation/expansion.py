"""A flow over time written out over a grid: nodes are (place, moment), arcs are holding, moving, working.

Two expansions bracket the truth. In the **optimistic** one node n of a place stands for all moments from
grid[n] to before grid[n + 1], everything in it counts as there at grid[n], and ways lead to the node in
which they arrive: every plan is a flow in it, so what it cannot deliver no plan can. In the
**implementable** one node n is the moment grid[n], ways and lots end at the first moment after they are
done: every flow in it is a plan, up to whole pieces and minimum lots.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.allocation.grid import Grid, Minutes
from matching.allocation.model import FlowModel
from matching.ways import Way

Numbers = NDArray[np.int64]

NO_NUMBERS: Numbers = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """Times at which works can run: one row each.

    `work` and `span` are numbers; the slot lies in [`start`, `end`) with `minutes` to run, and takes its
    input at moment number `taken` of its site (of every input place alike) and brings `pieces` good pieces
    at most to node `head`. `pieces` is fractional in the optimistic expansion, whole in the other.
    """

    work: Numbers
    span: Numbers
    start: Minutes
    end: Minutes
    minutes: Minutes
    taken: Numbers
    head: Numbers
    pieces: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriages:
    """Departures worth looking at: move number, minute of departure and arrival, nodes between which."""

    move: Numbers
    depart: Minutes
    arrive: Minutes
    tail: Numbers
    head: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """Arcs of a flow over time. `supply_nodes` has a node for each supply, or -1 if it comes too late."""

    model: FlowModel
    grid: Grid
    slots: Slots
    carriages: Carriages
    supply_nodes: Numbers

    def holding_tails(self) -> Numbers:
        """Nodes from which goods can wait for the next node."""
        last = np.array(
            [
                first + len(self.grid.of(place.site)) - 1
                for first, place in zip(self.grid.first_node, self.model.places, strict=True)
            ],
            dtype=np.int64,
        )
        return np.setdiff1d(np.arange(self.grid.num_nodes, dtype=np.int64), last)

    def exit_nodes(self, *, deadline_min: int) -> Numbers:
        """For each exit the last node from which goods arrive by the deadline, or -1."""
        found = []
        for each in self.model.exits:
            moments = self.grid.of(self.model.places[each.place].site)
            arrivals = departures(each.way, moments, model=self.model) + each.way.lead_min
            at = int(np.searchsorted(arrivals, deadline_min, side="right")) - 1
            found.append(self.grid.first_node[each.place] + at if at >= 0 else -1)
        return np.array(found, dtype=np.int64)


def departures(way: Way, ready: Minutes, *, model: FlowModel) -> Minutes:
    """The first departure for goods that are ready at each of the moments."""
    able = np.maximum(ready, model.earliest_departure_min)
    if way.within_site or way.departs_every_min == 1:
        return able
    leaving: Minutes = able + (way.departs_at_min - able) % way.departs_every_min
    return leaving


def carriages(model: FlowModel, *, grid: Grid, early: bool) -> Carriages:
    """Departures of every move, those alone that reach a node of the end as late as possible.

    `early`: arrive at the node in which the arrival lies; else at the first moment not before it. Goods
    that are ready sooner wait for the same carriage.
    """
    rows = []
    for number, move in enumerate(model.moves):
        moments = grid.of(model.places[move.start].site)
        ends = grid.of(model.places[move.end].site)
        depart = departures(move.way, moments, model=model)
        arrive = depart + move.way.lead_min
        at = np.searchsorted(ends, arrive, side="right") - 1 if early else np.searchsorted(ends, arrive)
        is_useful = (arrive <= ends[-1]) & np.append(at[1:] != at[:-1], True)
        tail = np.flatnonzero(is_useful)
        rows.append(
            (
                np.full(len(tail), number),
                depart[tail],
                arrive[tail],
                grid.first_node[move.start] + tail,
                grid.first_node[move.end] + at[tail],
            )
        )
    columns = [np.concatenate([NO_NUMBERS, *column]) for column in zip(*rows, strict=True)] or [
        NO_NUMBERS
    ] * 5
    return Carriages(move=columns[0], depart=columns[1], arrive=columns[2], tail=columns[3], head=columns[4])


def supply_nodes(model: FlowModel, *, grid: Grid, early: bool) -> Numbers:
    """The node of each supply: the one its minute lies in if `early`, else the first moment not before it.

    What a fixed lot takes (a negative supply) goes the other way round.
    """
    found = []
    for supply in model.supplies:
        moments = grid.of(model.places[supply.place].site)
        if early == (supply.quantity > 0):
            at = int(np.searchsorted(moments, supply.at_min, side="right")) - 1
        else:
            at = int(np.searchsorted(moments, supply.at_min))
        is_inside = at < len(moments) and supply.at_min <= moments[-1]
        found.append(grid.first_node[supply.place] + at if is_inside else -1)
    return np.array(found, dtype=np.int64)


def joined(rows: list[Slots]) -> Slots:
    """All rows of several tables."""
    return Slots(
        **{
            name: np.concatenate([NO_NUMBERS, *(getattr(row, name) for row in rows)])
            for name in Slots.__slots__
        }
    )
