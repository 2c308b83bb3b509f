"""What runs on one machine and where a lot still fits: gaps between lots, with the set-up each asks for."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from matching.problem import Lot, LotId, Machine, Mode
from matching.rules import setup_minutes
from matching.working_time import WorkingTime


@dataclass(slots=True, eq=False)
class Taken:
    """Time taken on a machine. `mode` None: no mode is known for the (fixed) lot."""

    start: int
    end: int
    lot: LotId
    mode: Mode | None = None
    setup: int = 0
    quantity: int = 0
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Free time [start, end) in a window; a lot in it has `setup`.

    `run`: pieces of the run (rule 4) that it would go on with, None if it begins one.
    """

    window: int
    start: int
    end: int
    setup: int
    run: int | None = None


class Timeline:
    """The lots of one machine, window by window."""

    def __init__(self, machine: Machine, *, clock: WorkingTime) -> None:
        self.machine = machine
        self.clock = clock
        self._breaks = [(each.start, each.end) for each in machine.breaks]
        self._taken: list[list[Taken]] = [[] for _ in machine.windows]

    def copy(self) -> "Timeline":
        """Another with the same lots, to try things on."""
        other = Timeline(self.machine, clock=self.clock)
        other._taken = [[*row] for row in self._taken]
        return other

    def add_fixed(self, lot: Lot, *, mode: Mode | None) -> None:
        """A fixed lot may lie across windows; only inside one it is the lot before of the next."""
        for at, window in enumerate(self.machine.windows):
            if lot.start_min < window.end and window.start < lot.end_min:
                inside = window.start <= lot.start_min and lot.end_min <= window.end
                known = mode if inside else None
                taken = Taken(lot.start_min, lot.end_min, lot.id, known, lot.setup_min, lot.quantity, True)
                self.add(taken, window=at)

    def add(self, taken: Taken, *, window: int) -> None:
        row = self._taken[window]
        place = bisect_right(row, (taken.start, taken.end), key=lambda each: (each.start, each.end))
        row.insert(place, taken)

    def taken(self, window: int) -> list[Taken]:
        """What runs in a window, in time order."""
        return self._taken[window]

    def gaps(self, *, window: int, mode: Mode, first: int, least_min: int) -> Iterator[Gap]:
        """Where in a window, from minute `first` on, `least_min` minutes of `mode` may fit.

        Only where the lot after keeps its set-up.
        """
        limits = self.machine.windows[window]
        row = self._taken[window]
        before: Taken | None = None
        run = 0  # pieces of the run that `before` ends
        for after in (*row, None):
            start = limits.start if before is None else max(limits.start, before.end)
            end = limits.end if after is None else after.start
            if end - max(start, first) >= least_min and self._leaves_alone(mode, before=before, after=after):
                setup = self.setup_after(before, mode=mode)
                goes_on = setup == 0 and _same_work(before, mode)
                yield Gap(window, start, end, setup, run if goes_on else None)
            if after is not None:
                run = after.quantity + (run if after.setup == 0 and _same_work(before, after.mode) else 0)
            before = after

    def setup_after(self, before: Taken | None, *, mode: Mode) -> int:
        return setup_minutes(self.machine, before=None if before is None else before.mode, mode=mode)

    def awake(self, minute: int) -> int:
        """The first minute from `minute` on that is in no break."""
        at = bisect_right(self._breaks, minute, key=lambda each: each[0]) - 1
        if at >= 0 and minute < self._breaks[at][1]:
            return self._breaks[at][1]
        return minute

    def run_of(self, lot: LotId, *, window: int) -> list[Taken]:
        """The run (rule 4) that `lot` belongs to."""
        row = self._taken[window]
        first = last = next(number for number, each in enumerate(row) if each.lot == lot)
        mode = row[first].mode
        while first > 0 and row[first].setup == 0 and _same_work(row[first - 1], mode):
            first -= 1
        while last + 1 < len(row) and row[last + 1].setup == 0 and _same_work(row[last + 1], mode):
            last += 1
        return row[first : last + 1]

    def is_next(self, first: LotId, second: LotId, *, window: int) -> bool:
        """Whether `second` is the lot after `first` in a window."""
        lots = [each.lot for each in self._taken[window]]
        at = lots.index(first)
        return lots[at + 1 : at + 2] == [second]

    def can_drop(self, lot: LotId, *, window: int) -> bool:
        """Whether the lot after keeps its set-up when `lot` goes."""
        row = self._taken[window]
        at = next(number for number, each in enumerate(row) if each.lot == lot)
        if at + 1 == len(row) or row[at + 1].fixed:
            return True
        after = row[at + 1]
        assert after.mode is not None
        before = row[at - 1] if at else None
        return (
            not _same_work(after, row[at].mode) and self.setup_after(before, mode=after.mode) == after.setup
        )

    def drop(self, lot: LotId, *, window: int) -> None:
        self._taken[window] = [each for each in self._taken[window] if each.lot != lot]

    def first_window(self, minute: int) -> int:
        """The index of the first window that ends after `minute`."""
        return bisect_right(self.machine.windows, minute, key=lambda each: each.end)

    def is_free(self, start: int, end: int, *, window: int) -> bool:
        """Whether nothing runs in [start, end)."""
        row = self._taken[window]
        at = bisect_left(row, end, key=lambda each: each.start)
        return all(each.end <= start for each in row[:at])

    def _leaves_alone(self, mode: Mode, *, before: Taken | None, after: Taken | None) -> bool:
        """Whether a lot of `mode` between the two changes neither the set-up nor the run of `after`.

        Of lots without length that stand in the same minute, the one placed last comes last.
        """
        if after is not None and after.start == after.end and mode.run_min == 0:
            return False
        if after is None or after.fixed:
            return True
        assert after.mode is not None
        if self.setup_after(Taken(0, 0, LotId(""), mode), mode=after.mode) != after.setup:
            return False
        breaks_run = after.setup == 0 and _same_work(before, after.mode) and not _same_work(after, mode)
        return not breaks_run


def _same_work(taken: Taken | None, mode: Mode | None) -> bool:
    """Whether what runs is of the product and operation of `mode`."""
    if taken is None or taken.mode is None or mode is None:
        return False
    return (taken.mode.product, taken.mode.operation) == (mode.product, mode.operation)
