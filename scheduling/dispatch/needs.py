"""How many pieces of each item an order needs made: an upper estimate before its lots are known.

Scrap and rounding depend on the machines and the number of lots that make what needs the item; what turns
out to be too much is trimmed.
"""

from matching.problem import ItemId, Operation, Order
from scheduling.dispatch.floor import Floor
from scheduling.dispatch.guide import Guide
from scheduling.dispatch.shop import Good, Station

_SPARE_LOTS = 2  # more lots than the wished size gives: windows end and firms change


def pieces_to_make(floor: Floor, *, guide: Guide, order: Order) -> dict[Good, int]:
    """Good pieces to make of each item, beside stock and fixed lots (0 if nothing)."""
    shop = floor.shop
    to_make: dict[Good, int] = {}
    for item in reversed(shop.items_of[order.id]):
        good: Good = (order.id, item)
        if item == shop.final_item(order):
            wanted = 0 if order.id in guide.left_out else order.quantity
        elif good in guide.needed:
            wanted = guide.needed[good]
        else:
            wanted = _consumed(floor, guide=guide, order=order, item=item, to_make=to_make)
        there = sum(supply.left for supply in floor.pools[good].supplies)
        owed = sum(demand.units for demand in floor.demands.get(good, ()) if demand.claims is None)
        to_make[good] = max(0, wanted + owed - there)
    return to_make


def _consumed(floor: Floor, *, guide: Guide, order: Order, item: ItemId, to_make: dict[Good, int]) -> int:
    """Units of `item` that making all the others consumes, at most."""
    total = 0
    for makes in floor.shop.items_of[order.id]:
        pieces = to_make.get((order.id, makes), 0)
        if pieces:
            stations = floor.shop.stations[order.id, makes]
            by_operation = {station.operation.id: station.operation for station in stations}
            total += max(
                (
                    _consumed_by(operation, item=item, pieces=pieces, stations=stations, guide=guide)
                    for operation in by_operation.values()
                ),
                default=0,
            )
    return total


def _consumed_by(
    operation: Operation, *, item: ItemId, pieces: int, stations: tuple[Station, ...], guide: Guide
) -> int:
    """Units for `pieces` good pieces in as many lots as there may be, on the machines with most scrap.

    Each lot rounds up twice: the pieces started, and the units they need.
    """
    running = [station for station in stations if station.operation is operation]
    worst = min(station.mode.good_per_1000 for station in running)
    needs = [need for need in operation.needs if need.item == item]
    lots = 1 if worst == 1000 and all(need.den == 1 for need in needs) else _lots(running, pieces, guide)
    started = -(-pieces * 1000 // worst) + lots - 1
    return sum(-(-started * need.num // need.den) + lots - 1 for need in needs)


def _lots(stations: list[Station], pieces: int, guide: Guide) -> int:
    """How many lots `pieces` may be made in, at most."""
    smallest = min(max(1, station.most_pieces(minutes=guide.lot_min, at_most=pieces)) for station in stations)
    return min(pieces, -(-pieces // smallest) * _SPARE_LOTS + len(stations))
