"""Changes to a draft that keep its stock from becoming negative."""

from collections import defaultdict
from collections.abc import Hashable

from scheduling.flow.deal import kind_of
from scheduling.flow.draft import Draft, DraftCarriage, DraftLot

Run = tuple[int, int]  # work and span


class Bench:
    """A draft with its stock at hand. Lots of one kind can stand in for each other."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.works = draft.expansion.model.works
        self.stock = draft.stock()
        self.last = draft.last_nodes().tolist()
        self.made: dict[Run, int] = defaultdict(int)
        self.lots_of_run: dict[Run, list[DraftLot]] = defaultdict(list)
        self.lots_of_kind: dict[Hashable, list[DraftLot]] = defaultdict(list)
        for lot in draft.lots:
            self.made[lot.work, lot.span] += lot.pieces
            self.lots_of_run[lot.work, lot.span].append(lot)
            self.lots_of_kind[kind_of(self.works[lot.work])].append(lot)

    def peers(self, lot: DraftLot) -> list[DraftLot]:
        """All lots of its kind."""
        return self.lots_of_kind[kind_of(self.works[lot.work])]

    def grow(self, lot: DraftLot, *, pieces: int) -> bool:
        """Make more in a lot, of what nobody takes later; False, and nothing done, if there is not enough."""
        changes = [
            (node, self.last[node] + 1, before - after)
            for (node, before), (_, after) in zip(
                self.draft.taken(lot), self.draft.taken(lot, pieces=lot.pieces + pieces), strict=True
            )
        ]
        changes.append((lot.head, self.last[lot.head] + 1, pieces))
        if not self._apply(changes):
            return False
        self._add(lot, pieces=pieces)
        return True

    def left_over(self, node: int) -> int:
        """Units that nobody takes from a node or any later one of its place."""
        return int(self.stock[node : self.last[node] + 1].min())

    def unload(self, carriage: DraftCarriage, *, units: int) -> None:
        """Leave units that are left over at the end of the way where they come from."""
        carriage.units -= units
        self.stock[carriage.head : self.last[carriage.head] + 1] -= units
        self.stock[carriage.tail : self.last[carriage.tail] + 1] += units

    def move(self, lot: DraftLot, *, to: DraftLot, pieces: int) -> bool:
        """Make pieces in another lot of the kind; False, and nothing done, if somebody had to wait."""
        changes = [(to.head, self.last[to.head] + 1, pieces), (lot.head, self.last[lot.head] + 1, -pieces)]
        for here, sign in ((to, 1), (lot, -1)):
            for (node, before), (_, after) in zip(
                self.draft.taken(here),
                self.draft.taken(here, pieces=here.pieces + sign * pieces),
                strict=True,
            ):
                changes.append((node, self.last[node] + 1, before - after))
        if not self._apply(changes):
            return False
        self._add(to, pieces=pieces)
        self._add(lot, pieces=-pieces)
        return True

    def _apply(self, changes: list[tuple[int, int, int]]) -> bool:
        """Add each (first node, end, units) to the stock, if it then is negative nowhere in these."""
        for first, end, units in changes:
            self.stock[first:end] += units
        if all(self.stock[first:end].min(initial=0) >= 0 for first, end, _ in changes):
            return True
        for first, end, units in changes:
            self.stock[first:end] -= units
        return False

    def _add(self, lot: DraftLot, *, pieces: int) -> None:
        lot.pieces += pieces
        self.made[lot.work, lot.span] += pieces
