"""Reading calendars: windows and the breaks inside them."""

from bisect import bisect_right
from itertools import pairwise

from matching.fields import MOST, Json, items, minute, whole
from matching.problem import Break, Window
from matching.strict_json import Refusal


class Calendars:
    """Reads windows; equal ones become one value, since thousands of machines share few calendars."""

    def __init__(self) -> None:
        self._window_by_numbers: dict[tuple[int, int, int], Window] = {}

    def read_windows(self, raw: Json) -> tuple[Window, ...]:
        """The field `windows`: sorted and disjoint; touching ones stay two."""
        windows = items(raw, "windows", read=self._read_window)
        for at in range(1, len(windows)):
            if windows[at].start < windows[at - 1].end:
                raise Refusal(
                    code="windows-overlap",
                    path=f"windows[{at}]",
                    value=[windows[at].start, windows[at].end],
                    rule="windows are sorted and do not overlap",
                )
        return windows

    def _read_window(self, value: object) -> Window:
        start, end, price_pct = _period(value, most_numbers=3)
        known = self._window_by_numbers.get((start, end, price_pct))
        if known is None:
            known = Window(start=start, end=end, price_pct=price_pct)
            self._window_by_numbers[start, end, price_pct] = known
        return known


def read_breaks(raw: Json, *, windows: tuple[Window, ...]) -> tuple[Break, ...]:
    """The field `breaks`, sorted by start; each lies inside one window, none over another."""
    breaks = items(raw, "breaks", read=_read_break, default=())
    starts = [window.start for window in windows]
    for at, each in enumerate(breaks):
        found = bisect_right(starts, each.start) - 1
        if found < 0 or each.end > windows[found].end:
            raise _refused_break(
                each, at=at, code="break-outside-window", rule="a break lies inside one window"
            )
    order = sorted(range(len(breaks)), key=lambda at: breaks[at].start)
    for before, after in pairwise(order):
        if breaks[after].start < breaks[before].end:
            raise _refused_break(breaks[after], at=after, code="breaks-overlap", rule="breaks do not overlap")
    return tuple(breaks[at] for at in order)


def _refused_break(refused: Break, *, at: int, code: str, rule: str) -> Refusal:
    return Refusal(code=code, path=f"breaks[{at}]", value=[refused.start, refused.end], rule=rule)


def _read_break(value: object) -> Break:
    start, end, _ = _period(value, most_numbers=2)
    return Break(start=start, end=end)


def _period(value: object, *, most_numbers: int) -> tuple[int, int, int]:
    """[start, end] or, where three numbers are allowed, [start, end, price_pct].

    Most values in a big file are read here, so good ones are recognised first and bad ones explained after.
    """
    if isinstance(value, list):
        if len(value) == 2:
            start, end, price_pct = value[0], value[1], 100
        elif len(value) == most_numbers:
            start, end, price_pct = value
        else:
            raise _refused_period(value, most_numbers=most_numbers)
        if (
            (type(start) is type(end) is type(price_pct) is int)
            and -MOST <= start < end <= MOST
            and 0 <= price_pct <= MOST
        ):
            return start, end, price_pct
    raise _refused_period(value, most_numbers=most_numbers)


def _refused_period(value: object, *, most_numbers: int) -> Refusal:
    if not isinstance(value, list) or not 2 <= len(value) <= most_numbers:
        wanted = "[start, end]" if most_numbers == 2 else "[start, end] or [start, end, price_pct]"
        return Refusal(code="wrong-type", value=value, rule=f"must be {wanted}")
    raw: Json = {f"[{at}]": each for at, each in enumerate(value)}
    try:
        minute(raw, "[0]"), minute(raw, "[1]"), whole(raw, "[2]", default=100)
    except Refusal as refusal:
        return refusal
    return Refusal(code="empty-period", value=value, rule="must end after it starts")
