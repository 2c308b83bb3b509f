"""Everything as early as it can be, so that goods wait where they are needed next and not before.

A maximum flow does things at any time that is in time. Early work and early carriages leave slack, which
larger lots, fewer carriages and minimum lots then use.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from matching.allocation.expansion import Numbers
from scheduling.flow.deal import kind_of
from scheduling.flow.draft import Draft, DraftCarriage, DraftLot


def advance(draft: Draft) -> None:
    """Move work and carriages forward, item by item, within runs that have begun; all totals stay.

    Drafts with yields or needs other than one to one are left as they are.
    """
    model = draft.expansion.model
    if all(_is_one_to_one(draft, number) for number in range(len(model.works))):
        _Advancer(draft).run()


def _is_one_to_one(draft: Draft, number: int) -> bool:
    work = draft.expansion.model.works[number]
    return work.mode.good_per_1000 == 1000 and all(each.num == each.den for each in work.inputs)


class _Advancer:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.model = draft.expansion.model
        self.grid = draft.expansion.grid
        self.stock = draft.stock()
        self.carriages: dict[int, list[DraftCarriage]] = defaultdict(list)
        for carriage in draft.carriages:
            self.carriages[carriage.move].append(carriage)
        self.departures = _departures_by_move(draft)

    def run(self) -> None:
        begun = {(lot.work, lot.span) for lot in self.draft.lots if lot.pieces > 0}
        kinds: dict[object, list[DraftLot]] = defaultdict(list)
        for lot in self.draft.lots:
            if (lot.work, lot.span) in begun:
                kinds[kind_of(self.model.works[lot.work])].append(lot)
        waiting = list(kinds.values())
        while waiting:
            later = {self._output(lots) for lots in waiting}
            ready = [lots for lots in waiting if not self._inputs(lots) & later]
            for lots in ready:
                self._advance_lots(sorted(lots, key=lambda lot: (lot.taken, lot.head)))
            for item in sorted({self._output(lots) for lots in ready}, key=str):
                self._advance_carriages(item)
            waiting = [lots for lots in waiting if lots not in ready]
        self.draft.carriages = [each for move in sorted(self.carriages) for each in self.carriages[move]]

    def _output(self, lots: Sequence[DraftLot]) -> object:
        return self.model.places[self.model.works[lots[0].work].output].item

    def _inputs(self, lots: Sequence[DraftLot]) -> set[object]:
        return {self.model.places[each.place].item for each in self.model.works[lots[0].work].inputs}

    def _advance_lots(self, lots: Sequence[DraftLot]) -> None:
        """The greatest cumulative output that capacity and the inputs' stock allow at every moment."""
        heads = [lot.head for lot in lots]
        if heads != sorted(heads):
            return
        work, old = self.model.works[lots[0].work], [lot.pieces for lot in lots]
        taken = [lot.taken for lot in lots]
        allowed = np.full(len(lots), sum(old), dtype=np.int64)
        for each in work.inputs:
            allowed = np.minimum(allowed, self._most(each.place, at=taken, units=old)[taken])
        made = 0
        for lot, most in zip(lots, allowed.tolist(), strict=True):
            lot.pieces = max(0, min(lot.capacity, most - made))
            made += lot.pieces
        more = [lot.pieces - before for lot, before in zip(lots, old, strict=True)]
        for each in work.inputs:
            self._add(each.place, at=taken, units=[-units for units in more])
        first = self.grid.first_node[work.output]
        self._add(work.output, at=[head - first for head in heads], units=more)

    def _advance_carriages(self, item: object) -> None:
        for number, carriages in sorted(self.carriages.items()):
            if self.model.places[self.model.moves[number].start].item == item:
                self.carriages[number] = self._advanced(number, carriages)

    def _advanced(self, number: int, carriages: Sequence[DraftCarriage]) -> list[DraftCarriage]:
        """The greatest cumulative departures that the stock at the start allows."""
        move = self.model.moves[number]
        first = self.grid.first_node[move.start]
        old = [carriage.units for carriage in carriages]
        allowed = self._most(move.start, at=[carriage.tail - first for carriage in carriages], units=old)
        sent, found = 0, []
        for depart, tail, head in self.departures[number]:
            units = min(sum(old), int(allowed[tail - first])) - sent
            if units > 0:
                found.append(DraftCarriage(move=number, depart=depart, tail=tail, head=head, units=units))
                sent += units
        for each, sign in [*((each, 1) for each in carriages), *((each, -1) for each in found)]:
            self.stock[each.tail : self._end(move.start)] += sign * each.units
            self.stock[each.head : self._end(move.end)] -= sign * each.units
        return found

    def _most(self, place: int, *, at: Sequence[int], units: Sequence[int]) -> Numbers:
        """What one taker may have taken by each moment of a place so that nobody else ever falls short.

        It takes `units` `at` moments now: min over all later moments of (stock + what it has taken).
        """
        first = self.grid.first_node[place]
        there = self.stock[first : self._end(place)].copy()
        there += _cumulated(at, units=units, length=len(there))
        most: Numbers = np.minimum.accumulate(there[::-1])[::-1]
        return most

    def _add(self, place: int, *, at: Sequence[int], units: Sequence[int]) -> None:
        first = self.grid.first_node[place]
        stock = self.stock[first : self._end(place)]
        stock += _cumulated(at, units=units, length=len(stock))

    def _end(self, place: int) -> int:
        """The node after the last of a place."""
        return self.grid.first_node[place] + len(self.grid.of(self.model.places[place].site))


def _cumulated(at: Sequence[int], *, units: Sequence[int], length: int) -> Numbers:
    change: Numbers = np.zeros(length, dtype=np.int64)
    np.add.at(change, list(at), list(units))
    return np.cumsum(change)


def _departures_by_move(draft: Draft) -> dict[int, list[tuple[int, int, int]]]:
    """(minute, tail, head) of every departure of each move, in time order."""
    carriages = draft.expansion.carriages
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    columns = (carriages.move, carriages.depart, carriages.tail, carriages.head)
    for move, depart, tail, head in zip(*(column.tolist() for column in columns), strict=True):
        found[move].append((depart, tail, head))
    return found
