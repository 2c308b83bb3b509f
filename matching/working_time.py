"""Working time of a machine: windows, and the breaks inside them in which nothing runs."""

from bisect import bisect_left, bisect_right
from itertools import accumulate

from matching.problem import Machine, Window


class WorkingTime:
    """Answers for one machine, each in logarithmic time. Minutes since the epoch, periods half-open."""

    def __init__(self, machine: Machine) -> None:
        self.windows = machine.windows
        self._window_starts = [window.start for window in machine.windows]
        self._break_starts = [each.start for each in machine.breaks]
        self._break_ends = [each.end for each in machine.breaks]
        lengths = (each.end - each.start for each in machine.breaks)
        self._break_minutes = list(accumulate(lengths, initial=0))  # of the first n breaks

    def minutes_between(self, start: int, end: int) -> int:
        """Minutes in [start, end) that are in no break, inside a window or not; `start` <= `end`."""
        return (end - start) - (self._break_minutes_before(end) - self._break_minutes_before(start))

    def window_of(self, start: int, end: int) -> Window | None:
        """The window that holds [start, end) whole; None if none does.

        Where two windows touch, a period without length belongs to the later one.
        """
        at = bisect_right(self._window_starts, start) - 1
        if at < 0 or self.windows[at].end < end:
            return None
        return self.windows[at]

    def windows_from(self, start: int) -> tuple[Window, ...]:
        """The windows that end after `start`, in time order; the first may have begun before."""
        at = bisect_right(self._window_starts, start) - 1
        first = at if at >= 0 and self.windows[at].end > start else at + 1
        return self.windows[first:]

    def earliest_end(self, start: int, minutes: int) -> int:
        """The earliest end of `minutes` (>= 0) of work that begins at `start`; windows are not looked at.

        Work that is done where a break begins ends there, not after the break.
        """
        if minutes == 0:
            return start
        end = start + minutes
        at = bisect_right(self._break_ends, start)
        while at < len(self._break_starts) and self._break_starts[at] < end:
            end += self._break_ends[at] - max(self._break_starts[at], start)
            at += 1
        return end

    def latest_start(self, end: int, minutes: int) -> int:
        """The latest start of `minutes` (>= 0) of work that ends at `end`; windows are not looked at."""
        if minutes == 0:
            return end
        start = end - minutes
        at = bisect_left(self._break_starts, end) - 1
        while at >= 0 and self._break_ends[at] > start:
            start -= min(self._break_ends[at], end) - self._break_starts[at]
            at -= 1
        return start

    def _break_minutes_before(self, moment: int) -> int:
        at = bisect_left(self._break_starts, moment)
        if at == 0:
            return 0
        return (
            self._break_minutes[at - 1] + min(moment, self._break_ends[at - 1]) - self._break_starts[at - 1]
        )
