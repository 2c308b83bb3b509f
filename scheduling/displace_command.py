"""`python -m scheduling displace`: the plan's notes name what is displaced, and whether that was shown to be needed."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from matching.problem import Problem
from scheduling.burdens import Burden, narrowed_problem
from scheduling.displace import displace
from scheduling.engine import Report, Stop
from scheduling.files import UnusableFileError
from scheduling.options import SolveOptions
from scheduling.plan import Plan
from scheduling.solve_command import Solve, SolveCommand, run_solve


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplaceCommand:
    """`burdens` is a file: a list of objects with the fields of `Burden`."""

    solve: SolveCommand
    burdens: Path


def run_displace(command: DisplaceCommand) -> int:
    """Write the plan and return the exit code, as for `solve`. Raises `UnusableFileError`."""
    burdens = _burdens(command.burdens)

    def load() -> Solve:
        from scheduling.solve import solve

        def run(problem: Problem, *, options: SolveOptions, progress: Report, stop: Stop) -> Plan:
            found = displace(
                problem,
                burdens=burdens,
                solver=lambda narrowed, limits, report, ends: solve(
                    narrowed, options=limits, progress=report, stop=ends
                ),
                options=options,
                progress=progress,
                stop=stop,
            )
            notes = {"displaced": sorted(found.displaced), "is_irreducible": found.is_irreducible}
            return replace(found.plan, notes=notes)

        return run

    def judged(problem: Problem, plan: Plan) -> Problem:
        return narrowed_problem(problem, plan, burdens=burdens)

    return run_solve(command.solve, load=load, judged=judged)


def _burdens(path: Path) -> list[Burden]:
    try:
        return [Burden(**each) for each in json.loads(path.read_bytes())]
    except (OSError, ValueError, TypeError) as error:
        raise UnusableFileError(code="burdens:unreadable", path=path, text=str(error)) from None
