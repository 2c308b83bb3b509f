"""The pipeline: choose an engine by the problem's shape, solve, evaluate what it found.

One divisible order with the objective finish goes to the flow engine; everything else, and what that one
cannot honour or finds no good plan for, to the discrete engine.
"""

import sys
import time
from dataclasses import replace
from fractions import Fraction
from itertools import zip_longest

from matching.problem import Problem
from scheduling.check import check
from scheduling.discrete import DiscreteEngine
from scheduling.engine import Engine, Report, Stop
from scheduling.evaluate import evaluate, gap_pct
from scheduling.flow.engine import FlowEngine
from scheduling.options import Progress, SolveOptions
from scheduling.plan import Plan, Status

GOOD_GAP_PCT = 1.0  # a plan that near to its bound is not given to a second engine
MOST_TOLD = 10  # faults of a plan
LEAST_SECONDS = 0.5  # that a second engine needs to be worth starting


def solve(problem: Problem, *, options: SolveOptions, progress: Report, stop: Stop) -> Plan:
    """The best plan that the engines find within the options; `unknown` names the fields that none honours.

    Objective, cost, gap and the results of the orders are evaluated here, for every plan alike.
    """
    return _Pipeline(problem, options=options, progress=progress, stop=stop).run()


class _Pipeline:
    def __init__(self, problem: Problem, *, options: SolveOptions, progress: Report, stop: Stop) -> None:
        self.problem = problem
        self.options = options
        self.progress = progress
        self.stop = stop
        self.began = time.monotonic()
        self.best: Plan | None = None

    def run(self) -> Plan:
        engines: tuple[Engine, ...] = (FlowEngine(), DiscreteEngine())
        refused = [engine.unsupported(self.problem) for engine in engines]
        for engine, fields in zip(engines, refused, strict=True):
            if not fields and self._is_wanted():
                self._run(engine)
        best = self.best or _unknown(unsupported=min(refused, key=len), seed=self.options.seed)
        return replace(best, seconds=round(self._seconds(), 3), interrupted=self.stop())

    def _seconds(self) -> float:
        return time.monotonic() - self.began

    def _seconds_left(self) -> float:
        return self.options.time_limit_s - self._seconds()

    def _is_wanted(self) -> bool:
        """Whether another engine could still find something worth having."""
        if self.best is None:
            return True
        if self.stop() or self.best.status in (Status.OPTIMAL, Status.INFEASIBLE):
            return False
        if self.options.work is None and self._seconds_left() < LEAST_SECONDS:
            return False
        return self.best.gap_pct is None or self.best.gap_pct > GOOD_GAP_PCT

    def _run(self, engine: Engine) -> None:
        options = replace(self.options, time_limit_s=max(LEAST_SECONDS, self._seconds_left()))
        found = engine.solve(self.problem, options=options, progress=self._report, stop=self.stop)
        found = _checked(self.problem, _evaluated(self.problem, found))
        self.best = found if self.best is None else _merged(self.best, found)

    def _report(self, told: Progress) -> None:
        """What an engine tells, beside what is known from an engine before it."""
        objectives = [told.objective, None if self.best is None else self.best.objective]
        bounds = [
            told.bound,
            None if self.best is None or self.best.bound is None else float(self.best.bound),
        ]
        self.progress(
            Progress(
                seconds=self._seconds(),
                objective=min((each for each in objectives if each is not None), default=None),
                bound=max((each for each in bounds if each is not None), default=None),
            )
        )


def _checked(problem: Problem, plan: Plan) -> Plan:
    """What an engine says is a plan and the checker does not is a defect, told on stderr; the next engine tries."""
    if plan.status not in (Status.OPTIMAL, Status.FEASIBLE):
        return plan
    violations = check(problem, plan)
    if not violations:
        return plan
    print("defect: an engine's plan is not valid:", *violations[:MOST_TOLD], sep="\n", file=sys.stderr)
    return Plan(
        status=Status.UNKNOWN,
        objective=None,
        cost_cents=None,
        bound=plan.bound,
        gap_pct=None,
        seconds=plan.seconds,
        seed=plan.seed,
        interrupted=plan.interrupted,
    )


def _evaluated(problem: Problem, plan: Plan) -> Plan:
    """The plan with what follows from its parts and its bound."""
    if plan.status not in (Status.OPTIMAL, Status.FEASIBLE):
        return plan
    found = evaluate(problem, lots=plan.lots, transfers=plan.transfers, deliveries=plan.deliveries)
    bound = plan.bound
    is_proven = bound is not None and found.exact_objective - Fraction(bound) < 1
    return replace(
        plan,
        status=Status.OPTIMAL if is_proven else Status.FEASIBLE,
        objective=found.objective,
        cost_cents=found.cost_cents,
        gap_pct=gap_pct(objective=found.objective, bound=bound),
        orders=tuple(
            replace(result, why=told.why) if told else result
            for result, told in zip_longest(found.orders, plan.orders)
        ),
    )


def _merged(one: Plan, other: Plan) -> Plan:
    """The better plan (by objective, then cost) with the better bound."""
    with_plan = [plan for plan in (one, other) if plan.objective is not None]
    bounds = [plan.bound for plan in (one, other) if plan.bound is not None]
    bound = max(bounds, default=None)
    if not with_plan:
        proven = [plan for plan in (one, other) if plan.status is Status.INFEASIBLE]
        return replace((proven or [one])[0], bound=bound)
    best = min(with_plan, key=lambda plan: (plan.objective, plan.cost_cents))
    assert best.objective is not None
    is_proven = bound is not None and best.objective - Fraction(bound) < 1
    return replace(
        best,
        status=Status.OPTIMAL if is_proven else Status.FEASIBLE,
        bound=bound,
        gap_pct=gap_pct(objective=best.objective, bound=bound),
    )


def _unknown(*, unsupported: tuple[str, ...], seed: int) -> Plan:
    return Plan(
        status=Status.UNKNOWN,
        objective=None,
        cost_cents=None,
        bound=None,
        gap_pct=None,
        seconds=0.0,
        seed=seed,
        unsupported=unsupported,
    )
