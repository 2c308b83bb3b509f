"""From a solution of a model to a plan, and from a plan to a hint."""

from collections import defaultdict
from typing import Protocol

from ortools.sat.python import cp_model

from matching.problem import Lot, LotId, OrderId, SiteId
from scheduling.cpsat.variables import Choice, LotVars, Source, Variables
from scheduling.dispatch.draft import Draft
from scheduling.dispatch.drops import Parcel, deliveries_of
from scheduling.dispatch.pool import Claim, Supply
from scheduling.dispatch.shop import Good
from scheduling.dispatch.transfers import transfers_of


class Solution(Protocol):
    """Values of variables: a solver after its solve, or a callback at a solution."""

    def value(self, expression: cp_model.LinearExprT) -> int: ...

    def boolean_value(self, literal: cp_model.LiteralT) -> bool: ...


def read_draft(variables: Variables, solution: Solution) -> Draft:
    """The plan of a solution: its lots, and the claims and parcels its flows stand for."""
    problem = variables.problem
    lots = _lots(variables, solution)
    supplies: dict[str, Supply] = {}
    claims: list[tuple[Good, Claim]] = []
    consumed: dict[Good, int] = defaultdict(int)
    for flow in variables.flows:
        units = solution.value(flow.units)
        if units:
            supply = _supply(variables, flow.source, solution, known=supplies)
            sink = flow.sink
            if sink.lot is None:
                assert sink.site is not None
                claim = Claim(supply, sink.site, sink.by, units)
            else:
                by = solution.value(sink.lot.consumes_at)
                claim = Claim(supply, _site(sink.lot, solution), by, units)
                consumed[flow.source.good] += units
            claims.append((flow.source.good, claim))
    parcels: dict[OrderId, list[Parcel]] = defaultdict(list)
    for parcel in variables.parcels:
        units = solution.value(parcel.units)
        if units:
            supply = _supply(variables, parcel.source, solution, known=supplies)
            way = variables.shop.roads.to_drop(supply.site, order=parcel.order, drop=parcel.drop)
            assert way is not None
            parcels[parcel.order.id].append(Parcel(supply, parcel.drop, way, units))
    return Draft(
        lots=(*problem.fixed_lots, *lots),
        transfers=tuple(transfers_of(claims, shop=variables.shop)),
        deliveries=tuple(
            delivery
            for order in variables.orders
            for delivery in deliveries_of(parcels[order.id], order=order, now_min=problem.now_min)
        ),
        missing={},
        starved=False,
        consumed=consumed,
    )


def give_hint(variables: Variables, draft: Draft) -> None:
    """Start the solver at the lots of a plan, as far as it has slots for them."""
    model = variables.model
    fixed = {lot.id for lot in variables.problem.fixed_lots}
    waiting: dict[Good, list[Lot]] = defaultdict(list)
    for lot in sorted(draft.lots, key=lambda each: each.start_min):
        if lot.id not in fixed:
            waiting[_good_of(variables, lot)].append(lot)
    for lot_vars in variables.lots:
        lots = waiting[lot_vars.slot.order.id, lot_vars.slot.item]
        lot_or_none = lots.pop(0) if lots else None
        model.add_hint(lot_vars.exists, lot_or_none is not None)
        for choice in lot_vars.choices:
            takes = lot_or_none is not None and _is_at(choice, lot_or_none)
            model.add_hint(choice.takes, takes)
        if lot_or_none is not None:
            model.add_hint(lot_vars.quantity, lot_or_none.quantity)
            model.add_hint(lot_vars.start, lot_or_none.start_min)
            model.add_hint(lot_vars.setup, lot_or_none.setup_min)
            model.add_hint(lot_vars.end, lot_or_none.end_min)


def _is_at(choice: Choice, lot: Lot) -> bool:
    option = choice.option
    same = (option.station.machine.id, option.station.operation.id) == (lot.machine, lot.operation)
    return same and option.window.start <= lot.start_min and lot.end_min <= option.window.end


def _good_of(variables: Variables, lot: Lot) -> Good:
    product = variables.problem.product_by_id[variables.problem.order_by_id[lot.order].product]
    return (lot.order, product.operation_by_id[lot.operation].makes)


def _lots(variables: Variables, solution: Solution) -> list[Lot]:
    """Lots of a solution; one that the plan in force has just so keeps its id."""
    problem = variables.problem
    kept = {
        (lot.order, lot.operation, lot.machine, lot.start_min, lot.end_min, lot.quantity): lot.id
        for lot in problem.previous or ()
    }
    taken = {lot.id for lot in (*problem.fixed_lots, *(problem.previous or ()))}
    lots: list[Lot] = []
    for at, lot in enumerate(variables.lots):
        if not solution.boolean_value(lot.exists):
            continue
        station = next(c for c in lot.choices if solution.boolean_value(c.takes)).option.station
        start, end = solution.value(lot.start), solution.value(lot.end)
        quantity = solution.value(lot.quantity)
        order, operation, machine = lot.slot.order.id, station.operation.id, station.machine.id
        name = kept.pop((order, operation, machine, start, end, quantity), None)
        if name is None:
            name = LotId(f"L{at}") if f"L{at}" not in taken else LotId(f"L{at}/{len(taken)}")
        lots.append(
            Lot(
                id=name,
                order=order,
                operation=operation,
                machine=machine,
                start_min=start,
                setup_min=solution.value(lot.setup),
                end_min=end,
                quantity=quantity,
            )
        )
    return lots


def _supply(variables: Variables, source: Source, solution: Solution, *, known: dict[str, Supply]) -> Supply:
    """One supply for each source."""
    if source.name not in known:
        if source.lot is None:
            assert source.site is not None
            known[source.name] = Supply(source.site, source.ready, 0)
        else:
            ready = solution.value(source.lot.ready)
            known[source.name] = Supply(_site(source.lot, solution), ready, 0)
    return known[source.name]


def _site(lot: LotVars, solution: Solution) -> SiteId:
    return next(site for site, literal in lot.sites.items() if solution.boolean_value(literal))
