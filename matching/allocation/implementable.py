"""The implementable expansion: every flow in it is a plan, up to whole pieces and minimum lots."""

from bisect import bisect_left

import numpy as np

from matching.allocation.expansion import Expansion, Numbers, Slots, carriages, joined, supply_nodes
from matching.allocation.grid import Grid, Minutes
from matching.allocation.model import FlowModel, Work
from matching.allocation.run_time import RunTime
from matching.working_time import WorkingTime

PIECES_PER_LOT = 200  # a lot of n pieces loses half a piece to whole minutes, so 0.25 % here


def implementable(model: FlowModel, *, grid: Grid, run_times: tuple[RunTime, ...]) -> Expansion:
    """The expansion of a strict model over a grid; `run_times` of its works."""
    rows = [
        _slots(number, work, grid=grid, run_time=run_time)
        for number, (work, run_time) in enumerate(zip(model.works, run_times, strict=True))
    ]
    return Expansion(
        model=model,
        grid=grid,
        slots=joined(rows),
        carriages=carriages(model, grid=grid, early=False),
        supply_nodes=supply_nodes(model, grid=grid, early=False),
    )


def _slots(number: int, work: Work, *, grid: Grid, run_time: RunTime) -> Slots:
    """One lot for each span and stretch of the work's own moments, in time order.

    A lot takes its input at the latest moment not after its set-up, as if it were the first of its span,
    and brings its pieces at the first moment not before its end.
    """
    moments = grid.of(work.site)
    own = _thinned(moments, gap=_lot_minutes(work))
    starts = np.array([span.start for span in work.spans], dtype=np.int64)
    ends = np.array([span.end for span in work.spans], dtype=np.int64)
    first = np.maximum(np.searchsorted(own, starts, side="right") - 1, 0)
    last = np.minimum(np.searchsorted(own, ends, side="left"), len(own) - 1)
    span = np.repeat(np.arange(len(starts)), np.maximum(last - first, 0))
    at = np.concatenate([np.zeros(0, dtype=np.int64), *map(np.arange, first, last)])
    begin = np.maximum(own[at], starts[span])
    end = np.minimum(own[at + 1], ends[span])
    begin = _out_of_breaks(begin, run_time=run_time)
    end = np.maximum(begin, end)
    minutes = run_time.before(end) - run_time.before(begin)
    taken = np.searchsorted(moments, _needed_at(work, begin=begin, span=span), side="right") - 1
    out = np.searchsorted(moments, end + work.mode.hold_min, side="left")
    pieces = _most_good_pieces(work, minutes=minutes)
    useful = (pieces > 0) & (out < len(moments))
    return Slots(
        work=np.full(int(useful.sum()), number),
        span=span[useful],
        start=begin[useful],
        end=end[useful],
        minutes=minutes[useful],
        taken=taken[useful],
        head=grid.first_node[work.output] + out[useful],
        pieces=pieces[useful],
    )


def _lot_minutes(work: Work) -> int:
    """Minutes after which whole pieces and whole minutes cost next to nothing."""
    pieces = work.mode.run_units if work.mode.batch else PIECES_PER_LOT
    return -(-pieces * work.rate.denominator // work.rate.numerator)


def _thinned(moments: Minutes, *, gap: int) -> Minutes:
    """The first moment, then always the next that is at least `gap` later; and the last."""
    if len(moments) < 2 or int(np.diff(moments).min()) >= gap:
        return moments
    listed = moments.tolist()
    kept = [0]
    while (following := bisect_left(listed, listed[kept[-1]] + gap, lo=kept[-1])) < len(listed):
        kept.append(following)
    return moments[sorted({*kept, len(listed) - 1})]


def _out_of_breaks(begin: Minutes, *, run_time: RunTime) -> Minutes:
    """The first run minute at or after each moment."""
    if not len(run_time.ends):
        return begin
    at = np.minimum(np.searchsorted(run_time.ends, begin, side="right"), len(run_time.ends) - 1)
    return np.maximum(begin, run_time.starts[at])


def _needed_at(work: Work, *, begin: Minutes, span: Numbers) -> Minutes:
    """The minute at which a lot that starts to run at `begin` takes its input: start plus set-up.

    It is `begin` itself unless a break falls into the set-up, which does not delay the taking.
    """
    if not work.machine.breaks:
        return begin
    time = WorkingTime(work.machine)
    setups = [work.spans[number].setup_min for number in span]
    pairs = zip(begin.tolist(), setups, strict=True)
    return np.array([time.latest_start(at, setup) + setup for at, setup in pairs], dtype=np.int64)


def _most_good_pieces(work: Work, *, minutes: Minutes) -> Numbers:
    """Good pieces whose run time is within `minutes`, as `matching.rules.most_good_pieces`."""
    mode, speed_pct = work.mode, work.machine.speed_pct
    if mode.batch:
        started = minutes // -(-mode.run_min * 100 // speed_pct) * mode.run_units
    else:
        started = minutes * mode.run_units * speed_pct // (mode.run_min * 100)
    good: Numbers = started * mode.good_per_1000 // 1000
    return good
