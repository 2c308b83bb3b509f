"""Repairing a plan from which lots are lost, item by item in the order of making. Approaches "least change" so:

1. Every lot that is not lost stays where it is. What cannot leave for want of pieces is cut, which shows who starves
   and which drop falls short (`goods.py`).
2. The missing pieces are made on few machines, each in time for who starves (`cover.py`): nothing behind changes.
3. Where that is not possible, the starving lots are released with the rest of their runs, those that must stand are
   cut short (`cutting.py`), and the pieces are made as soon as they can be: the change goes one step down the
   routing, where 2 and 3 follow.
4. Pieces that reach the buyer after the promise come as early as the machines of the last step allow.

Few new machines stand for few changes; that a step further back could have avoided a release is not looked for
(`choose.py` compares with a plan in which everything that is not frozen may move).
"""

from collections.abc import Callable, Collection, Iterator

from matching.problem import EnterpriseId, ItemId, Lot, LotId, MachineId, Mode, Order, Problem
from scheduling.dispatch.shop import Shop
from scheduling.dispatch.timeline import Timeline
from scheduling.evaluate import evaluate
from scheduling.plan import Delivery, Plan, Status, Transfer
from scheduling.replan.ask import Ask
from scheduling.replan.cover import Chooser, Cover
from scheduling.replan.cutting import cut_short
from scheduling.replan.goods import Goods, Want
from scheduling.replan.names import new_names

MOST_PASSES = 3  # a pass may leave a few pieces open, where lots that are split round their needs up


def repair(problem: Problem, *, ask: Ask, seed: int, is_over: Callable[[], bool]) -> Plan | None:
    """A plan with the lots of the problem's `fixed_lots` that stand, and new ones; None if there is none this way.

    Lots that were released are not in it: the problem it is valid for is `standing_problem` of it.
    """
    names = new_names(problem)
    shop = Shop(problem)
    timelines = {
        machine.id: Timeline(machine, clock=shop.clock_of[machine.id]) for machine in problem.machines
    }
    for lot in problem.fixed_lots:
        timelines[lot.machine].add_fixed(lot, mode=_mode(problem, lot))
    parts = [
        _Repair(shop, order=order, ask=ask, timelines=timelines, names=names, is_over=is_over).run()
        for order in problem.orders
    ]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    return _plan(problem, found, seed=seed)


class _Repair:
    """One order."""

    def __init__(
        self,
        shop: Shop,
        *,
        order: Order,
        ask: Ask,
        timelines: dict[MachineId, Timeline],
        names: Iterator[LotId],
        is_over: Callable[[], bool],
    ) -> None:
        self._shop, self._order, self._ask, self._names = shop, order, ask, names
        self._timelines, self._is_over = timelines, is_over
        self._stands = ask.stands(shop.problem.fixed_lots)
        self.goods = Goods(
            shop.problem,
            order,
            lots=shop.problem.fixed_lots,
            transfers=ask.transfers,
            deliveries=ask.deliveries,
        )

    def run(self) -> Goods | None:
        """Pass over the routing until nothing is missing; what was used up for pieces that are lost is made again."""
        for _ in range(MOST_PASSES):
            self._call_off_ways_to_the_idle()
            extra = self._used_up()
            for item in self._shop.items_of[self._order.id]:
                wants = self.goods.settle(item, promise_min=self._ask.promise_min)
                if extra[item]:
                    wants.append(Want(quantity=extra[item], by_min=None))
                if wants:
                    self._make(item, wants)
            if not any(self._missing(item) for item in extra) and not self._call_off_ways_to_the_idle():
                self._call_off_what_nobody_uses()
                return self.goods
        return None

    def _make(self, item: ItemId, wants: list[Want]) -> None:
        """In time, or else later."""
        chooser = self._chooser(item)
        cover = chooser.in_time(wants)
        self._adopt(cover, chooser=chooser)
        if not cover.left:
            return
        self._cut_short([want for want in cover.left if want.lot in self._stands], item=item)
        self._release({want.lot for want in cover.left if want.lot is not None} - self._stands)
        late = [want for want in cover.left if want.is_for_drop]
        if missing := sum(want.quantity for want in cover.left if not want.is_for_drop):
            late.append(Want(quantity=missing, by_min=None))
        chooser = self._chooser(item)
        self._adopt(chooser.soon(late), chooser=chooser)

    def _missing(self, item: ItemId) -> int:
        return sum(want.quantity for want in self.goods.settle(item, promise_min=self._ask.promise_min))

    def _used_up(self) -> dict[ItemId, int]:
        """By item, what has to be made beyond what is missing of it, for want of goods to spare behind it."""
        items = self._shop.items_of[self._order.id]
        extra = dict.fromkeys(items, 0)
        needed = dict.fromkeys(items, 0)
        for item in reversed(items):
            missing = self._missing(item)
            spare = sum(source.quantity for source in self.goods.spare(item))
            extra[item] = max(0, needed[item] - spare - missing)
            if missing + extra[item]:
                for before, units in self._needs_for(item, missing + extra[item]).items():
                    needed[before] += units
        return extra

    def _needs_for(self, item: ItemId, pieces: int) -> dict[ItemId, int]:
        """Units of each item for so many pieces, on the machine that wants most."""
        most: dict[ItemId, int] = {}
        for station in self._shop.stations[self._order.id, item]:
            for (order, name), units in station.wants(good=pieces).items():
                if order is not None:
                    most[ItemId(name)] = max(most.get(ItemId(name), 0), units)
        return most

    def _call_off_ways_to_the_idle(self) -> bool:
        """Goods go to enterprises that work on the order (rule 5); whether any way was called off."""
        workers, problem = self._workers(), self._shop.problem
        idle = [
            each
            for each in self.goods.carriages
            if each.site is not None and problem.site_by_id[each.site].enterprise not in workers
        ]
        for each in idle:
            each.quantity = 0
        return bool(idle)

    def _call_off_what_nobody_uses(self) -> None:
        for item in reversed(self._shop.items_of[self._order.id]):
            for source in self.goods.spare(item):
                if source.carriage is not None:
                    source.carriage.quantity -= source.quantity

    def _workers(self) -> frozenset[EnterpriseId]:
        problem = self._shop.problem
        return frozenset(
            problem.site_by_id[problem.machine_by_id[lot.machine].site].enterprise
            for lot in self.goods.lots.values()
        )

    def _chooser(self, item: ItemId) -> Chooser:
        needed = {
            need.item
            for station in self._shop.stations[self._order.id, item]
            for need in station.operation.needs
            if need.item is not None
        }
        return Chooser(
            self._shop,
            order=self._order,
            item=item,
            timelines=self._timelines,
            sources={each: self.goods.spare(each) for each in needed},
            workers=self._workers(),
            names=self._names,
            not_before=self._ask.not_before_min,
            is_over=self._is_over,
        )

    def _adopt(self, cover: Cover, *, chooser: Chooser) -> None:
        for filling in cover.fillings:
            self._timelines[filling.station.machine.id] = filling.timeline
            for draw in filling.drawn:
                carriage = chooser.sources[draw.item][draw.source].carriage
                if draw.redirects and carriage is not None:
                    carriage.quantity -= draw.units
                if draw.way is not None:
                    self.goods.carriages.append(draw.way)
            self.goods.lots |= {lot.id: lot for lot in filling.lots}
            self.goods.carriages += filling.carriages

    def _cut_short(self, wants: list[Want], *, item: ItemId) -> None:
        before = dict(self.goods.lots)
        for name, left in cut_short(self._shop.problem, self.goods, wants, item=item).items():
            self._free(before[name])
            if left is not None:
                self._timelines[left.machine].add_fixed(left, mode=_mode(self._shop.problem, left))

    def _release(self, starving: Collection[LotId]) -> None:
        """Take out lots and what follows them in their runs, but for what stands."""
        by_machine: dict[MachineId, list[Lot]] = {}
        for lot in self.goods.lots.values():
            by_machine.setdefault(lot.machine, []).append(lot)
        for lots in by_machine.values():
            is_out = False
            last_end = None
            for lot in sorted(lots, key=lambda each: each.start_min):
                goes_on = is_out and lot.setup_min == 0 and lot.start_min == last_end
                is_out = lot.id in starving or goes_on
                last_end = lot.end_min
                if is_out and lot.id not in self._stands:
                    del self.goods.lots[lot.id]
                    self._free(lot)

    def _free(self, lot: Lot) -> None:
        timeline = self._timelines[lot.machine]
        for window in range(len(timeline.machine.windows)):
            timeline.drop(lot.id, window=window)


def _mode(problem: Problem, lot: Lot) -> Mode | None:
    key = (problem.order_by_id[lot.order].product, lot.operation)
    return problem.machine_by_id[lot.machine].mode_by_operation.get(key)


def _plan(problem: Problem, parts: list[Goods], *, seed: int) -> Plan:
    lots = tuple(lot for goods in parts for lot in goods.lots.values())
    orders = problem.orders
    transfers = tuple(
        Transfer(
            order=order.id,
            item=each.item,
            from_site=each.from_site,
            to_site=each.site,
            depart_min=each.depart,
            arrive_min=each.arrive,
            quantity=each.quantity,
        )
        for order, goods in zip(orders, parts, strict=True)
        for each in goods.carriages
        if each.site is not None and each.quantity
    )
    deliveries = tuple(
        Delivery(
            order=order.id,
            drop=each.drop,
            from_site=each.from_site,
            depart_min=each.depart,
            arrive_min=each.arrive,
            quantity=each.quantity,
        )
        for order, goods in zip(orders, parts, strict=True)
        for each in goods.carriages
        if each.site is None and each.quantity
    )
    found = evaluate(problem, lots=lots, transfers=transfers, deliveries=deliveries)
    return Plan(
        status=Status.FEASIBLE,
        objective=found.objective,
        cost_cents=found.cost_cents,
        bound=None,
        gap_pct=None,
        seconds=0.0,
        seed=seed,
        lots=lots,
        transfers=transfers,
        deliveries=deliveries,
        orders=found.orders,
    )
