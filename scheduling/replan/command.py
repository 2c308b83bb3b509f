"""`python -m scheduling replan`: the plan in force comes as `plan/1`, its notes say what is promised and frozen."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from matching.problem import LotId
from scheduling.files import UnusableFileError, load_plan
from scheduling.replan.ask import Ask
from scheduling.replan.standing import standing_problem
from scheduling.solve_command import Solve, SolveCommand, run_solve


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanCommand:
    solve: SolveCommand
    in_force: Path


def run_replan(command: ReplanCommand) -> int:
    """Write the new plan and return the exit code, as for `solve`. Raises `UnusableFileError`."""
    ask = _ask(command.in_force)

    def load() -> Solve:
        from scheduling.replan.choose import replan

        return partial(replan, ask=ask)

    return run_solve(command.solve, load=load, judged=standing_problem)


def _ask(path: Path) -> Ask:
    plan = load_plan(path)
    promise_min, frozen = plan.notes.get("promise_min"), plan.notes.get("frozen")
    not_before_min, running = plan.notes.get("not_before_min", 0), plan.notes.get("running", [])
    if not (
        isinstance(promise_min, int)
        and isinstance(frozen, list)
        and isinstance(running, list)
        and isinstance(not_before_min, int)
    ):
        raise UnusableFileError(
            code="plan:no-promise",
            path=path,
            text="notes: needs promise_min (minutes) and frozen (ids of lots)",
        )
    return Ask(
        promise_min=promise_min,
        not_before_min=not_before_min,
        frozen=frozenset(LotId(str(lot)) for lot in frozen),
        running=frozenset(LotId(str(lot)) for lot in running),
        transfers=plan.transfers,
        deliveries=plan.deliveries,
    )
