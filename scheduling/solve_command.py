"""`python -m scheduling solve`: read, solve until told to stop, check, write."""

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Protocol

from matching.problem import Problem
from scheduling.check import check
from scheduling.files import load_problem, refuse_unwritable, save_plan
from scheduling.options import Progress, SolveOptions
from scheduling.plan import Plan, Status
from scheduling.plan_format import PlanError, read_plan, write_plan

_POLL_S = 0.05  # how soon the main thread, where Python runs signal handlers, notices that solving is done
_LEAST_SHARE = 0.1  # of the time limit that solving keeps, however long reading took

EXIT_CODE = {Status.OPTIMAL: 0, Status.FEASIBLE: 0, Status.INFEASIBLE: 3, Status.UNKNOWN: 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveCommand:
    problem: Path
    out: Path
    options: SolveOptions


class Solve(Protocol):
    """What solves: `stop` turns true when the best plan so far is wanted; any thread may call both."""

    def __call__(
        self,
        problem: Problem,
        *,
        options: SolveOptions,
        progress: Callable[[Progress], None],
        stop: Callable[[], bool],
    ) -> Plan: ...


def load_solve() -> Solve:
    """The pipeline; loads OR-Tools, for which `check` and bad input need not wait."""
    from scheduling.solve import solve

    return solve


def run_solve(
    command: SolveCommand,
    *,
    load: Callable[[], Solve] = load_solve,
    judged: Callable[[Problem, Plan], Problem] = lambda problem, _: problem,
) -> int:
    """Write the plan and return the exit code: 0 plan, 3 infeasible, 4 unknown.

    `judged` is the problem the plan must be valid for. Raises `UnusableFileError` before anything is solved or written.
    """
    began = time.monotonic()
    with _stop_on_signals() as stopped:
        problem = load_problem(command.problem)
        refuse_unwritable(command.out)
        plan = _solve(problem, load(), options=command.options, began=began, stopped=stopped)
        plan = replace(plan, interrupted=plan.interrupted or stopped.is_set())
        plan = _only_if_valid(judged(problem, plan), plan)
        save_plan(command.out, plan)
    return EXIT_CODE[plan.status]


def _solve(
    problem: Problem, solve: Solve, *, options: SolveOptions, began: float, stopped: threading.Event
) -> Plan:
    """Solve in a second thread: native solvers would keep signal handlers waiting in the main one."""
    left_s = options.time_limit_s - (time.monotonic() - began)
    shortened = replace(options, time_limit_s=max(left_s, options.time_limit_s * _LEAST_SHARE))
    with ThreadPoolExecutor(max_workers=1) as pool:
        solving = pool.submit(solve, problem, options=shortened, progress=_report, stop=stopped.is_set)
        while not solving.done():
            wait([solving], timeout=_POLL_S)
        return solving.result()


def _report(progress: Progress) -> None:
    """One JSON line on stderr; a listener that went away is no reason to stop."""
    line = {"seconds": round(progress.seconds, 3), "objective": progress.objective, "bound": progress.bound}
    with suppress(BrokenPipeError):
        sys.stderr.write(json.dumps(line) + "\n")
        sys.stderr.flush()


@contextmanager
def _stop_on_signals() -> Iterator[threading.Event]:
    """SIGTERM and SIGINT set the event; a second Ctrl-C ends the process. Earlier handlers return afterwards."""
    stopped = threading.Event()

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.set()
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.SIG_DFL)

    earlier = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopped
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _only_if_valid(problem: Problem, plan: Plan) -> Plan:
    """The plan, or `unknown` in its place if it cannot be read back or the independent checker refuses it.

    That is a defect, told on stderr. What is checked is what others will read.
    """
    try:
        read = read_plan(json.dumps(write_plan(plan)))
    except PlanError as error:
        return _refused(plan, defects=[str(error)])
    if plan.status not in (Status.OPTIMAL, Status.FEASIBLE):
        return plan
    violations = check(problem, read)
    return _refused(plan, defects=[str(each) for each in violations]) if violations else plan


def _refused(plan: Plan, *, defects: list[str]) -> Plan:
    print("defect: the solver's plan is not valid and not written:", *defects, sep="\n", file=sys.stderr)
    return Plan(
        status=Status.UNKNOWN,
        objective=None,
        cost_cents=None,
        bound=None,
        gap_pct=None,
        seconds=plan.seconds,
        seed=plan.seed,
        interrupted=plan.interrupted,
    )
