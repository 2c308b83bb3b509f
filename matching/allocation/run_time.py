"""Run minutes of a work over many moments at once."""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.allocation.grid import Minutes
from matching.allocation.model import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTime:
    """Periods [`starts`, `ends`) in which a work can run: its spans without the breaks, in time order.

    `spans` numbers the span of each period.
    """

    starts: Minutes
    ends: Minutes
    spans: NDArray[np.int64]

    def before(self, moments: Minutes) -> Minutes:
        """Run minutes before each moment."""
        if not len(self.starts):
            return np.zeros(len(moments), dtype=np.int64)
        done = np.concatenate([[0], np.cumsum(self.ends - self.starts)])
        at = np.searchsorted(self.starts, moments, side="right")
        running = np.minimum(moments, self.ends[np.maximum(at, 1) - 1]) - self.starts[np.maximum(at, 1) - 1]
        found: Minutes = done[np.maximum(at, 1) - 1] + np.where(at > 0, running, 0)
        return found


def run_time_of(work: Work) -> RunTime:
    """Where the work can run."""
    periods = []
    breaks = work.machine.breaks
    break_ends = [pause.end for pause in breaks]
    for number, span in enumerate(work.spans):
        begin = span.start
        for pause in breaks[bisect_right(break_ends, begin) :]:
            if pause.start >= span.end:
                break
            if begin < pause.start:
                periods.append((begin, pause.start, number))
            begin = pause.end
        if begin < span.end:
            periods.append((begin, span.end, number))
    columns = np.array(periods, dtype=np.int64).reshape(-1, 3).T
    return RunTime(starts=columns[0], ends=columns[1], spans=columns[2])
