"""Whole pieces: lots, carriages and exits cut down to what is really there when they take it."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from itertools import count

import numpy as np

from matching.allocation.expansion import Numbers
from scheduling.flow.draft import Draft, DraftCarriage, DraftExit, DraftLot

COMES, LEAVES, RUNS, EXITS = range(4)  # the order of events in one minute
Taker = DraftLot | DraftCarriage | DraftExit


def trim(draft: Draft) -> None:
    """Go through the draft in time order; afterwards its stock is negative nowhere.

    Each place falls short of the flow by a few pieces at most: what is not taken once is there the next
    time. Carriages that are cut to nothing are removed.
    """
    if int(draft.stock().min(initial=0)) < 0:
        _Trimmer(draft).run()
    draft.carriages = [carriage for carriage in draft.carriages if carriage.units > 0]


class _Trimmer:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.minute, self.place = _minutes_and_places(draft)
        self.there = [0] * len(draft.expansion.model.places)
        self.numbers = count()
        self.events: list[tuple[int, int, int, int, Taker | int]] = []

    def run(self) -> None:
        self.events = list(self._first_events())
        heapify(self.events)
        while self.events:
            _, _, _, node, what = heappop(self.events)
            if isinstance(what, int):
                self.there[self.place[node]] += what
            elif isinstance(what, DraftLot):
                self._run(what)
            elif isinstance(what, DraftCarriage):
                what.units = self._take(what.tail, most=what.units)
                self._bring(what.head, units=what.units)
            else:
                what.pieces = self._take(what.tail, most=what.pieces)

    def _first_events(self) -> Iterator[tuple[int, int, int, int, Taker | int]]:
        expansion = self.draft.expansion
        for supply, node in zip(expansion.model.supplies, expansion.supply_nodes.tolist(), strict=True):
            if node >= 0:
                yield self.minute[node], COMES, next(self.numbers), node, supply.quantity
        for lot in (lot for lot in self.draft.lots if lot.pieces > 0):
            minute = int(expansion.grid.of(expansion.model.works[lot.work].site)[lot.taken])
            yield minute, RUNS, next(self.numbers), lot.head, lot
        for carriage in self.draft.carriages:
            yield self.minute[carriage.tail], LEAVES, next(self.numbers), carriage.tail, carriage
        for each in self.draft.exits:
            yield self.minute[each.tail], EXITS, next(self.numbers), each.tail, each

    def _run(self, lot: DraftLot) -> None:
        """As many pieces as every input allows: started <= there·den/num."""
        work = self.draft.expansion.model.works[lot.work]
        for each in work.inputs:
            started = self.there[each.place] * each.den // each.num
            lot.pieces = min(lot.pieces, max(0, started * work.mode.good_per_1000 // 1000))
        for node, units in self.draft.taken(lot):
            self.there[self.place[node]] -= units
        self._bring(lot.head, units=lot.pieces)

    def _take(self, node: int, *, most: int) -> int:
        units = min(most, max(0, self.there[self.place[node]]))
        self.there[self.place[node]] -= units
        return units

    def _bring(self, node: int, *, units: int) -> None:
        heappush(self.events, (self.minute[node], COMES, next(self.numbers), node, units))


def _minutes_and_places(draft: Draft) -> tuple[list[int], list[int]]:
    """Of each node."""
    grid, places = draft.expansion.grid, draft.expansion.model.places
    minutes: Numbers = np.concatenate([grid.of(place.site) for place in places])
    numbers = np.repeat(np.arange(len(places)), [len(grid.of(place.site)) for place in places])
    return minutes.tolist(), numbers.tolist()
