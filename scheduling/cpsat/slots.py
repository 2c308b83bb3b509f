"""Which lots a model may use: slots for every item of every order, with the machines and windows they fit."""

from collections.abc import Mapping
from dataclasses import dataclass

from matching.problem import ItemId, Order, Window
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.shop import Good, Shop, Station


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """A machine and window that can take a lot: it starts at `first` or later and ends at `last` or earlier."""

    station: Station
    at: int  # number of the window
    window: Window
    first: int
    last: int


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A lot that may exist: 0 (it does not) to `most` good pieces of an item."""

    order: Order
    item: ItemId
    number: int
    most: int
    options: tuple[Option, ...]

    @property
    def name(self) -> str:
        return f"{self.order.id}/{self.item}/{self.number}"


def most_units(shop: Shop, order: Order) -> dict[Good, int]:
    """For each item the most units that a plan without waste can use, if every lot is a single piece.

    Each piece started rounds up by itself, on the machine with most scrap: no way of cutting needs more.
    """
    most: dict[Good, int] = {(order.id, shop.final_item(order)): order.quantity}
    for good, units in shop.fixed_wants.items():
        if good[0] == order.id:
            most[good] = most.get(good, 0) + units
    for item in reversed(shop.items_of[order.id]):
        for need_of in shop.items_of[order.id]:
            worst = 0
            for station in shop.stations[order.id, need_of]:
                units = station.wants(good=1).get((order.id, item), 0)
                worst = max(worst, units)
            if worst:
                most[order.id, item] = most.get((order.id, item), 0) + worst * most.get(
                    (order.id, need_of), 0
                )
    return most


def make_slots(
    shop: Shop, estimates: Estimates, *, orders: list[Order], count: Mapping[Good, int]
) -> list[Slot]:
    """`count` slots for each item, with every option that could be used."""
    slots = []
    for order in orders:
        units = most_units(shop, order)
        for item in shop.items_of[order.id]:
            good = (order.id, item)
            options = _options(shop, estimates, order=order, item=item)
            smallest = max((option.station.mode.min_lot for option in options), default=1)
            most = max(units.get(good, 0), smallest) if units.get(good, 0) else 0
            slots += [
                Slot(order, item, number, most, options) for number in range(count[good] if most else 0)
            ]
    return slots


def _options(shop: Shop, estimates: Estimates, *, order: Order, item: ItemId) -> tuple[Option, ...]:
    found = []
    earliest = shop.first_minute(order)
    for station in shop.stations[order.id, item]:
        latest = estimates.latest_end(order, station)
        if latest is None:
            continue
        for at, window in enumerate(station.machine.windows):
            first, last = max(window.start, earliest), min(window.end, latest)
            if last - first >= station.run_minutes(good=1):
                found.append(Option(station, at, window, first, last))
    return tuple(found)
