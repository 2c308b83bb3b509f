"""Taking back what nobody uses: lots shrink, the last made first, from the product to the first item."""

from matching.problem import ItemId, Order
from scheduling.dispatch.floor import Floor, Placed
from scheduling.dispatch.shop import Good


def trim(floor: Floor, *, order: Order, met: int) -> None:
    """Shrink or remove lots of pieces that nobody claimed; `met` pieces of the order are delivered."""
    for item in reversed(floor.shop.items_of[order.id]):
        need = _whole_need(floor, order=order, item=item, met=met)
        for placed in sorted(_makers(floor, order=order, item=item), key=lambda each: -each.end):
            if placed.output.left:
                _shrink(floor, placed, need=need)


def _makers(floor: Floor, *, order: Order, item: ItemId) -> list[Placed]:
    return [
        placed
        for placed in floor.placed
        if placed.order == order.id and placed.station.operation.makes == item
    ]


def _whole_need(floor: Floor, *, order: Order, item: ItemId, met: int) -> int:
    """All that the order needs of an item (rule 4)."""
    stock = sum(
        each.quantity for each in floor.shop.problem.stock if each.order == order.id and each.item == item
    )
    if item == floor.shop.final_item(order):
        return order.quantity - stock
    good: Good = (order.id, item)
    claimed = sum(claim.units for placed in floor.placed for claim in placed.claims.get(good, ()))
    claimed += sum(demand.units for demand in floor.demands.get(good, ()))
    return claimed - stock


def _shrink(floor: Floor, placed: Placed, *, need: int) -> None:
    timeline = floor.timelines[placed.station.machine.id]
    run = timeline.run_of(placed.id, window=placed.window)
    by_id = {each.id: each for each in floor.placed}
    made = sum(by_id[each.lot].quantity for each in run if each.lot in by_id)
    is_shared = any(each.lot not in by_id or by_id[each.lot].order != placed.order for each in run)
    smallest = placed.station.mode.min_lot
    if not is_shared:
        smallest = min(smallest, max(0, need))
    unused = placed.output.left
    without = made - placed.quantity
    vanishes = unused == placed.quantity and (without == 0 or without >= smallest)
    if vanishes and timeline.can_drop(placed.id, window=placed.window):
        floor.remove(placed)
        return
    spare = min(unused, max(0, made - smallest), placed.quantity - 1)
    if spare > 0:
        floor.shrink(placed, by=spare)
