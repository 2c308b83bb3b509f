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
_MOST_WINDOWS = 120_000  # of all stations together
_SAFETY = 1e-7  # part of a bound given away for the tolerances of floating point solvers
_SAFETY_CENTS = 1e-4  # the same, where the bound is next to nothing
_SHUNNED = ("alns", "rins", "rens", "crossover")  # heuristics of SCIP that report trouble on stderr
_NOTHING = 1e-6  # of a whole: an amount that is only tolerance


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """`bound`: cents that no plan undercuts. `made`: pieces by order and machine; `crews`: who works on what."""

    bound: Fraction
    made: dict[tuple[OrderId, MachineId], float]
    crews: dict[OrderId, frozenset[EnterpriseId]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How hard to try: `seconds` of wall clock; `tree_seconds` and `nodes` of a search tree where firms are whole."""

    seconds: float
    tree_seconds: float
    nodes: int


class Relaxation:
    """The relaxation of a problem, all its orders planned."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._orders: list[Order] = list(shop.problem.orders)
        self._ways = ShortestWays(shop)
        self._estimates = Estimates(shop, leads=self._ways)

    @staticmethod
    def suits(shop: Shop) -> bool:
        """Whether the problem is of a size that the relaxation is solved in reasonable time."""
        windows = sum(
            len(station.machine.windows) for stations in shop.stations.values() for station in stations
        )
        return len(shop.problem.sites) <= _MOST_SITES and windows <= _MOST_WINDOWS

    @property
    def tolerance(self) -> float:
        """Pieces that floating point may lose or find; more than that are really missing."""
        return 0.01 + 1e-6 * sum(order.quantity for order in self._orders)

    def least_cost(self, *, effort: Effort, whole_firms: bool) -> Relaxed | None:
        """The least cost of the relaxation; None if it was not solved in time (or nothing is feasible).

        `whole_firms`: nobody works on an order by halves, and no machine is set up by halves (slower).
        """
        workload = Workload(self._shop, self._estimates, self._ways, orders=self._orders)
        program = build(self._shop, workload, self._ways, orders=self._orders, whole_firms=whole_firms)
        cents, amounts = zip(*program.cents, strict=True) if program.cents else ((), ())
        program.model.minimize(lp.LinearExpr.weighted_sum(list(amounts), list(cents)))
        solver = _solver(effort, whole=whole_firms)
        bound = _proven(solver, solver.solve(program.model), whole=whole_firms)
        return None if bound is None else self._relaxed(program, solver, bound=bound)

    def least_missing(
        self, *, until: int | None, effort: Effort, another_solver: bool = False
    ) -> float | None:
        """Pieces that cannot arrive by minute `until` (or in time at all), whatever the plan; None: not solved."""
        workload = Workload(self._shop, self._estimates, self._ways, orders=self._orders, until=until)
        few = any(order.max_enterprises is not None for order in self._orders)
        program, missing = build_without_ways(
            self._shop, workload, self._ways, orders=self._orders, whole_firms=few
        )
        program.model.minimize(lp.LinearExpr.weighted_sum(missing, [1.0] * len(missing)))
        as_tree = few or another_solver
        solver = _solver(effort, whole=as_tree)
        return _proven(solver, solver.solve(program.model), whole=as_tree)

    def least_finish(self, *, at_most: int, effort: Effort, is_over: Callable[[], bool]) -> int:
        """A minute before which the last piece cannot arrive: bisection between 0 and `at_most`."""
        low, high = 0, at_most
        while low < high and not is_over():
            middle = (low + high) // 2
            missing = self.least_missing(until=middle, effort=effort)
            if missing is not None and missing > self.tolerance:
                low = middle + 1
            else:
                high = middle
        return low

    def _relaxed(self, program: Program, solver: lp.Solver, *, bound: float) -> Relaxed:
        made: dict[tuple[OrderId, MachineId], float] = defaultdict(float)
        for work, amount in program.made:
            made[work.order.id, work.station.machine.id] += solver.value(amount)
        crews: dict[OrderId, set[EnterpriseId]] = defaultdict(set)
        for (order, enterprise), works in program.works.items():
            if solver.value(works) > _NOTHING:
                crews[order].add(enterprise)
        lots = self._shop.problem.fixed_lots
        fixed = costs_of(self._shop.problem, lots=lots, transfers=(), deliveries=()).machines
        return Relaxed(
            bound=fixed + max(Fraction(0), Fraction(bound - _SAFETY * abs(bound) - _SAFETY_CENTS)),
            made=dict(made),
            crews={order: frozenset(crew) for order, crew in crews.items()},
        )


def _solver(effort: Effort, *, whole: bool) -> lp.Solver:
    solver = lp.Solver("scip" if whole else "glop")
    solver.set_time_limit_in_seconds(effort.tree_seconds if whole else effort.seconds)
    if whole:
        parameters = [
            f"limits/nodes = {effort.nodes}",
            *(f"heuristics/{name}/freq = -1" for name in _SHUNNED),
        ]
        solver.set_solver_specific_parameters("\n".join(parameters))
    return solver


def _proven(solver: lp.Solver, status: lp.SolveStatus, *, whole: bool) -> float | None:
    """The proven lower bound of a solve that found something; None if it did not, or was cut off before the end."""
    if whole and status in (lp.SolveStatus.OPTIMAL, lp.SolveStatus.FEASIBLE):
        return float(solver.best_objective_bound)
    return float(solver.objective_value) if status == lp.SolveStatus.OPTIMAL else None
