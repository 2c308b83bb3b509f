"""Keeping lots of another plan where they stand, as far as they still can."""

from matching.problem import ItemId, Lot, Order
from scheduling.dispatch.floor import Bid, Floor
from scheduling.dispatch.shop import Station


def keep(floor: Floor, *, lots: tuple[Lot, ...], order: Order, item: ItemId, pieces: int) -> int:
    """Place lots of an item unchanged while pieces are needed; returns the pieces they make.

    Lots of the plan in force keep their ids, others get new ones: another lot may have theirs by now.
    """
    fixed = {lot.id for lot in floor.shop.problem.fixed_lots}
    in_force = {lot.id for lot in floor.shop.problem.previous or ()}
    kept = 0
    for lot in sorted(lots, key=lambda each: each.start_min):
        if lot.order != order.id or lot.id in fixed or kept + lot.quantity > pieces:
            continue
        station = _station_of(floor, lot, order=order, item=item)
        bid = (
            None if station is None else _as_it_stood(floor, lot, order=order, station=station, pieces=pieces)
        )
        if bid is not None:
            floor.place(bid, order=order, lot_id=lot.id if lot.id in in_force else None)
            kept += lot.quantity
    return kept


def _station_of(floor: Floor, lot: Lot, *, order: Order, item: ItemId) -> Station | None:
    for station in floor.shop.stations[order.id, item]:
        if station.machine.id == lot.machine and station.operation.id == lot.operation:
            return station
    return None


def _as_it_stood(floor: Floor, lot: Lot, *, order: Order, station: Station, pieces: int) -> Bid | None:
    """The lot as a bid, or None if it could not be placed there and then today."""
    shop = floor.shop
    if lot.start_min < shop.first_minute(order) or lot.end_min > shop.problem.horizon_min:
        return None
    timeline = floor.timelines[station.machine.id]
    window = timeline.first_window(lot.start_min)
    if window == len(station.machine.windows):
        return None
    for gap in timeline.gaps(window=window, mode=station.mode, first=lot.start_min, least_min=0):
        if not gap.start <= lot.start_min <= lot.end_min <= gap.end:
            continue
        if lot.quantity + (gap.run or 0) < min(station.mode.min_lot, pieces):
            continue
        minutes = gap.setup + station.run_minutes(good=lot.quantity)
        worked = timeline.clock.minutes_between(lot.start_min, lot.end_min)
        free = floor.free(station.mode, site=station.site, start=lot.start_min, end=lot.end_min)
        ready = floor.inputs_ready(station.wants(good=lot.quantity), site=station.site)
        in_time = ready is not None and ready <= lot.start_min + gap.setup
        if minutes == worked and free == [(lot.start_min, lot.end_min)] and in_time:
            return Bid(
                station=station,
                window=window,
                start=lot.start_min,
                setup=gap.setup,
                end=lot.end_min,
                quantity=lot.quantity,
                score=0.0,
            )
    return None
