"""One order's earliest finish: a bound, a rough plan, a fine plan, each reported as it is found."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from matching.allocation.bound import Bound, BoundSearch
from matching.allocation.build import build_model
from matching.allocation.earliest import Allocation, EarliestSearch
from matching.allocation.grid import Fineness
from matching.allocation.model import FlowModel
from matching.allocation.run_time import run_time_of
from matching.problem import Problem
from scheduling.budget import Budget
from scheduling.engine import Report
from scheduling.flow.counted import CountedProver, CountedRouter
from scheduling.flow.emit import Parts, emit
from scheduling.flow.impossible import is_confirmed, most_in_time, relaxations
from scheduling.flow.methods import method_for
from scheduling.flow.pace import Pace
from scheduling.flow.setting import fine, rough
from scheduling.flow.settle import settled
from scheduling.flow.straight import straight
from scheduling.options import Progress
from scheduling.plan import Relaxation

BOUND_SHARE = 0.5  # of the budget, by which the bound is raised
PLAN_SHARE = 0.9  # of the budget; the rest is for writing the plan down
FINE_TIMES = 2.5  # as long as on a rough grid a step on a fine one takes
FINE_SHARE = 0.6  # of the budget; a fine plan is not begun later


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Where a search for a plan starts and when it is near enough."""

    guess_min: int
    tolerance_min: int
    fineness: Fineness


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a pursuit found: no plan finishes before `bound_min`, and the best plan's parts, if any.

    `is_impossible`: proven; then `max_quantity` pieces are what a plan could deliver in time.
    """

    bound_min: int
    parts: Parts | None
    finish_min: int | None
    is_impossible: bool = False
    max_quantity: int | None = None
    relaxations: tuple[Relaxation, ...] = ()


class Pursuit:
    """Plans the one order of a problem that the flow engine supports."""

    def __init__(self, problem: Problem, *, budget: Budget, progress: Report, is_rough: bool = False) -> None:
        """`is_rough`: any plan will do, and nothing is explained."""
        self.problem = problem
        self.order = problem.orders[0]
        self.budget = budget
        self.progress = progress
        self.is_rough = is_rough
        self.bound_min = 0
        self.parts: Parts | None = None
        self.finish_min: int | None = None
        self.reserve: tuple[int, ...] | None = None  # pieces that making the last plan whole has cost
        self.model = build_model(problem, order=self.order, lenient=True)
        self.method = method_for(self.model)
        self.prover = CountedProver(self.method.prover, budget=budget)
        self.pace = Pace(budget, share=PLAN_SHARE)

    def run(self) -> Outcome:
        bounds = BoundSearch(
            self.model,
            prover=self.prover,
            stages=self.method.stages,
            is_over=self._is_over(BOUND_SHARE),
            report=self._report_bound,
        )
        bound = bounds.roughly()
        if not bound.is_impossible:
            search = self._search(bound)
            self.pace.begin()
            found = self._pursue(search, aim=self._rough_aim(search.model, bound=bound), bound=bound)
            if self.is_rough:
                return self._outcome(bound)
            bound = bounds.finely()
            if not self._is_over(FINE_SHARE)() and not self._is_optimal(bound):
                self._refine(search, found=found, bound=bound)
        if bound.is_impossible and self.parts is None:
            return self._impossible(bound)
        return self._outcome(bound)

    def _is_optimal(self, bound: Bound) -> bool:
        return self.finish_min is not None and self.finish_min <= bound.finish_min

    def _outcome(self, bound: Bound) -> Outcome:
        return Outcome(bound_min=bound.finish_min, parts=self.parts, finish_min=self.finish_min)

    def _impossible(self, bound: Bound) -> Outcome:
        """Nothing, if a second look does not confirm it."""
        outcome = self._outcome(bound)
        if self.is_rough or not is_confirmed(self.model, bound=bound, prover=self.prover):
            return outcome
        search = self._search(bound)
        fineness = rough(search.model, size=self.method.size, finish_min=bound.finish_min)
        most = most_in_time(search, fineness=fineness)
        return replace(
            outcome,
            is_impossible=True,
            max_quantity=most,
            relaxations=relaxations(self.problem, most=most, finish_of=self._finish_of),
        )

    def _finish_of(self, problem: Problem) -> int | None:
        """The finish of a rough plan of a changed problem, if there is time for it."""
        if self._is_over(PLAN_SHARE)():
            return None
        trial = Pursuit(problem, budget=self.budget, progress=lambda _: None, is_rough=True)
        return trial.run().finish_min

    def _refine(self, search: EarliestSearch, *, found: Allocation | None, bound: Bound) -> None:
        """A fine grid, over the moves that a rough plan uses, if there is one."""
        model = search.model if found is None else _with_used_moves(search.model, found=found)
        latest = model.latest_arrival_min
        most = min(latest, 2 * bound.finish_min) if found is None else found.deadline_min
        aim = self._fine_aim(model, bound=bound, most=most)
        reserve = self.reserve or search.reserve
        search = replace(search, model=model, critical=bound.critical, reserve=reserve)
        self.pace.begin(times=FINE_TIMES)
        self._pursue(search, aim=aim, bound=bound)

    def _search(self, bound: Bound) -> EarliestSearch:
        model = self.method.narrowed(build_model(self.problem, order=self.order, lenient=False))
        return EarliestSearch(
            model=model,
            run_times=tuple(run_time_of(work) for work in model.works),
            router=CountedRouter(self.method.router(model), budget=self.budget),
            critical=bound.critical,
            targets=model.drops,
            reserve=(0,) * len(model.drops),
            is_over=self._search_is_over,
        )

    def _pursue(self, search: EarliestSearch, *, aim: Aim, bound: Bound) -> Allocation | None:
        """The earliest allocation on a grid; its plan is kept if it is the best."""
        found = search.earliest(
            fineness=aim.fineness,
            impossible_min=bound.finish_min - 1,
            guess_min=aim.guess_min,
            tolerance_min=aim.tolerance_min,
        )
        if found is not None:
            self._settle(search, found, aim=aim)
        return found

    def _settle(self, search: EarliestSearch, found: Allocation, *, aim: Aim) -> None:
        step_min = max(1, aim.tolerance_min // 2)
        outcome = settled(search, found, fineness=aim.fineness, step_min=step_min)
        if outcome is None:
            return
        self.reserve = outcome.cost
        fixed = self.problem.fixed_lots
        parts = emit(outcome.draft, order=self.order, taken_ids=frozenset(lot.id for lot in fixed))
        parts = straight(parts, problem=self.problem)
        finish = max((delivery.arrive_min for delivery in parts.deliveries), default=0)
        if self.finish_min is None or finish < self.finish_min:
            self.parts, self.finish_min = parts, finish
            self._report(finish)

    def _rough_aim(self, model: FlowModel, *, bound: Bound) -> Aim:
        """A plan within about one per cent, soon."""
        least = max(1, bound.finish_min)
        return Aim(
            guess_min=round(1.008 * least),
            tolerance_min=max(1, round(0.01 * least)),
            fineness=rough(model, size=self.method.size, finish_min=least),
        )

    def _fine_aim(self, model: FlowModel, *, bound: Bound, most: int) -> Aim:
        """As near to the bound as the grid allows; a plan is known, or hoped for, at `most`."""
        least = bound.finish_min
        return Aim(
            guess_min=least + min(max(0, most - least), round(0.003 * least)),
            tolerance_min=max(1, round(0.0005 * least)),
            fineness=fine(model, size=self.method.size, finish_min=most),
        )

    def _is_over(self, share: float) -> Callable[[], bool]:
        def is_over() -> bool:
            return self.budget.stop() or (not self._must_find and self.budget.is_over(share=share))

        return is_over

    def _search_is_over(self) -> bool:
        return self.budget.stop() or (not self._must_find and self.pace.is_over())

    @property
    def _must_find(self) -> bool:
        """Where work is counted, a first plan is found whatever it takes."""
        return self.budget.counts_work and self.parts is None

    def _report_bound(self, bound_min: int) -> None:
        self.bound_min = bound_min
        self._report(self.finish_min)

    def _report(self, finish_min: int | None) -> None:
        self.progress(Progress(seconds=self.budget.seconds, objective=finish_min, bound=self.bound_min))


def _with_used_moves(model: FlowModel, *, found: Allocation) -> FlowModel:
    """The model with those moves alone that the allocation uses."""
    carried = found.amounts.carriages > 0
    used = np.unique(found.expansion.carriages.move[carried]).tolist()
    return replace(model, moves=tuple(model.moves[number] for number in used))
