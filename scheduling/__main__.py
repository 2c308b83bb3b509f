"""The command line: `python -m scheduling solve`, `check` and `award`.

Exit codes: 0 a plan, or a valid one; 1 an invalid plan (also one without lots); 2 bad input; 3 proven
infeasible; 4 nothing found, or a field that cannot be honoured yet.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from math import isfinite
from pathlib import Path

from scheduling.award import award_finish
from scheduling.check import check
from scheduling.displace_command import DisplaceCommand, run_displace
from scheduling.files import UnusableFileError, load_plan, load_problem
from scheduling.options import SolveOptions
from scheduling.replan.command import ReplanCommand, run_replan
from scheduling.solve_command import SolveCommand, run_solve

EXIT_VALID, EXIT_INVALID, EXIT_BAD_INPUT = 0, 1, 2

_MOST = 2**31 - 1  # of seed, workers and work: what the solvers take


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code; wrong arguments leave with 2 (argparse)."""
    arguments = _parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # whatever the terminal can show
    try:
        if arguments.command == "check":
            return _check(arguments.problem, arguments.plan)
        if arguments.command == "award":
            return _award(arguments.problem)
        if arguments.command == "replan":
            return run_replan(ReplanCommand(solve=_solve_command(arguments), in_force=arguments.in_force))
        if arguments.command == "displace":
            return run_displace(DisplaceCommand(solve=_solve_command(arguments), burdens=arguments.burdens))
        return run_solve(_solve_command(arguments))
    except UnusableFileError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT


def _check(problem_path: Path, plan_path: Path) -> int:
    problem, plan = load_problem(problem_path), load_plan(plan_path)
    violations = check(problem, plan)
    for violation in violations:
        print(violation)
    if not plan.lots and not violations:
        print("R7 lots: the plan has none")
    return EXIT_VALID if plan.lots and not violations else EXIT_INVALID


def _award(problem_path: Path) -> int:
    """Print `{"finish_min": …}`: the last arrival of the naive award, null where it does not end or apply."""
    print(json.dumps({"finish_min": award_finish(load_problem(problem_path))}))
    return EXIT_VALID


def _solve_command(arguments: argparse.Namespace) -> SolveCommand:
    options = SolveOptions(
        time_limit_s=arguments.time_limit,
        seed=arguments.seed,
        workers=arguments.workers,
        work=arguments.work,
    )
    return SolveCommand(problem=arguments.problem, out=arguments.out, options=options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scheduling", description="Solve planning problems, check plans."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    solve = commands.add_parser(
        "solve", help="make a plan: exit 0 plan, 3 infeasible, 4 unknown, 2 bad input"
    )
    solve.add_argument("problem", type=Path, metavar="PROBLEM.json")
    _add_solving(solve)
    replan = commands.add_parser(
        "replan",
        help="change a plan as little as possible: fixed_lots are what is left of it; exits as solve",
    )
    replan.add_argument("problem", type=Path, metavar="PROBLEM.json")
    replan.add_argument(
        "in_force", type=Path, metavar="IN_FORCE.json", help="its goods, promise_min and frozen"
    )
    _add_solving(replan)
    displace = commands.add_parser(
        "displace", help="make a plan in time that takes away as little booked work as it can; exits as solve"
    )
    displace.add_argument("problem", type=Path, metavar="PROBLEM.json")
    displace.add_argument("burdens", type=Path, metavar="BURDENS.json", help="booked work that may be taken")
    _add_solving(displace)
    judge = commands.add_parser("check", help="judge a plan: exit 0 valid, 1 invalid, 2 unreadable")
    judge.add_argument("problem", type=Path, metavar="PROBLEM.json")
    judge.add_argument("plan", type=Path, metavar="PLAN.json")
    award = commands.add_parser("award", help="when the naive award would end, in minutes")
    award.add_argument("problem", type=Path, metavar="PROBLEM.json")
    return parser


def _add_solving(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="PLAN.json")
    parser.add_argument("--time-limit", type=_seconds, default=30.0, help="seconds for everything [30]")
    parser.add_argument("--seed", type=_count(least=0), default=1, help="[1]")
    parser.add_argument("--workers", type=_count(least=1), default=2, help="threads [2]")
    parser.add_argument(
        "--work", type=_count(least=1), default=None, help="deterministic work in place of seconds"
    )


def _seconds(text: str) -> float:
    seconds = float(text)
    if not (isfinite(seconds) and seconds > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


class _count:  # noqa: N801 -- argparse names the type in its messages
    """An integer from `least` to 2^31 - 1."""

    def __init__(self, *, least: int) -> None:
        self._least = least

    def __call__(self, text: str) -> int:
        number = int(text)
        if not self._least <= number <= _MOST:
            raise argparse.ArgumentTypeError(f"{text} is not in [{self._least}, {_MOST}]")
        return number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
