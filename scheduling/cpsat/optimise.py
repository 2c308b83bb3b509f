"""Solving a model within limits: plans are handed on as they are found, the bound at the end."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum, auto
from math import ceil

from ortools.sat.python import cp_model

from scheduling.cpsat.plans import read_draft
from scheduling.cpsat.variables import Expression, Variables
from scheduling.dispatch.draft import Draft
from scheduling.engine import Stop

_POLL_S = 0.1
_NO_BOUND = 2.0**62
_MOST_SECONDS = 10**6  # where deterministic work limits a solve


class Proof(Enum):
    """What a solve has shown."""

    OPTIMAL = auto()
    INFEASIBLE = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`seconds` of wall clock, or `work` in the solver's own deterministic time."""

    seconds: float
    work: float | None
    seed: int
    workers: int

    def part(self, *, of: int) -> "Limits":
        """Equal limits for each of some solves."""
        work = None if self.work is None else self.work / of
        return replace(self, seconds=self.seconds / of, work=work)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`bound` in the units of the expression, None if the solve proved none; `best` its value found."""

    proof: Proof
    bound: int | None
    best: int | None
    draft: Draft | None


def optimise(
    variables: Variables,
    *,
    minimise: Expression,
    limits: Limits,
    stop: Stop,
    on_draft: Callable[[Draft], None] = lambda _: None,
    is_second_opinion: bool = False,
) -> Outcome:
    """Minimise an expression; a second opinion searches quite differently, to confirm infeasibility."""
    model = variables.model
    model.minimize(minimise)
    solver = cp_model.CpSolver()
    _set(solver, limits=limits, is_second_opinion=is_second_opinion)
    watcher = _Watcher(variables, on_draft)
    with _stopped_by(solver, stop):
        status = solver.solve(model, watcher)
    if status == cp_model.MODEL_INVALID:
        raise ValueError(f"invalid model: {model.validate()}")
    if status == cp_model.INFEASIBLE:
        return Outcome(proof=Proof.INFEASIBLE, bound=None, best=None, draft=None)
    bound = _whole_bound(solver, is_optimal=status == cp_model.OPTIMAL)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Outcome(proof=Proof.NOTHING, bound=bound, best=None, draft=None)
    return Outcome(
        proof=Proof.OPTIMAL if status == cp_model.OPTIMAL else Proof.NOTHING,
        bound=bound,
        best=round(solver.objective_value),
        draft=read_draft(variables, solver),
    )


class _Watcher(cp_model.CpSolverSolutionCallback):
    """Hands every better plan on."""

    def __init__(self, variables: Variables, on_draft: Callable[[Draft], None]) -> None:
        super().__init__()
        self._variables = variables
        self._on_draft = on_draft

    def on_solution_callback(self) -> None:
        self._on_draft(read_draft(self._variables, self))


def _set(solver: cp_model.CpSolver, *, limits: Limits, is_second_opinion: bool) -> None:
    parameters = solver.parameters
    parameters.random_seed = limits.seed + (1 if is_second_opinion else 0)
    parameters.num_workers = 1 if limits.work is not None or is_second_opinion else limits.workers
    if limits.work is None:
        parameters.max_time_in_seconds = limits.seconds
    else:
        parameters.max_deterministic_time = limits.work
        parameters.max_time_in_seconds = _MOST_SECONDS
    if is_second_opinion:
        parameters.cp_model_presolve = False
        parameters.linearization_level = 0
        parameters.symmetry_level = 0


def _whole_bound(solver: cp_model.CpSolver, *, is_optimal: bool) -> int | None:
    """The proven lower bound, rounded up as all values are whole, with care for the last digits of a float."""
    if is_optimal:
        return round(solver.objective_value)
    bound = solver.best_objective_bound
    if abs(bound) >= _NO_BOUND:
        return None
    return ceil(bound - max(1e-6, 1e-12 * abs(bound)))


@contextmanager
def _stopped_by(solver: cp_model.CpSolver, stop: Stop) -> Iterator[None]:
    """A thread that asks `stop` while the solver runs, and ends it."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_POLL_S):
            if stop():
                solver.stop_search()
                return

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
