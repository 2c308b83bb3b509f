"""Runs below their minimum lot: given to others, or filled up."""

from collections import defaultdict

from scheduling.flow.bench import Bench, Run
from scheduling.flow.draft import Draft, DraftLot


def mend_small_runs(draft: Draft) -> frozenset[Run]:
    """Dissolve or fill up runs below their minimum lot; returns those that stay below it."""
    bench = Bench(draft)
    return frozenset(run for run in _small_runs(bench) if not (_dissolve(bench, run) or _fill_up(bench, run)))


def cancel(draft: Draft, *, runs: frozenset[Run]) -> None:
    """Take all pieces from the runs; what they made may be missing elsewhere then."""
    for lot in draft.lots:
        if (lot.work, lot.span) in runs:
            lot.pieces = 0


def _small_runs(bench: Bench) -> list[Run]:
    """Below the minimum lot, and less than all that is needed of the item."""
    needed = _needed(bench.draft)
    places = bench.draft.expansion.model.places
    return [
        run
        for run, made in sorted(bench.made.items())
        if 0 < made < bench.works[run[0]].mode.min_lot
        and made < needed[places[bench.works[run[0]].output].item]
    ]


def _needed(draft: Draft) -> dict[object, int]:
    """By item: of the product what is to be delivered, else what lots consume; less stock."""
    model = draft.expansion.model
    needed: dict[object, int] = defaultdict(int)
    for way in model.exits[:1]:
        needed[model.places[way.place].item] += model.quantity
    for lot in draft.lots:
        inputs = zip(model.works[lot.work].inputs, draft.taken(lot), strict=True)
        for each, (_, units) in inputs:
            needed[model.places[each.place].item] += units
    for supply in model.supplies:
        if supply.is_stock:
            needed[model.places[supply.place].item] -= supply.quantity
    return needed


def _dissolve(bench: Bench, run: Run) -> bool:
    """Give all pieces to other runs of the kind that have begun, at times at which nobody has to wait."""
    for lot in bench.lots_of_run[run]:
        if lot.pieces == 0:
            continue
        others = [
            peer
            for peer in bench.peers(lot)
            if (peer.work, peer.span) != run
            and peer.pieces < peer.capacity
            and bench.made[peer.work, peer.span] >= bench.works[peer.work].mode.min_lot
        ]
        for peer in sorted(others, key=lambda peer: abs(peer.start - lot.start)):
            pieces = min(lot.pieces, peer.capacity - peer.pieces)
            if pieces > 0:
                bench.move(lot, to=peer, pieces=pieces)
    return bench.made[run] == 0


def _fill_up(bench: Bench, run: Run) -> bool:
    """Make more in the run's own slots, then take from others of the kind what they can spare."""
    lots = bench.lots_of_run[run]
    for lot in sorted(lots, key=lambda lot: -lot.pieces):
        pieces = min(_missing(bench, run), lot.capacity - lot.pieces)
        while pieces > 0 and not bench.grow(lot, pieces=pieces):
            pieces //= 2
    for lot in lots:
        for peer in bench.peers(lot):
            pieces = min(_missing(bench, run), lot.capacity - lot.pieces, _spare(bench, peer))
            if pieces > 0 and (peer.work, peer.span) != run:
                bench.move(peer, to=lot, pieces=pieces)
    return _missing(bench, run) <= 0


def _missing(bench: Bench, run: Run) -> int:
    return bench.works[run[0]].mode.min_lot - bench.made[run]


def _spare(bench: Bench, lot: DraftLot) -> int:
    """Pieces that a lot can lose while its run keeps the minimum lot."""
    return min(lot.pieces, -_missing(bench, (lot.work, lot.span)))
