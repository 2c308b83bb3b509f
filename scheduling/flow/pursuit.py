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
from scheduling.flow.methods import Method, method_for
from scheduling.flow.setting import fine, rough
from scheduling.flow.settle import settled
from scheduling.options import Progress
from scheduling.plan import Relaxation

BOUND_SHARE = 0.5  # of the budget, by which the bound is raised
PLAN_SHARE = 0.9  # of the budget; the rest is for writing the plan down
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

    def __init__(self, problem: Problem, *, budget: Budget, progress: Report) -> None:
        self.problem = problem
        self.order = problem.orders[0]
        self.budget = budget
        self.progress = progress
        self.bound_min = 0
        self.parts: Parts | None = None
        self.finish_min: int | None = None

    def run(self) -> Outcome:
        model = build_model(self.problem, order=self.order, lenient=True)
        method = method_for(model)
        bounds = BoundSearch(
            model,
            prover=CountedProver(method.prover, budget=self.budget),
            stages=method.stages,
            is_over=self._is_over(BOUND_SHARE),
            report=self._report_bound,
        )
        bound = bounds.roughly()
        if not bound.is_impossible:
            search = self._search(bound, method=method)
            aim = _rough_aim(search.model, method=method, bound=bound)
            found = self._pursue(search, aim=aim, bound=bound)
            bound = bounds.finely()
            if found is not None and not self._is_over(FINE_SHARE)():
                model = _with_used_moves(search.model, found=found)
                search = replace(search, model=model, critical=bound.critical)
                aim = _fine_aim(model, method=method, bound=bound, found=found)
                self._pursue(search, aim=aim, bound=bound)
        return Outcome(
            bound_min=bound.finish_min,
            parts=self.parts,
            finish_min=self.finish_min,
            is_impossible=bound.is_impossible,
        )

    def _search(self, bound: Bound, *, method: Method) -> EarliestSearch:
        model = method.narrowed(build_model(self.problem, order=self.order, lenient=False))
        return EarliestSearch(
            model=model,
            run_times=tuple(run_time_of(work) for work in model.works),
            router=CountedRouter(method.router(model), budget=self.budget),
            critical=bound.critical,
            targets=model.drops,
            is_over=self._is_over(PLAN_SHARE),
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
        draft = settled(search, found, fineness=aim.fineness, step_min=step_min)
        if draft is None:
            return
        fixed = self.problem.fixed_lots
        parts = emit(draft, order=self.order, taken_ids=frozenset(lot.id for lot in fixed))
        finish = max((delivery.arrive_min for delivery in parts.deliveries), default=0)
        if self.finish_min is None or finish < self.finish_min:
            self.parts, self.finish_min = parts, finish
            self._report(finish)

    def _is_over(self, share: float) -> Callable[[], bool]:
        """Where work is counted, a first plan is found whatever it takes."""

        def is_over() -> bool:
            must_find = self.budget.counts_work and self.parts is None
            return self.budget.stop() or (not must_find and self.budget.is_over(share=share))

        return is_over

    def _report_bound(self, bound_min: int) -> None:
        self.bound_min = bound_min
        self._report(self.finish_min)

    def _report(self, finish_min: int | None) -> None:
        self.progress(Progress(seconds=self.budget.seconds, objective=finish_min, bound=self.bound_min))


def _rough_aim(model: FlowModel, *, method: Method, bound: Bound) -> Aim:
    """A plan within about one per cent, soon."""
    least = max(1, bound.finish_min)
    return Aim(
        guess_min=round(1.008 * least),
        tolerance_min=max(1, round(0.006 * least)),
        fineness=rough(model, size=method.size, finish_min=least),
    )


def _fine_aim(model: FlowModel, *, method: Method, bound: Bound, found: Allocation) -> Aim:
    """Over the ways that a rough plan uses: as near to the bound as the grid allows."""
    least, most = bound.finish_min, found.deadline_min
    return Aim(
        guess_min=least + min(most - least, round(0.003 * least)),
        tolerance_min=max(1, round(0.0005 * least)),
        fineness=fine(model, size=method.size, finish_min=most),
    )


def _with_used_moves(model: FlowModel, *, found: Allocation) -> FlowModel:
    """The model with those moves alone that the allocation uses."""
    carried = found.amounts.carriages > 0
    used = np.unique(found.expansion.carriages.move[carried]).tolist()
    return replace(model, moves=tuple(model.moves[number] for number in used))
