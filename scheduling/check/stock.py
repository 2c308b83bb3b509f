"""Rule 5, stock: for every order, item and site, and every material and site, never below zero."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from matching.problem import ItemId, MaterialId, OrderId, SiteId
from scheduling.check.case import Case
from scheduling.check.needs import units_needed
from scheduling.check.violation import Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What lies where: an order's item, or a material."""

    order: OrderId | None = None
    item: ItemId | None = None
    material: MaterialId | None = None
    site: SiteId

    def __str__(self) -> str:
        of = f"material {self.material!a}" if self.order is None else f"item {self.item!a} of {self.order!a}"
        return f"{of} at {self.site!a}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """`units` come (> 0) or go (< 0) at a minute; what comes in a minute can be used in it."""

    moment: int
    units: int
    path: str


def check_stock(case: Case) -> Iterator[Violation]:
    """The first shortage of every place."""
    for place, moves in _moves(case).items():
        there = 0
        for move in sorted(moves, key=lambda move: (move.moment, move.units < 0)):
            there += move.units
            if there < 0:
                text = f"{-there} short of {place} at {move.moment}"
                yield Violation(rule=5, path=move.path, text=text)
                break


def _moves(case: Case) -> dict[_Place, list[_Move]]:
    moves: dict[_Place, list[_Move]] = defaultdict(list)
    _add_stock(case, moves=moves)
    _add_lots(case, moves=moves)
    _add_goods(case, moves=moves)
    unlimited = {each.id for each in case.problem.materials if each.supplies is None}
    return {place: found for place, found in moves.items() if place.material not in unlimited}


def _add_stock(case: Case, *, moves: dict[_Place, list[_Move]]) -> None:
    for stock in case.problem.stock:
        place = _Place(order=stock.order, item=stock.item, material=stock.material, site=stock.site)
        moves[place].append(_Move(moment=stock.from_min, units=stock.quantity, path="stock"))
    for material in case.problem.materials:
        for supply in material.supplies or ():
            place = _Place(material=material.id, site=supply.site)
            moves[place].append(_Move(moment=supply.from_min, units=supply.quantity, path="supplies"))


def _add_lots(case: Case, *, moves: dict[_Place, list[_Move]]) -> None:
    """Pieces exist from the end of the hold; needs are consumed when the set-up ends."""
    for each in case.lots:
        hold = 0 if each.mode is None else each.mode.hold_min
        made = _Place(order=each.order.id, item=each.operation.makes, site=each.site.id)
        moves[made].append(_Move(moment=each.lot.end_min + hold, units=each.lot.quantity, path=each.path))
        for need, units in units_needed(each):
            place = (
                _Place(material=need.material, site=each.site.id)
                if need.item is None
                else _Place(order=each.order.id, item=need.item, site=each.site.id)
            )
            moment = each.lot.start_min + each.lot.setup_min
            moves[place].append(_Move(moment=moment, units=-units, path=each.path))


def _add_goods(case: Case, *, moves: dict[_Place, list[_Move]]) -> None:
    for load in case.transfers:
        goods = load.transfer
        leaves = _Place(order=goods.order, item=goods.item, material=goods.material, site=goods.from_site)
        enters = _Place(order=goods.order, item=goods.item, material=goods.material, site=goods.to_site)
        moves[leaves].append(_Move(moment=goods.depart_min, units=-goods.quantity, path=load.path))
        moves[enters].append(_Move(moment=goods.arrive_min, units=goods.quantity, path=load.path))
    for parcel in case.deliveries:
        product = case.problem.product_by_id[parcel.order.product]
        place = _Place(order=parcel.order.id, item=product.final_item, site=parcel.delivery.from_site)
        sent = _Move(moment=parcel.delivery.depart_min, units=-parcel.delivery.quantity, path=parcel.path)
        moves[place].append(sent)
