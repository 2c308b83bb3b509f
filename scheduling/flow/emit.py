"""From a draft to the lots, transfers and deliveries of a plan."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from matching.allocation.model import FlowModel, Work
from matching.problem import Lot, LotId, Order
from matching.rules import lot_minutes
from matching.working_time import WorkingTime
from scheduling.flow.draft import Draft, DraftExit, DraftLot
from scheduling.plan import Delivery, Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a plan does, without the lots that stand as they are."""

    lots: tuple[Lot, ...]
    transfers: tuple[Transfer, ...]
    deliveries: tuple[Delivery, ...]


def emit(draft: Draft, *, order: Order, taken_ids: frozenset[str]) -> Parts:
    """Parts in time order. The ids of lots are new: none of `taken_ids`.

    Drops get exactly what they ask for: what is too much stays behind, where the last to arrive was.
    """
    return Parts(
        lots=tuple(_lots(draft, order=order, taken_ids=taken_ids)),
        transfers=tuple(_transfers(draft, order=order)),
        deliveries=tuple(_deliveries(draft, order=order)),
    )


def _lots(draft: Draft, *, order: Order, taken_ids: frozenset[str]) -> Iterator[Lot]:
    names = (name for number in range(10**9) if (name := f"L{number}") not in taken_ids)
    firsts: dict[tuple[int, int], int] = {}
    for lot in draft.lots:
        firsts[lot.work, lot.span] = min(lot.start, firsts.get((lot.work, lot.span), lot.start))
    works = draft.expansion.model.works
    times = {number: WorkingTime(works[number].machine) for number in {lot.work for lot in draft.lots}}
    for lot in sorted(draft.lots, key=lambda lot: (lot.start, lot.work)):
        work = works[lot.work]
        is_first = lot.start == firsts[lot.work, lot.span]
        setup_min = work.spans[lot.span].setup_min if is_first else 0
        yield _lot(
            lot, work=work, time=times[lot.work], order=order, id=LotId(next(names)), setup_min=setup_min
        )


def _lot(lot: DraftLot, *, work: Work, time: WorkingTime, order: Order, id: LotId, setup_min: int) -> Lot:
    start_min = time.latest_start(lot.start, setup_min)
    minutes = lot_minutes(work.mode, machine=work.machine, good=lot.pieces, setup_min=setup_min)
    return Lot(
        id=id,
        order=order.id,
        operation=work.operation,
        machine=work.machine.id,
        start_min=start_min,
        setup_min=setup_min,
        end_min=time.earliest_end(start_min, minutes),
        quantity=lot.pieces,
    )


def _transfers(draft: Draft, *, order: Order) -> Iterator[Transfer]:
    model = draft.expansion.model
    for carriage in sorted(draft.carriages, key=lambda carriage: (carriage.depart, carriage.move)):
        move = model.moves[carriage.move]
        start, end = model.places[move.start], model.places[move.end]
        yield Transfer(
            order=None if start.item is None else order.id,
            item=start.item,
            material=start.material,
            from_site=start.site,
            to_site=end.site,
            depart_min=carriage.depart,
            arrive_min=carriage.depart + move.way.lead_min,
            quantity=carriage.units,
        )


def _deliveries(draft: Draft, *, order: Order) -> Iterator[Delivery]:
    model = draft.expansion.model
    left: dict[int, int] = defaultdict(int, enumerate(model.drops))
    for each in sorted(draft.exits, key=lambda each: (_arrival(model, each), each.exit)):
        way = model.exits[each.exit]
        quantity = min(each.pieces, left[way.drop])
        if quantity > 0:
            left[way.drop] -= quantity
            yield Delivery(
                order=order.id,
                drop=order.drops[way.drop].id,
                from_site=model.places[way.place].site,
                depart_min=each.depart,
                arrive_min=_arrival(model, each),
                quantity=quantity,
            )


def _arrival(model: FlowModel, each: DraftExit) -> int:
    return each.depart + model.exits[each.exit].way.lead_min
