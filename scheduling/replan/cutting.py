"""Cutting lots that stand to the goods they get: they begin where they did, make less and end sooner.

What begins before anything new can reach it gets no more than comes by the plan in force. To plan all of it anew would
move work that begins before a person has read the plan; so it makes what it can, and the rest is planned anew.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace

from matching.graph import items_in_order_of_making
from matching.problem import ItemId, Lot, LotId, Mode, Problem
from matching.rules import lot_minutes, most_good_pieces
from matching.working_time import WorkingTime
from scheduling.replan.ask import Ask
from scheduling.replan.goods import Goods, Want


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
            wants = goods.settle(item, promise_min=ask.promise_min)
            soon = [
                want for want in wants if want.lot and goods.lots[want.lot].start_min < ask.not_before_min
            ]
            cut_short(problem, goods, soon, item=item)
        left |= goods.lots
    return replace(problem, fixed_lots=tuple(left[lot.id] for lot in problem.fixed_lots if lot.id in left))


def cut_short(
    problem: Problem, goods: Goods, wants: Iterable[Want], *, item: ItemId
) -> dict[LotId, Lot | None]:
    """Let lots do without what they want of an item; returns what is left of those that change in `goods`.

    Where nothing is left of the lot that sets its machine up, the next one does it and makes less for it.
    """
    gets = {
        want.lot: goods.needs_of(goods.lots[want.lot])[item] - want.quantity for want in wants if want.lot
    }
    left: dict[LotId, Lot | None] = {}
    for lot in sorted((goods.lots[name] for name in gets), key=lambda lot: lot.start_min):
        left |= _cut(problem, goods, goods.lots[lot.id], item=item, units=gets[lot.id])
    return left


def _cut(problem: Problem, goods: Goods, lot: Lot, *, item: ItemId, units: int) -> dict[LotId, Lot | None]:
    quantity = bisect_right(
        range(1, lot.quantity + 1), units, key=lambda less: goods.needs_of(replace(lot, quantity=less))[item]
    )
    if quantity:
        goods.lots[lot.id] = cut_to(problem, lot, quantity=quantity)
        return {lot.id: goods.lots[lot.id]}
    del goods.lots[lot.id]
    left: dict[LotId, Lot | None] = {lot.id: None}
    while lot.setup_min and (after := _goes_on(goods, lot)) is not None:
        set_up = _set_up(problem, after, setup_min=lot.setup_min)
        left[after.id] = set_up
        if set_up is not None:
            goods.lots[after.id] = set_up
            break
        del goods.lots[after.id]
        lot = replace(after, setup_min=lot.setup_min)
    return left


def _goes_on(goods: Goods, lot: Lot) -> Lot | None:
    """The lot after it on its machine, where it goes on with the same work and no set-up of its own."""
    later = [
        each for each in goods.lots.values() if each.machine == lot.machine and each.start_min > lot.start_min
    ]
    after = min(later, key=lambda each: each.start_min, default=None)
    is_same = after is not None and after.operation == lot.operation and not after.setup_min
    return after if is_same else None


def cut_to(problem: Problem, lot: Lot, *, quantity: int) -> Lot:
    """A lot with fewer pieces, in the minutes that these take."""
    return replace(lot, quantity=quantity, end_min=min(lot.end_min, _end(problem, lot, quantity=quantity)))


def is_cut_of(problem: Problem, lot: Lot, *, whole: Lot) -> bool:
    """Whether it is the whole, or what is left of it once it is cut, or sets its machine up."""
    if lot == whole:
        return True
    if not 0 < lot.quantity <= whole.quantity:
        return False
    if lot.setup_min == whole.setup_min:
        return lot.quantity < whole.quantity and lot == cut_to(problem, whole, quantity=lot.quantity)
    set_up = None if whole.setup_min else _set_up(problem, whole, setup_min=lot.setup_min)
    return (
        set_up is not None
        and lot.quantity <= set_up.quantity
        and (lot == cut_to(problem, set_up, quantity=lot.quantity))
    )


def _set_up(problem: Problem, lot: Lot, *, setup_min: int) -> Lot | None:
    """The lot with a set-up at its start and as many of its pieces as are made by its end; None where none is."""
    machine = problem.machine_by_id[lot.machine]
    lot = replace(lot, setup_min=setup_min)
    minutes = WorkingTime(machine).minutes_between(lot.start_min, lot.end_min) - setup_min
    mode = _mode(problem, lot)
    most = (
        lot.quantity
        if mode is None
        else most_good_pieces(mode, machine=machine, minutes=minutes, at_most=lot.quantity)
    )
    return cut_to(problem, lot, quantity=most) if most and minutes > 0 else None


def _end(problem: Problem, lot: Lot, *, quantity: int) -> int:
    machine, mode = problem.machine_by_id[lot.machine], _mode(problem, lot)
    if mode is None:
        return lot.end_min
    minutes = lot_minutes(mode, machine=machine, good=quantity, setup_min=lot.setup_min)
    return WorkingTime(machine).earliest_end(lot.start_min, minutes)


def _mode(problem: Problem, lot: Lot) -> Mode | None:
    key = (problem.order_by_id[lot.order].product, lot.operation)
    return problem.machine_by_id[lot.machine].mode_by_operation.get(key)
