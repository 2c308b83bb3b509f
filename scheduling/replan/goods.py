"""What lies where and when in a plan that is being changed: carriages, needs that are not met, goods to spare."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from matching.problem import DropId, ItemId, Lot, LotId, Order, Problem, SiteId
from matching.rules import consumed, started_pieces
from scheduling.plan import Delivery, Transfer


@dataclass(slots=True, kw_only=True, eq=False)
class Carriage:
    """Goods on a way, of an order's item; `site` is None on the way to a drop. `quantity` shrinks as it is cut."""

    item: ItemId
    from_site: SiteId
    site: SiteId | None
    drop: DropId | None
    depart: int
    arrive: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """Pieces that are missing: at a site by a minute (None: as soon as possible), or at a drop.

    Neither site nor drop: made anywhere, for what is planned anew behind it. `lot` starves without them.
    """

    quantity: int
    by_min: int | None
    site: SiteId | None = None
    drop: DropId | None = None
    is_for_drop: bool = False
    lot: LotId | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Source:
    """Pieces to spare at a site from a minute on; `carriage` brings them there and could go elsewhere instead."""

    site: SiteId
    at: int
    quantity: int
    carriage: Carriage | None = None


Move = tuple[int, int, Carriage | Lot | None]  # minute, units (going: below 0), what moves them


class Goods:
    """Lots and carriages of one order; the caller adds and removes, and asks what follows."""

    def __init__(
        self,
        problem: Problem,
        order: Order,
        *,
        lots: Iterable[Lot],
        transfers: Iterable[Transfer],
        deliveries: Iterable[Delivery],
    ) -> None:
        self._problem = problem
        self._order = order
        self._product = problem.product_by_id[order.product]
        self.lots: dict[LotId, Lot] = {lot.id: lot for lot in lots if lot.order == order.id}
        self.carriages: list[Carriage] = [
            Carriage(
                item=way.item,
                from_site=way.from_site,
                site=way.to_site,
                drop=None,
                depart=way.depart_min,
                arrive=way.arrive_min,
                quantity=way.quantity,
            )
            for way in transfers
            if way.order == order.id and way.item is not None
        ] + [
            Carriage(
                item=self._product.final_item,
                from_site=load.from_site,
                site=None,
                drop=load.drop,
                depart=load.depart_min,
                arrive=load.arrive_min,
                quantity=load.quantity,
            )
            for load in deliveries
            if load.order == order.id
        ]

    def settle(self, item: ItemId, *, promise_min: int) -> list[Want]:
        """Cut what cannot leave for want of pieces, and say what is missing: at lots, and at drops by the promise."""
        while True:
            wants: list[Want] = []
            has_cut = False
            for site, moves in self._moves(item).items():
                found, cut = _walk(site, moves)
                wants += found
                has_cut = has_cut or cut
            if not has_cut:
                break
        self.carriages = [each for each in self.carriages if each.quantity]
        if item == self._product.final_item:
            wants += self._missing_at_drops(promise_min)
        return sorted(wants, key=lambda want: (want.by_min or 0, str(want.site), str(want.drop)))

    def spare(self, item: ItemId) -> list[Source]:
        """What may be taken away without anything else falling short, by minute."""
        found = []
        for site, moves in self._moves(item).items():
            level, levels = 0, []
            for minute, units, mover in moves:
                level += units
                levels.append((minute, level, mover))
            lowest: list[int] = []
            for _minute, level, _mover in reversed(levels):
                lowest.append(level if not lowest else min(level, lowest[-1]))
            given = 0
            for (minute, _level, mover), least in zip(levels, reversed(lowest), strict=True):
                if least > given:
                    carriage = mover if isinstance(mover, Carriage) and mover.depart >= 0 else None
                    more = least - given if carriage is None else min(least - given, carriage.quantity)
                    if more < least - given:
                        found.append(Source(site=site, at=minute, quantity=least - given - more))
                    found.append(Source(site=site, at=minute, quantity=more, carriage=carriage))
                    given = least
        return sorted(found, key=lambda source: (source.at, str(source.site)))

    def needs_of(self, lot: Lot) -> dict[ItemId, int]:
        """Units of each item that a lot uses; nothing if it began before 0."""
        if lot.start_min < 0:
            return {}
        mode = self._problem.machine_by_id[lot.machine].mode_by_operation.get(
            (self._order.product, lot.operation)
        )
        started = lot.quantity if mode is None else started_pieces(mode, good=lot.quantity)
        needs: dict[ItemId, int] = defaultdict(int)
        for need in self._product.operation_by_id[lot.operation].needs:
            if need.item is not None:
                needs[need.item] += consumed(need, started=started)
        return needs

    def _moves(self, item: ItemId) -> dict[SiteId, list[Move]]:
        """By site, in time order; what comes in a minute before what goes."""
        moves: dict[SiteId, list[Move]] = defaultdict(list)
        for stock in self._problem.stock:
            if stock.order == self._order.id and stock.item == item:
                moves[stock.site].append((stock.from_min, stock.quantity, None))
        for lot in self.lots.values():
            site = self._problem.machine_by_id[lot.machine].site
            operation = self._product.operation_by_id[lot.operation]
            if operation.makes == item:
                mode = self._problem.machine_by_id[lot.machine].mode_by_operation.get(
                    (self._order.product, lot.operation)
                )
                moves[site].append((lot.end_min + (mode.hold_min if mode else 0), lot.quantity, lot))
            if units := self.needs_of(lot).get(item, 0):
                moves[site].append((lot.start_min + lot.setup_min, -units, lot))
        for each in self.carriages:
            if each.item == item and each.quantity:
                moves[each.from_site].append((each.depart, -each.quantity, each))
                if each.site is not None:
                    moves[each.site].append((each.arrive, each.quantity, each))
        for found in moves.values():
            found.sort(key=_coming_first)
        return moves

    def _missing_at_drops(self, promise_min: int) -> list[Want]:
        carried: dict[DropId | None, int] = defaultdict(int)
        for each in self.carriages:
            if each.site is None:
                carried[each.drop] += each.quantity
        return [
            Want(
                quantity=drop.quantity - carried[drop.id], by_min=promise_min, drop=drop.id, is_for_drop=True
            )
            for drop in self._order.drops
            if drop.quantity > carried[drop.id]
        ]


def _coming_first(move: Move) -> tuple[int, bool]:
    return move[0], move[1] < 0


def _walk(site: SiteId, moves: list[Move]) -> tuple[list[Want], bool]:
    """Wants of lots at a site, and whether a carriage that leaves it was cut."""
    wants, level, has_cut = [], 0, False
    for minute, units, mover in moves:
        level += units
        if level >= 0 or units >= 0:
            continue
        if isinstance(mover, Carriage):
            mover.quantity += level
            has_cut = True
        elif mover is not None:
            wants.append(Want(quantity=-level, by_min=minute, site=site, lot=mover.id))
        level = 0
    return wants, has_cut
