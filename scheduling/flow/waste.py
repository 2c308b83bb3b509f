"""What nobody needs in the end is not made."""

from collections import defaultdict
from collections.abc import Hashable

from scheduling.flow.bench import Bench
from scheduling.flow.draft import Draft, DraftLot


def leave_out_waste(draft: Draft) -> None:
    """Make less of what would be left over, from the product back to the first items.

    Runs keep their minimum lot, or are left out altogether. Deliveries are cut to what the drops ask for
    before, so that nothing too much is made for them.
    """
    _cut_exits(draft)
    bench = Bench(draft)
    for lots in _lots_by_item(draft):
        for lot in sorted(lots, key=lambda lot: -lot.start):
            if lot.pieces > 0:
                _lessen(bench, lot)


def _cut_exits(draft: Draft) -> None:
    """The last to arrive bring less."""
    model = draft.expansion.model
    left = dict(enumerate(model.drops))
    arrival = {id(each): each.depart + model.exits[each.exit].way.lead_min for each in draft.exits}
    for each in sorted(draft.exits, key=lambda each: arrival[id(each)]):
        drop = model.exits[each.exit].drop
        each.pieces = min(each.pieces, left[drop])
        left[drop] -= each.pieces
    draft.exits = [each for each in draft.exits if each.pieces > 0]


def _lots_by_item(draft: Draft) -> list[list[DraftLot]]:
    """Lots by the item they make, each item after those that are made from it."""
    model = draft.expansion.model
    groups: dict[Hashable, list[DraftLot]] = defaultdict(list)
    sources: dict[Hashable, set[Hashable]] = defaultdict(set)
    for lot in draft.lots:
        work = model.works[lot.work]
        item = model.places[work.output].item
        groups[item].append(lot)
        sources[item] |= {model.places[each.place].item for each in work.inputs}
    ordered: list[list[DraftLot]] = []
    waiting = list(groups)
    while waiting:
        needed = {source for item in waiting for source in sources[item]}
        ready = [item for item in waiting if item not in needed]
        ordered += [groups[item] for item in ready]
        waiting = [item for item in waiting if item in needed]
    return ordered


def _lessen(bench: Bench, lot: DraftLot) -> None:
    """By what is left over at its place to the end, as far as its run allows."""
    left_over = int(bench.stock[lot.head : bench.last[lot.head] + 1].min())
    made, least = bench.made[lot.work, lot.span], bench.works[lot.work].mode.min_lot
    pieces = min(left_over, lot.pieces, made if lot.pieces == made else made - least)
    if pieces > 0 and (made - pieces >= least or made == pieces):
        bench.grow(lot, pieces=-pieces)
