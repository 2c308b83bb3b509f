"""What dispatching looks up again and again in one problem, derived once and never changed."""

from dataclasses import dataclass
from functools import cached_property

from matching.capability import may_run
from matching.graph import items_in_order_of_making
from matching.problem import (
    EnterpriseId,
    ItemId,
    Lot,
    Machine,
    MachineId,
    MaterialId,
    Mode,
    Need,
    Objective,
    Operation,
    Order,
    OrderId,
    Problem,
    SiteId,
)
from matching.rules import consumed, most_good_pieces, run_minutes, started_pieces
from matching.working_time import WorkingTime
from scheduling.dispatch.roads import Roads

Good = tuple[OrderId | None, ItemId | MaterialId]  # an item of an order, or (None, material)


@dataclass(frozen=True, slots=True, eq=False)
class Station:
    """A machine that may make an item of an order, by one operation. `needs` are of limited goods only."""

    machine: Machine
    operation: Operation
    mode: Mode
    site: SiteId
    enterprise: EnterpriseId
    needs: tuple[tuple[Good, Need], ...]

    def run_minutes(self, *, good: int) -> int:
        started = started_pieces(self.mode, good=good)
        return run_minutes(self.mode, started=started, speed_pct=self.machine.speed_pct)

    def most_pieces(self, *, minutes: int, at_most: int) -> int:
        """The most good pieces, up to `at_most`, that run within `minutes`."""
        return most_good_pieces(self.mode, machine=self.machine, minutes=minutes, at_most=at_most)

    def wants(self, *, good: int) -> dict[Good, int]:
        """Units of each limited good that a lot of `good` pieces consumes."""
        started = started_pieces(self.mode, good=good)
        units: dict[Good, int] = {}
        for key, need in self.needs:
            wanted = consumed(need, started=started)
            if wanted:
                units[key] = units.get(key, 0) + wanted
        return units

    def per_piece(self) -> dict[Good, float]:
        """Units of each limited good for one good piece, scrap included, not rounded."""
        units: dict[Good, float] = {}
        for key, need in self.needs:
            share = need.num / need.den * 1000 / self.mode.good_per_1000
            units[key] = units.get(key, 0.0) + share
        return units


class Shop:
    """The problem as a dispatcher sees it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.roads = Roads(problem)
        self.by_finish = problem.objective is Objective.FINISH
        self.clock_of = {machine.id: WorkingTime(machine) for machine in problem.machines}
        self.items_of = {
            order.id: items_in_order_of_making(problem.product_by_id[order.product])
            for order in problem.orders
        }
        self._longest_window_min: dict[MachineId, int] = {}
        self.stations: dict[Good, tuple[Station, ...]] = {}
        for order in problem.orders:
            self._add_stations(order)

    @cached_property
    def fixed_wants(self) -> dict[Good, int]:
        """Units of each limited good that fixed lots which begin at 0 or later consume."""
        wants: dict[Good, int] = {}
        for lot in self.problem.fixed_lots:
            for good, units in self.wants_of_fixed(lot):
                wants[good] = wants.get(good, 0) + units
        return wants

    def wants_of_fixed(self, lot: Lot) -> list[tuple[Good, int]]:
        """Limited goods that a fixed lot consumes, need by need; nothing if it began before 0."""
        if lot.start_min < 0:
            return []
        order = self.problem.order_by_id[lot.order]
        mode = self.problem.machine_by_id[lot.machine].mode_by_operation.get((order.product, lot.operation))
        started = lot.quantity if mode is None else started_pieces(mode, good=lot.quantity)
        operation = self.problem.product_by_id[order.product].operation_by_id[lot.operation]
        wants = [(_good(order, need), consumed(need, started=started)) for need in operation.needs]
        return [(good, units) for good, units in wants if units and self.is_limited(good)]

    def longest_window_min(self, machine: Machine) -> int:
        """Working minutes of the machine's longest window."""
        if machine.id not in self._longest_window_min:
            clock = self.clock_of[machine.id]
            self._longest_window_min[machine.id] = max(
                (clock.minutes_between(each.start, each.end) for each in machine.windows), default=0
            )
        return self._longest_window_min[machine.id]

    def station_of(self, lot: Lot) -> Station | None:
        """Where a lot of a plan runs; None if its order, machine or operation may not be there any more."""
        for item in self.items_of.get(lot.order, ()):
            for station in self.stations[lot.order, item]:
                if (station.machine.id, station.operation.id) == (lot.machine, lot.operation):
                    return station
        return None

    def final_item(self, order: Order) -> ItemId:
        return self.problem.product_by_id[order.product].final_item

    def weight_g(self, good: Good) -> int:
        order, name = good
        if order is None:
            return self.problem.material_by_id[MaterialId(name)].weight_g
        operations = self.problem.product_by_id[self.problem.order_by_id[order].product].operations
        return next(operation.weight_g for operation in operations if operation.makes == name)

    def first_minute(self, order: Order) -> int:
        """Nothing of the order starts earlier."""
        return max(order.release_min, self.problem.now_min)

    def last_minute(self, order: Order) -> int:
        """Nothing of the order arrives later."""
        horizon = self.problem.horizon_min
        return horizon if order.latest_min is None else min(horizon, order.latest_min)

    def must_deliver(self, order: Order) -> bool:
        return self.by_finish or order.unmet_cents_per_1000_units is None

    def _add_stations(self, order: Order) -> None:
        product = self.problem.product_by_id[order.product]
        found: dict[Good, list[Station]] = {(order.id, item): [] for item in self.items_of[order.id]}
        for machine in self.problem.machines:
            for operation in product.operations:
                if may_run(self.problem, order=order, operation=operation, machine=machine):
                    station = self._station(order, operation=operation, machine=machine)
                    found[order.id, operation.makes].append(station)
        self.stations.update({good: tuple(stations) for good, stations in found.items()})

    def _station(self, order: Order, *, operation: Operation, machine: Machine) -> Station:
        return Station(
            machine=machine,
            operation=operation,
            mode=machine.mode_by_operation[order.product, operation.id],
            site=machine.site,
            enterprise=self.problem.site_by_id[machine.site].enterprise,
            needs=tuple(
                (good, need) for need in operation.needs if self.is_limited(good := _good(order, need))
            ),
        )

    def is_limited(self, good: Good) -> bool:
        """Whether units of it can run out: every item, and materials with supplies."""
        order, name = good
        return order is not None or self.problem.material_by_id[MaterialId(name)].supplies is not None


def _good(order: Order, need: Need) -> Good:
    if need.item is not None:
        return (order.id, need.item)
    assert need.material is not None
    return (None, need.material)
