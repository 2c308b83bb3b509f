"""From flows to lots: the pieces of each operation, site and time are dealt out to its machines."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from math import floor

import numpy as np

from matching.allocation.earliest import Allocation
from matching.allocation.model import Work
from scheduling.flow.draft import Draft, DraftCarriage, DraftExit, DraftLot

ROUNDING = 1e-6  # a flow that is short of a whole piece by less is that piece


def dealt(allocation: Allocation) -> Draft:
    """Lots, carriages and exits in whole pieces.

    Fractions are carried over to the next slot, carriage or exit of the same kind, so that sums are never
    more than a piece off; stock may go below zero by that much until the draft is trimmed.
    """
    return Draft(
        expansion=allocation.expansion,
        lots=_lots(allocation),
        carriages=_carriages(allocation),
        exits=_exits(allocation),
    )


def _lots(allocation: Allocation) -> list[DraftLot]:
    """A lot for every slot, most of them without pieces."""
    slots, model = allocation.expansion.slots, allocation.expansion.model
    columns = (slots.work, slots.span, slots.start, slots.end, slots.taken, slots.head, slots.pieces)
    lots = [
        DraftLot(
            work=work,
            span=span,
            start=start,
            end=end,
            taken=taken,
            head=head,
            capacity=int(capacity),
            pieces=0,
        )
        for work, span, start, end, taken, head, capacity in zip(
            *(column.tolist() for column in columns), strict=True
        )
    ]
    kinds = [kind_of(work) for work in model.works]
    groups: dict[tuple[Hashable, int, int], list[DraftLot]] = defaultdict(list)
    amounts: dict[tuple[Hashable, int, int], float] = defaultdict(float)
    for lot, amount in zip(lots, allocation.amounts.slots.tolist(), strict=True):
        groups[kinds[lot.work], lot.taken, lot.head].append(lot)
        amounts[kinds[lot.work], lot.taken, lot.head] += amount
    dealer = _Dealer(lots, works=model.works)
    for group in sorted(groups, key=lambda group: (group[1], group[2])):
        dealer.deal(groups[group], kind=group[0], amount=amounts[group])
    return lots


def kind_of(work: Work) -> Hashable:
    """Works of one kind can stand in for each other, piece by piece."""
    return work.inputs, work.output, work.mode.good_per_1000


class _Dealer:
    """Deals groups of lots in time order; runs that have begun come first, so that few begin."""

    def __init__(self, lots: Sequence[DraftLot], *, works: Sequence[Work]) -> None:
        self.works = works
        self.made: dict[tuple[int, int], int] = defaultdict(int)  # by work and span
        self.ahead: dict[tuple[int, int], int] = defaultdict(int)  # capacity of a span not yet passed
        for lot in lots:
            self.ahead[lot.work, lot.span] += lot.capacity
        self.owed: dict[Hashable, float] = defaultdict(float)

    def deal(self, lots: Sequence[DraftLot], *, kind: Hashable, amount: float) -> None:
        self.owed[kind] += amount
        for lot in sorted(lots, key=self._rank):
            lot.pieces = max(0, min(floor(self.owed[kind] + ROUNDING), lot.capacity))
            self.owed[kind] -= lot.pieces
            self.made[lot.work, lot.span] += lot.pieces
            self.ahead[lot.work, lot.span] -= lot.capacity

    def _rank(self, lot: DraftLot) -> tuple[int, float]:
        """Unfinished minimum lots, then other runs that have begun, then those with most before them."""
        made = self.made[lot.work, lot.span]
        if made == 0:
            return 2, -self.ahead[lot.work, lot.span]
        return int(made >= self.works[lot.work].mode.min_lot), -self.ahead[lot.work, lot.span]


def _carriages(allocation: Allocation) -> list[DraftCarriage]:
    carriages = allocation.expansion.carriages
    used = np.flatnonzero(allocation.amounts.carriages)
    owed: dict[int, float] = defaultdict(float)
    found = []
    for at, amount in zip(used.tolist(), allocation.amounts.carriages[used].tolist(), strict=True):
        move = int(carriages.move[at])
        owed[move] += amount
        units = floor(owed[move] + ROUNDING)
        if units > 0:
            owed[move] -= units
            found.append(
                DraftCarriage(
                    move=move,
                    depart=int(carriages.depart[at]),
                    tail=int(carriages.tail[at]),
                    head=int(carriages.head[at]),
                    units=units,
                )
            )
    return found


def _exits(allocation: Allocation) -> list[DraftExit]:
    """All pieces of an exit leave together, from the last moment that is in time."""
    expansion = allocation.expansion
    model, grid = expansion.model, expansion.grid
    nodes = expansion.exit_nodes(deadline_min=allocation.deadline_min).tolist()
    found = []
    for number, (node, amount) in enumerate(zip(nodes, allocation.amounts.exits.tolist(), strict=True)):
        pieces = floor(amount + ROUNDING)
        if pieces > 0:
            each = model.exits[number]
            moment = grid.of(model.places[each.place].site)[node - grid.first_node[each.place]]
            ready = max(int(moment), model.earliest_departure_min)
            depart = each.way.next_departure(ready)
            found.append(DraftExit(exit=number, depart=depart, tail=node, pieces=pieces))
    return found
