"""Fewer, larger lots and carriages, where nobody has to wait for them."""

from collections import defaultdict
from dataclasses import replace

from matching.allocation.expansion import Numbers
from scheduling.flow.draft import Draft, DraftCarriage, DraftLot

LONGEST_LOT_MIN = 480  # a shift: what is found wrong at its end is not yet a whole day's work


def coalesce(draft: Draft) -> None:
    """Join neighbours as long as stock is negative nowhere; no arrival at a drop changes.

    Lots without pieces are gone afterwards.
    """
    draft.lots = [lot for lot in draft.lots if lot.pieces > 0]
    stock = draft.stock()
    draft.lots = _joined_lots(draft, stock=stock)
    draft.carriages = _joined_carriages(draft, stock=stock)


def _joined_lots(draft: Draft, *, stock: Numbers) -> list[DraftLot]:
    """A lot joined to the next of its run takes its input when it starts and brings all at the end."""
    joined: list[DraftLot] = []
    for lot in sorted(draft.lots, key=lambda lot: (lot.work, lot.span, lot.start)):
        before = joined[-1] if joined else None
        if before is not None and _can_join(draft, before, lot, stock=stock):
            for (node, units), (first, _) in zip(draft.taken(lot), draft.taken(before), strict=True):
                stock[first:node] -= units
            stock[before.head : lot.head] -= before.pieces
            joined[-1] = replace(before, end=lot.end, head=lot.head, pieces=before.pieces + lot.pieces)
        else:
            joined.append(lot)
    return joined


def _can_join(draft: Draft, before: DraftLot, lot: DraftLot, *, stock: Numbers) -> bool:
    if (before.work, before.span) != (lot.work, lot.span) or lot.end - before.start > LONGEST_LOT_MIN:
        return False
    inputs = zip(draft.taken(lot), draft.taken(before), strict=True)
    return bool(
        all(stock[first:node].min(initial=units) >= units for (node, units), (first, _) in inputs)
        and stock[before.head : lot.head].min(initial=before.pieces) >= before.pieces
    )


def _joined_carriages(draft: Draft, *, stock: Numbers) -> list[DraftCarriage]:
    """The earlier of two carriages waits for the later, else the later goods leave with the earlier."""
    by_move: dict[int, list[DraftCarriage]] = defaultdict(list)
    for carriage in draft.carriages:
        kept = by_move[carriage.move]
        if not kept or not _join(kept, carriage, stock=stock):
            kept.append(carriage)
    return [carriage for kept in by_move.values() for carriage in kept]


def _join(kept: list[DraftCarriage], carriage: DraftCarriage, *, stock: Numbers) -> bool:
    before = kept[-1]
    if stock[before.head : carriage.head].min(initial=before.units) >= before.units:
        stock[before.head : carriage.head] -= before.units
        stock[before.tail : carriage.tail] += before.units
        kept[-1] = replace(carriage, units=before.units + carriage.units)
        return True
    if stock[before.tail : carriage.tail].min(initial=carriage.units) >= carriage.units:
        stock[before.tail : carriage.tail] -= carriage.units
        stock[before.head : carriage.head] += carriage.units
        kept[-1] = replace(before, units=before.units + carriage.units)
        return True
    return False
