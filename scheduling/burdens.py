"""Booked work that may be taken away for a rated order, and the problem in which it keeps its time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from matching.problem import Machine, Problem, Window
from scheduling.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """Booked time of a machine, [start_min, end_min), that may be taken away.

    `weight` (> 0) is what losing it means, in minutes of work; `turns` how often its owners were displaced before.
    """

    reference: str
    machine: str
    start_min: int
    end_min: int
    weight: int
    turns: int = 0


def without(problem: Problem, burdens: Iterable[Burden]) -> Problem:
    """The problem in which these keep their time."""
    taken: dict[str, list[tuple[int, int]]] = {}
    for burden in burdens:
        taken.setdefault(burden.machine, []).append((burden.start_min, burden.end_min))
    machines = tuple(_less(machine, taken.get(machine.id, [])) for machine in problem.machines)
    return replace(problem, machines=machines)


def narrowed_problem(problem: Problem, plan: Plan, *, burdens: list[Burden]) -> Problem:
    """The problem in which all but what the plan's notes name keep their time."""
    displaced = plan.notes.get("displaced", [])
    gone = set(displaced) if isinstance(displaced, list) else set()
    return without(problem, [burden for burden in burdens if burden.reference not in gone])


def _less(machine: Machine, taken: list[tuple[int, int]]) -> Machine:
    windows = list(machine.windows)
    for start, end in taken:
        windows = [part for window in windows for part in _parts(window, start, end)]
    return replace(machine, windows=tuple(windows))


def _parts(window: Window, start: int, end: int) -> Iterable[Window]:
    if end <= window.start or window.end <= start:
        yield window
        return
    if window.start < start:
        yield replace(window, end=start)
    if end < window.end:
        yield replace(window, start=end)
