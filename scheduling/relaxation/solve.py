"""Solving the relaxation, and what its optimum says about all plans."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from ortools.linear_solver.python import model_builder as lp

from matching.problem import EnterpriseId, MachineId, Order, OrderId
from scheduling.costs import costs_of
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.shop import Shop
from scheduling.relaxation.program import Program, build, build_without_ways
from scheduling.relaxation.shortest import ShortestWays
from scheduling.relaxation.work import Workload

_MOST_SITES = 250
_MOST_WORKS = 60_000
_MOST_SECONDS = 20.0  # of one linear program
_SAFETY = 1e-7  # part of a bound given away for the tolerances of floating point solvers


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """`bound`: cents that no plan undercuts. `made`: pieces by order and machine; `crews`: who works on what."""

    bound: Fraction
    made: dict[tuple[OrderId, MachineId], float]
    crews: dict[OrderId, frozenset[EnterpriseId]]


class Relaxation:
    """The relaxation of a problem, all its orders planned."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._orders: list[Order] = list(shop.problem.orders)
        self._ways = ShortestWays(shop)
        self._estimates = Estimates(shop, leads=self._ways)

    def least_missing(self, *, until: int | None, seconds: float) -> float | None:
        """Pieces that cannot arrive by minute `until` (or in time at all), whatever the plan; None: not solved."""
        workload = Workload(self._shop, self._estimates, self._ways, orders=self._orders, until=until)
        program, missing = build_without_ways(self._shop, workload, self._ways, orders=self._orders)
        program.model.minimize(lp.LinearExpr.weighted_sum(missing, [1.0] * len(missing)))
        solver = lp.Solver("glop")
        solver.set_time_limit_in_seconds(seconds)
        if solver.solve(program.model) != lp.SolveStatus.OPTIMAL:
            return None
        return max(0.0, solver.objective_value)

    def least_finish(self, *, at_most: int, is_over: Callable[[], bool]) -> int:
        """A minute before which the last piece cannot arrive: bisection between 0 and `at_most`."""
        low, high = 0, at_most
        while low < high and not is_over():
            middle = (low + high) // 2
            missing = self.least_missing(until=middle, seconds=_MOST_SECONDS)
            if missing is None:
                break
            if missing > self.tolerance:
                low = middle + 1
            else:
                high = middle
        return low

    @property
    def tolerance(self) -> float:
        """Pieces that floating point may lose or find; more than that are really missing."""
        return 0.01 + 1e-6 * sum(order.quantity for order in self._orders)

    @staticmethod
    def suits(shop: Shop) -> bool:
        """Whether the problem is of a size that the relaxation is solved in reasonable time."""
        windows = sum(
            len(station.machine.windows) for stations in shop.stations.values() for station in stations
        )
        return len(shop.problem.sites) <= _MOST_SITES and windows <= _MOST_WORKS

    def least_cost(self, *, seconds: float, whole_firms: bool) -> Relaxed | None:
        """The least cost of the relaxation; None if it was not solved in time (or nothing is feasible)."""
        workload = Workload(self._shop, self._estimates, self._ways, orders=self._orders)
        program = build(self._shop, workload, self._ways, orders=self._orders, whole_firms=whole_firms)
        cents, amounts = zip(*program.cents, strict=True) if program.cents else ((), ())
        program.model.minimize(lp.LinearExpr.weighted_sum(list(amounts), list(cents)))
        solver = lp.Solver("scip" if whole_firms else "glop")
        solver.set_time_limit_in_seconds(seconds)
        status = solver.solve(program.model)
        if status not in (lp.SolveStatus.OPTIMAL, lp.SolveStatus.FEASIBLE):
            return None
        if status != lp.SolveStatus.OPTIMAL and not whole_firms:
            return None
        value = solver.best_objective_bound if whole_firms else solver.objective_value
        return self._relaxed(program, solver, bound=value)

    def _relaxed(self, program: Program, solver: lp.Solver, *, bound: float) -> Relaxed:
        made: dict[tuple[OrderId, MachineId], float] = defaultdict(float)
        for work, amount in program.made:
            made[work.order.id, work.station.machine.id] += solver.value(amount)
        crews: dict[OrderId, set[EnterpriseId]] = defaultdict(set)
        for (order, enterprise), works in program.works.items():
            if solver.value(works) > 1e-6:
                crews[order].add(enterprise)
        fixed = costs_of(
            self._shop.problem, lots=self._shop.problem.fixed_lots, transfers=(), deliveries=()
        ).machines
        safe = bound - _SAFETY * abs(bound)
        return Relaxed(
            bound=fixed + Fraction(safe),
            made=dict(made),
            crews={order: frozenset(crew) for order, crew in crews.items()},
        )
