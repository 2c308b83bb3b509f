"""Quality and speed of plans of the plates family, against a proven bound and two naive ways.

Every plan is made by the command line, in a process of its own, and checked by the independent checker.

    python -m benchmarks.plans [--seeds 1-8] [--variant plain|trucks|both] [--time-limit 30]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.baselines import award, greedy
from benchmarks.families.plates import plates
from matching.parse import read_problem
from matching.problem import Problem
from scheduling.check import check
from scheduling.plan import Plan
from scheduling.plan_format import read_plan

HEADER = (
    "problem           days   bound    gap %   s    MiB   award  ratio  greedy ratio  lots transfers  valid"
)
DAY_MIN = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """One solve from process start to process end; `exit_code` as the command line gives it."""

    plan: Plan | None
    exit_code: int
    seconds: float
    mebibytes: int


def solved(document: str, *, time_limit_s: int, seed: int) -> Solved:
    """Run `python -m scheduling solve` on a problem document."""
    with tempfile.TemporaryDirectory() as folder:
        problem_path, plan_path = Path(folder) / "problem.json", Path(folder) / "plan.json"
        problem_path.write_text(document)
        command = [sys.executable, "-m", "scheduling", "solve", str(problem_path), "--out", str(plan_path)]
        limits = ["--time-limit", str(time_limit_s), "--seed", str(seed), "--workers", "2"]
        began = time.monotonic()
        process = subprocess.Popen([*command, *limits], stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        plan = read_plan(plan_path.read_text()) if plan_path.exists() else None
    return Solved(
        plan=plan,
        exit_code=process.returncode,
        seconds=seconds,
        mebibytes=usage.ru_maxrss // 1024,
    )


def row(problem: Problem, *, found: Solved) -> str:
    """One line of the table."""
    plan = found.plan
    if plan is None or plan.objective is None:
        return f"{problem.name:16} no plan: exit {found.exit_code} after {found.seconds:.1f} s"
    violations = check(problem, plan)
    gap = "   none" if plan.gap_pct is None else f"{plan.gap_pct:7.3f}"
    bound = "  none" if plan.bound is None else f"{float(plan.bound) / DAY_MIN:6.2f}"
    return (
        f"{problem.name:16} {plan.objective / DAY_MIN:5.2f}  {bound}  {gap} {found.seconds:5.1f} {found.mebibytes:5}"
        f"  {_compared(award(problem), objective=plan.objective)} {_compared(greedy(problem), objective=plan.objective)}"
        f" {len(plan.lots):5} {len(plan.transfers):8}   {'no: ' + str(violations[0]) if violations else 'yes'}"
    )


def _compared(finish: int | None, *, objective: int) -> str:
    """Days, and how many times the plan's."""
    return "   none     " if finish is None else f"{finish / DAY_MIN:6.2f} {finish / objective:5.2f}"


def _seeds(text: str) -> Iterator[int]:
    """`1-8`, `3`, `1,4,9`."""
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", default="1-8")
    parser.add_argument("--variant", choices=("plain", "trucks", "both"), default="both")
    parser.add_argument("--time-limit", type=int, default=30)
    arguments = parser.parse_args()
    print(HEADER)
    for variant in ("plain", "trucks") if arguments.variant == "both" else (arguments.variant,):
        for seed in _seeds(arguments.seeds):
            document = json.dumps(plates(seed, trucks=variant == "trucks"))
            found = solved(document, time_limit_s=arguments.time_limit, seed=1)
            print(row(read_problem(document), found=found), flush=True)


if __name__ == "__main__":
    main()
