"""Cutting lots that stand to the goods they get: they begin where they did, make less and end sooner.

What begins before anything new can reach it gets no more than comes by the plan in force. To plan all of it anew would
move work that begins before a person has read the plan; so it makes what it can, and the rest is planned anew.
"""

from bisect import bisect_right
from dataclasses import replace

from matching.graph import items_in_order_of_making
from matching.problem import ItemId, Lot, LotId, Problem
from matching.rules import lot_minutes
from matching.working_time import WorkingTime
from scheduling.replan.ask import Ask
from scheduling.replan.goods import Goods


def fed(problem: Problem, *, ask: Ask) -> Problem:
    """The problem whose fixed lots that begin before `not_before_min` make what they have goods for, in the order of
    making: what is not made lacks at the next stage. Those that have begun before 0 have their goods."""
    left: dict[LotId, Lot] = {}
    for order in problem.orders:
        goods = Goods(
            problem,
            order,
            lots=problem.fixed_lots,
            transfers=ask.transfers,
            deliveries=ask.deliveries,
        )
        for item in items_in_order_of_making(problem.product_by_id[order.product]):
            for want in goods.settle(item, promise_min=ask.promise_min):
                if want.lot is not None and goods.lots[want.lot].start_min < ask.not_before_min:
                    cut_short(problem, goods, goods.lots[want.lot], item=item, lacking=want.quantity)
        left |= goods.lots
    return replace(problem, fixed_lots=tuple(left[lot.id] for lot in problem.fixed_lots if lot.id in left))


def cut_short(problem: Problem, goods: Goods, lot: Lot, *, item: ItemId, lacking: int) -> Lot | None:
    """Do without so many units of an item at a lot; returns what is left of it in `goods`."""
    needs = goods.needs_of(lot)[item] - lacking
    quantity = bisect_right(
        range(1, lot.quantity), needs, key=lambda less: goods.needs_of(replace(lot, quantity=less))[item]
    )
    if quantity == 0:
        del goods.lots[lot.id]
        return None
    goods.lots[lot.id] = cut_to(problem, lot, quantity=quantity)
    return goods.lots[lot.id]


def cut_to(problem: Problem, lot: Lot, *, quantity: int) -> Lot:
    """A lot with fewer pieces, in the minutes that these take."""
    machine = problem.machine_by_id[lot.machine]
    mode = machine.mode_by_operation.get((problem.order_by_id[lot.order].product, lot.operation))
    if mode is None:
        return replace(lot, quantity=quantity)
    minutes = lot_minutes(mode, machine=machine, good=quantity, setup_min=lot.setup_min)
    end = WorkingTime(machine).earliest_end(lot.start_min, minutes)
    return replace(lot, quantity=quantity, end_min=min(lot.end_min, end))


def is_cut_of(problem: Problem, lot: Lot, *, whole: Lot) -> bool:
    """Whether it is the whole, or what `cut_to` leaves of it."""
    return lot == whole or (
        0 < lot.quantity < whole.quantity and lot == cut_to(problem, whole, quantity=lot.quantity)
    )
