"""A plan in the making: lots and carriages of whole pieces, and the stock they leave at every moment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.allocation.expansion import Expansion, Numbers
from matching.rules import started_pieces


@dataclass(slots=True, kw_only=True)
class DraftLot:
    """A lot of `pieces` (up to `capacity`, or none) good ones of work and span (numbers).

    It runs from `start`, to `end` at the latest, takes its input at moment number `taken` of its site and
    brings its pieces to node `head`.
    """

    work: int
    span: int
    start: int
    end: int
    taken: int
    head: int
    capacity: int
    pieces: int


@dataclass(slots=True, kw_only=True)
class DraftCarriage:
    """`units` that leave from node `tail` and are there at node `head`."""

    move: int
    depart: int
    tail: int
    head: int
    units: int


@dataclass(slots=True, kw_only=True)
class DraftExit:
    """`pieces` that leave for a drop from node `tail`."""

    exit: int
    depart: int
    tail: int
    pieces: int


@dataclass(slots=True, kw_only=True)
class Draft:
    """What a plan will do. Lots of one work are in time order; carriages of one move likewise."""

    expansion: Expansion
    lots: list[DraftLot]
    carriages: list[DraftCarriage]
    exits: list[DraftExit]

    def taken(self, lot: DraftLot, *, pieces: int | None = None) -> list[tuple[int, int]]:
        """(node, units) that the lot takes, ceil(started·num/den) of each input; with `pieces` in place of its own."""
        work = self.expansion.model.works[lot.work]
        if not work.inputs:
            return []
        first_node = self.expansion.grid.first_node
        started = started_pieces(work.mode, good=lot.pieces if pieces is None else pieces)
        return [
            (first_node[each.place] + lot.taken, -(-started * each.num // each.den)) for each in work.inputs
        ]

    def stock(self) -> Numbers:
        """Units at each node once everything of its moment has come and gone."""
        change: Numbers = np.zeros(self.expansion.grid.num_nodes, dtype=np.int64)
        for supply, node in zip(self.expansion.model.supplies, self.expansion.supply_nodes, strict=True):
            if node >= 0:
                change[node] += supply.quantity
        for lot in (lot for lot in self.lots if lot.pieces > 0):
            change[lot.head] += lot.pieces
            for node, units in self.taken(lot):
                change[node] -= units
        for carriage in self.carriages:
            change[carriage.tail] -= carriage.units
            change[carriage.head] += carriage.units
        for each in self.exits:
            change[each.tail] -= each.pieces
        stock = np.zeros_like(change)
        for part in self._places():
            stock[part] = np.cumsum(change[part])
        return stock

    def last_nodes(self) -> NDArray[np.int64]:
        """For each node the last one of its place."""
        last = np.zeros(self.expansion.grid.num_nodes, dtype=np.int64)
        for part in self._places():
            last[part] = part.stop - 1
        return last

    def _places(self) -> list[slice]:
        grid, places = self.expansion.grid, self.expansion.model.places
        return [
            slice(first, first + len(grid.of(place.site)))
            for first, place in zip(grid.first_node, places, strict=True)
        ]
