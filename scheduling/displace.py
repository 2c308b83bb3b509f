"""Precedence: a plan in time that takes away as little booked work of lower rating as it can.

1. Without taking anything away. If that keeps the due date, nothing is displaced.
2. With all work that may be displaced counted as free. What the plan lies on is a first set; the date to keep is the
   due date, or the best that is possible where even that is later.
3. Work is given back, the heaviest first and among equals what was displaced more often before, as long as the date
   is kept: what remains cannot be given back one by one. Halves are tried before single ones. Where at most
   `MOST_EXACT` works may be displaced, every set is tried instead, the lightest first.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from matching.problem import Problem
from scheduling.arrivals import last_arrival
from scheduling.burdens import Burden, without
from scheduling.engine import Report, Stop
from scheduling.options import SolveOptions
from scheduling.plan import Plan

MOST_EXACT = 5
TRIAL_SHARE = 0.12  # of the time limit, for one trial

Solver = Callable[[Problem, SolveOptions, Report, Stop], Plan]


@dataclass(frozen=True, slots=True, kw_only=True)
class Displacement:
    """`displaced` are references; `is_irreducible`: it was shown that none of them can be given back."""

    plan: Plan
    displaced: frozenset[str]
    is_irreducible: bool


def displace(
    problem: Problem,
    *,
    burdens: Sequence[Burden],
    solver: Solver,
    options: SolveOptions,
    progress: Report,
    stop: Stop,
) -> Displacement:
    """`problem` has the burdens' time in its windows. One order, whose `due_min` counts."""
    return _Search(
        problem, burdens=burdens, solver=solver, options=options, progress=progress, stop=stop
    ).run()


class _Search:
    def __init__(
        self,
        problem: Problem,
        *,
        burdens: Sequence[Burden],
        solver: Solver,
        options: SolveOptions,
        progress: Report,
        stop: Stop,
    ) -> None:
        self._problem, self._burdens, self._solver = problem, burdens, solver
        self._options, self._progress, self._stop = options, progress, stop
        self._ends = time.monotonic() + options.time_limit_s
        self._due_min = max(drop.due_min for drop in problem.orders[0].drops)
        self._plans: dict[frozenset[str], Plan] = {}

    def run(self) -> Displacement:
        nothing: frozenset[str] = frozenset()
        alone = self._plan(nothing)
        if not self._burdens or (alone.deliveries and last_arrival(alone) <= self._due_min):
            return Displacement(plan=alone, displaced=nothing, is_irreducible=True)
        everything = frozenset(burden.reference for burden in self._burdens)
        best = self._plan(everything)
        if not best.deliveries or (alone.deliveries and last_arrival(alone) <= last_arrival(best)):
            return Displacement(plan=alone, displaced=nothing, is_irreducible=True)
        self._due_min = max(self._due_min, last_arrival(best))
        if len(everything) <= MOST_EXACT:
            return self._lightest()
        return self._given_back(best)

    def _lightest(self) -> Displacement:
        """Every set, by weight, then turns, then number."""
        sets = [
            chosen
            for size in range(1, len(self._burdens) + 1)
            for chosen in combinations(self._burdens, size)
        ]
        sets.sort(key=lambda chosen: (_weight(chosen), sum(each.turns for each in chosen), len(chosen)))
        for chosen in sets:
            names = frozenset(each.reference for each in chosen)
            if self._keeps_date(names):
                return Displacement(plan=self._plans[names], displaced=names, is_irreducible=True)
        everything = frozenset(burden.reference for burden in self._burdens)
        return Displacement(plan=self._plans[everything], displaced=everything, is_irreducible=False)

    def _given_back(self, best: Plan) -> Displacement:
        used = [burden for burden in self._burdens if _is_under(burden, best)]
        used.sort(key=lambda burden: (-burden.weight, -burden.turns, burden.reference))
        self._displaced = frozenset(burden.reference for burden in used)
        self._plans[self._displaced] = best
        self._give_back(used)
        return Displacement(
            plan=self._plans[self._displaced],
            displaced=self._displaced,
            is_irreducible=not self._is_over(),
        )

    def _give_back(self, group: list[Burden]) -> None:
        smaller = self._displaced - {burden.reference for burden in group}
        if not group or self._is_over():
            return
        if self._keeps_date(smaller):
            self._displaced = smaller
        elif len(group) > 1:
            middle = len(group) // 2
            self._give_back(group[:middle])
            self._give_back(group[middle:])

    def _keeps_date(self, displaced: frozenset[str]) -> bool:
        plan = self._plan(displaced)
        return bool(plan.deliveries) and last_arrival(plan) <= self._due_min

    def _plan(self, displaced: frozenset[str]) -> Plan:
        if displaced not in self._plans:
            kept = [burden for burden in self._burdens if burden.reference not in displaced]
            options = replace(self._options, time_limit_s=self._options.time_limit_s * TRIAL_SHARE)
            narrowed = without(self._problem, kept)
            self._plans[displaced] = self._solver(narrowed, options, self._progress, self._stop)
        return self._plans[displaced]

    def _is_over(self) -> bool:
        return self._stop() or time.monotonic() > self._ends


def _weight(burdens: Iterable[Burden]) -> int:
    return sum(burden.weight for burden in burdens)


def _is_under(burden: Burden, plan: Plan) -> bool:
    return any(
        lot.machine == burden.machine and lot.start_min < burden.end_min and burden.start_min < lot.end_min
        for lot in plan.lots
    )
