"""The optimistic expansion: every plan is a flow in it."""

import numpy as np

from matching.allocation.expansion import Expansion, Slots, carriages, joined, supply_nodes
from matching.allocation.grid import Grid
from matching.allocation.model import FlowModel, Work
from matching.allocation.run_time import RunTime


def optimistic(model: FlowModel, *, grid: Grid, run_times: tuple[RunTime, ...]) -> Expansion:
    """The expansion of a lenient model over a grid; `run_times` of its works."""
    rows = [
        _slots(number, work, grid=grid, run_time=run_time)
        for number, (work, run_time) in enumerate(zip(model.works, run_times, strict=True))
    ]
    return Expansion(
        model=model,
        grid=grid,
        slots=joined(rows),
        carriages=carriages(model, grid=grid, early=True),
        supply_nodes=supply_nodes(model, grid=grid, early=True),
    )


def _slots(number: int, work: Work, *, grid: Grid, run_time: RunTime) -> Slots:
    """One row for each stretch of the grid with run minutes.

    What is made in the minute from t exists at t + 1 + hold at the earliest, so the whole stretch brings
    to the node in which its first minute ends.
    """
    moments = grid.of(work.site)
    minutes = np.diff(run_time.before(moments))
    taken = np.flatnonzero(minutes)
    out = np.searchsorted(moments, moments[taken] + 1 + work.mode.hold_min, side="right") - 1
    return Slots(
        work=np.full(len(taken), number),
        span=np.full(len(taken), -1),
        start=moments[taken],
        end=moments[taken + 1],
        minutes=minutes[taken],
        taken=taken,
        head=grid.first_node[work.output] + out,
        pieces=minutes[taken] * float(work.good_rate),
    )
