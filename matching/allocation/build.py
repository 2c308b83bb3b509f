"""From a problem with one order to its flow over time."""

from collections.abc import Iterator
from fractions import Fraction

from matching.allocation.links import exits_from, moves_between, transit_sites
from matching.allocation.model import FlowModel, Input, Place, Supply, Work
from matching.allocation.spans import spans_of
from matching.capability import may_run
from matching.problem import (
    ItemId,
    Lot,
    Machine,
    MaterialId,
    Mode,
    Operation,
    Order,
    Problem,
    SiteId,
)
from matching.rules import started_pieces


def build_model(problem: Problem, *, order: Order, lenient: bool) -> FlowModel:
    """The flow of `order`.

    A lenient model contains every valid plan of the problem: its bounds hold for all of them. What a strict
    model allows, a plan can do if each machine runs one operation in a stretch of a window; there goods
    move directly only.
    """
    return _Builder(problem, order=order, lenient=lenient).model()


class _Builder:
    def __init__(self, problem: Problem, *, order: Order, lenient: bool) -> None:
        self.problem = problem
        self.order = order
        self.lenient = lenient
        self.product = problem.product_by_id[order.product]
        self.numbers: dict[Place, int] = {}

    def model(self) -> FlowModel:
        works = tuple(self._works())
        supplies = tuple(self._supplies())
        transit = transit_sites(self.problem, order=self.order) if self.lenient else frozenset()
        self._add_stops(transit)
        places = tuple(self.numbers)
        latest = self.problem.horizon_min
        if self.order.latest_min is not None:
            latest = min(latest, self.order.latest_min)
        return FlowModel(
            places=places,
            works=works,
            moves=moves_between(self.problem, places=places, works=works, supplies=supplies, transit=transit),
            exits=exits_from(self.problem, order=self.order, places=places),
            supplies=supplies,
            drops=tuple(drop.quantity for drop in self.order.drops),
            earliest_departure_min=max(0, self.problem.now_min),
            latest_arrival_min=latest,
        )

    def _place(self, site: SiteId, *, item: ItemId | None = None, material: MaterialId | None = None) -> int:
        place = Place(site=site, item=item, material=material)
        return self.numbers.setdefault(place, len(self.numbers))

    def _add_stops(self, sites: frozenset[SiteId]) -> None:
        items = dict.fromkeys(operation.makes for operation in self.product.operations)
        for site in sorted(sites):
            for item in items:
                self._place(site, item=item)
            for material in self._limited_materials():
                self._place(site, material=material)

    def _is_limited(self, material: MaterialId) -> bool:
        return self.problem.material_by_id[material].supplies is not None

    def _limited_materials(self) -> list[MaterialId]:
        needs = (need for operation in self.product.operations for need in operation.needs)
        named = dict.fromkeys(need.material for need in needs if need.material is not None)
        return [material for material in named if self._is_limited(material)]

    def _works(self) -> Iterator[Work]:
        for machine in self.problem.machines:
            able = [
                operation
                for operation in self.product.operations
                if may_run(self.problem, order=self.order, operation=operation, machine=machine)
            ]
            modes = [machine.mode_by_operation[(self.product.id, operation.id)] for operation in able]
            for operation, mode in zip(able, modes, strict=True):
                others = [other for other in modes if other is not mode]
                yield self._work(machine, operation=operation, mode=mode, others=others)

    def _work(self, machine: Machine, *, operation: Operation, mode: Mode, others: list[Mode]) -> Work:
        fixed = [lot for lot in self.problem.fixed_lots if lot.machine == machine.id]
        return Work(
            machine=machine,
            mode=mode,
            operation=operation.id,
            site=machine.site,
            inputs=tuple(self._inputs(machine.site, operation=operation)),
            output=self._place(machine.site, item=operation.makes),
            rate=_rate(mode, speed_pct=machine.speed_pct),
            spans=spans_of(
                machine,
                mode=mode,
                others=others,
                fixed=fixed,
                problem=self.problem,
                earliest_min=max(self.problem.now_min, self.order.release_min),
                lenient=self.lenient,
            ),
        )

    def _inputs(self, site: SiteId, *, operation: Operation) -> Iterator[Input]:
        for need in operation.needs:
            if need.material is None or self._is_limited(need.material):
                place = self._place(site, item=need.item, material=need.material)
                yield Input(place=place, num=need.num, den=need.den)

    def _supplies(self) -> Iterator[Supply]:
        materials = self._limited_materials()
        for stock in self.problem.stock:
            if stock.order == self.order.id or stock.material in materials:
                place = self._place(stock.site, item=stock.item, material=stock.material)
                at_min = max(0, stock.from_min)
                yield Supply(place=place, at_min=at_min, quantity=stock.quantity, is_stock=True)
        for material in materials:
            for supply in self.problem.material_by_id[material].supplies or ():
                place = self._place(supply.site, material=material)
                yield Supply(place=place, at_min=max(0, supply.from_min), quantity=supply.quantity)
        for lot in self.problem.fixed_lots:
            yield from self._supplies_of_fixed(lot)

    def _supplies_of_fixed(self, lot: Lot) -> Iterator[Supply]:
        """What a fixed lot brings, and takes (unless it began before 0: then that is history)."""
        machine = self.problem.machine_by_id[lot.machine]
        operation = self.product.operation_by_id[lot.operation]
        mode = machine.mode_by_operation.get((self.product.id, lot.operation))
        hold_min = 0 if mode is None else mode.hold_min
        output = self._place(machine.site, item=operation.makes)
        yield Supply(place=output, at_min=max(0, lot.end_min + hold_min), quantity=lot.quantity)
        if lot.start_min < 0:
            return
        started = lot.quantity if mode is None else started_pieces(mode, good=lot.quantity)
        for each in self._inputs(machine.site, operation=operation):
            taken = -(-started * each.num // each.den)
            yield Supply(place=each.place, at_min=lot.start_min + lot.setup_min, quantity=-taken)


def _rate(mode: Mode, *, speed_pct: int) -> Fraction:
    """Pieces started in a working minute: no lot is faster, however large.

    run_units·speed_pct/(run_min·100), for a batch run_units/ceil(run_min·100/speed_pct).
    """
    if mode.batch:
        return Fraction(mode.run_units, -(-mode.run_min * 100 // speed_pct))
    return Fraction(mode.run_units * speed_pct, mode.run_min * 100)
