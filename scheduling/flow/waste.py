"""What nobody needs in the end is not made."""

from collections import defaultdict

from matching.problem import ItemId, MaterialId
from scheduling.flow.bench import Bench
from scheduling.flow.draft import Draft, DraftCarriage, DraftLot

Good = tuple[ItemId | None, MaterialId | None]


def leave_out_waste(draft: Draft) -> None:
    """Make and carry less of what would be left over, from the product back to the first items.

    Runs keep their minimum lot, or are left out altogether. Deliveries are cut to what the drops ask for
    before, so that nothing too much is made for them.
    """
    _cut_exits(draft)
    bench = Bench(draft)
    goods = _goods_from_the_product_back(draft)
    lots: dict[Good, list[DraftLot]] = defaultdict(list)
    carriages: dict[Good, list[DraftCarriage]] = defaultdict(list)
    model = draft.expansion.model
    for lot in sorted(draft.lots, key=lambda lot: -lot.start):
        if lot.pieces > 0:
            lots[_good(draft, model.works[lot.work].output)].append(lot)
    for carriage in sorted(draft.carriages, key=lambda carriage: -carriage.depart):
        carriages[_good(draft, model.moves[carriage.move].start)].append(carriage)
    for good in goods:
        for carriage in carriages[good]:
            bench.unload(carriage, units=min(carriage.units, bench.left_over(carriage.head)))
        for lot in lots[good]:
            _lessen(bench, lot)
    draft.carriages = [carriage for carriage in draft.carriages if carriage.units > 0]


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


def _good(draft: Draft, place: int) -> Good:
    where = draft.expansion.model.places[place]
    return where.item, where.material


def _goods_from_the_product_back(draft: Draft) -> list[Good]:
    """Each good after those that are made from it."""
    model = draft.expansion.model
    sources: dict[Good, set[Good]] = {_good(draft, number): set() for number in range(len(model.places))}
    for work in model.works:
        sources[_good(draft, work.output)] |= {_good(draft, each.place) for each in work.inputs}
    ordered: list[Good] = []
    while sources:
        needed = set().union(*sources.values())
        ordered += [good for good in sources if good not in needed]
        sources = {good: of for good, of in sources.items() if good in needed}
    return ordered


def _lessen(bench: Bench, lot: DraftLot) -> None:
    """By what is left over at its place to the end, as far as its run allows."""
    made, least = bench.made[lot.work, lot.span], bench.works[lot.work].mode.min_lot
    pieces = min(bench.left_over(lot.head), lot.pieces)
    if made - pieces < least:
        pieces = lot.pieces if pieces == lot.pieces == made else min(pieces, made - least)
    if pieces > 0:
        bench.grow(lot, pieces=-pieces)
