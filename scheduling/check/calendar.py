"""Windows and breaks of a machine, counted anew."""

from matching.problem import Machine, Window


def window_around(machine: Machine, *, start: int, end: int) -> Window | None:
    """The window that holds [start, end) whole; the later one for a moment where two windows touch."""
    for window in reversed(machine.windows):
        if window.start <= start and end <= window.end:
            return window
    return None


def minutes_without_breaks(machine: Machine, *, start: int, end: int) -> int:
    """Minutes of [start, end) that fall into no break."""
    resting = 0
    for each in machine.breaks:
        if each.start < end and start < each.end:
            resting += min(end, each.end) - max(start, each.start)
    return end - start - resting
