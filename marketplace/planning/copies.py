"""Solving a frozen copy of the network: documents in, an answer out. No row is read or written."""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from marketplace.planning.solver_process import PLAN_EXITS, SolverProcess
from matching.parse import read_problem
from scheduling.burdens import Burden, narrowed_problem
from scheduling.check import check
from scheduling.plan import Plan
from scheduling.plan_format import read_plan

SEED = 1
Document = dict[str, Any]


class CopyNotSolved(Exception):
    """The solver ended without a plan, or the checker found its plan invalid."""

    code = "planning:copy-not-solved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`arrives_after` is counted from the copy's minute 0, None where no plan was found; `displaced` are references of
    burdens."""

    arrives_after: timedelta | None
    num_enterprises: int
    displaced: tuple[str, ...]


def solve_copy(
    problem: Document, *, burdens: Sequence[Document], time_limit_s: int, tick: Callable[[], bool]
) -> Answer | None:
    """The plan in which the copy's order comes first and as few burdens as possible give way. Raises `CopyNotSolved`.

    `tick` is called twice a second; None where it said that the work is no longer ours.
    """
    with tempfile.TemporaryDirectory(prefix="copy-") as folder:
        files = [Path(folder) / name for name in ("problem.json", "burdens.json", "plan.json")]
        files[0].write_text(json.dumps(problem))
        files[1].write_text(json.dumps(list(burdens)))
        process = SolverProcess(
            problem=files[0], plan=files[2], time_limit_s=time_limit_s, seed=SEED, command="displace", beside=files[1]
        )  # fmt: skip
        outcome = process.wait(tick=tick, wants_stop=lambda: False)
        if outcome.is_abandoned:
            return None
        if outcome.exit_code not in PLAN_EXITS or not files[2].exists():
            raise CopyNotSolved(f"exit {outcome.exit_code}: {outcome.message}")
        written = files[2].read_bytes()
    return _judged(problem, burdens=burdens, written=written)


def _judged(document: Document, *, burdens: Sequence[Document], written: bytes) -> Answer:
    plan, problem = read_plan(written), read_problem(json.dumps(document))
    if not plan.lots:
        return Answer(arrives_after=None, num_enterprises=0, displaced=())
    narrow = narrowed_problem(problem, plan, burdens=[Burden(**one) for one in burdens])
    if faults := check(narrow, plan):
        raise CopyNotSolved("; ".join(str(fault) for fault in faults[:5]))
    machines = problem.machine_by_id
    return Answer(
        arrives_after=timedelta(minutes=max(load.arrive_min for load in plan.deliveries)),
        num_enterprises=len({problem.site_by_id[machines[lot.machine].site].enterprise for lot in plan.lots}),
        displaced=_displaced(plan),
    )


def _displaced(plan: Plan) -> tuple[str, ...]:
    names = plan.notes.get("displaced", [])
    return tuple(str(name) for name in names) if isinstance(names, list) else ()
