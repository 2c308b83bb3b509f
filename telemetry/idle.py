"""From states to sellable time: idle windows = offered − taken, corrected by what telemetry shows now.

Finding the idle hours a machine has again and again (`idle_gaps` over weeks) is the detector's ground; it
proposes, the owner offers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from telemetry.evidence import Rung, usable_pct
from telemetry.intervals import Activity, Interval

_MINUTE = timedelta(minutes=1)


class PeriodInvalid(ValueError):
    """A period is empty, runs backwards or has no time zone."""

    code = "idle:period-invalid"

    def __init__(self, *, starts_at: datetime, ends_at: datetime) -> None:
        super().__init__(
            f"[{starts_at}, {ends_at}) is no period: it must end after it starts, in a time zone"
        )
        self.starts_at = starts_at
        self.ends_at = ends_at


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Period:
    """Half-open `[starts_at, ends_at)`, never empty."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None or self.starts_at >= self.ends_at:
            raise PeriodInvalid(starts_at=self.starts_at, ends_at=self.ends_at)

    @property
    def whole_min(self) -> int:
        """Whole minutes, rounded down."""
        return (self.ends_at - self.starts_at) // _MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a machine now. `seen_at` is its last sign of life, at R0 the owner's declaration.

    `activity` is None at R0, where nothing is observed.
    """

    rung: Rung
    activity: Activity | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleWindow:
    """Sellable time. Of its length only `usable_min` whole minutes may be planned on, `usable_pct` percent of it."""

    period: Period
    usable_pct: int
    usable_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """Time that is offered and not taken, but not idle capacity; `activity` is why, None for stale evidence."""

    period: Period
    activity: Activity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleCapacity:
    """Sorted and disjoint; windows and withheld together are the offered and not taken time from now on."""

    windows: tuple[IdleWindow, ...]
    withheld: tuple[Withheld, ...]


def idle_capacity(
    *, offered: Iterable[Period], taken: Iterable[Period], evidence: Evidence, now: datetime
) -> IdleCapacity:
    """`taken` are bookings, holds, own jobs and maintenance.

    A machine that is off, silent, never connected or cutting now is no idle capacity in the free window that
    is running now, to the window's end: the owner has to come back to it first. Later windows count, discounted
    by rung and age. Stale evidence makes no window at all.
    """
    free = tuple(_from(now, subtract(offered, taken)))
    if evidence.seen_at is None:
        withheld = tuple(Withheld(period=period, activity=evidence.activity) for period in free)
        return IdleCapacity(windows=(), withheld=withheld)
    share_pct = usable_pct(evidence.rung, age_min=max(0, (now - evidence.seen_at) // _MINUTE))
    if share_pct == 0:
        return IdleCapacity(
            windows=(), withheld=tuple(Withheld(period=period, activity=None) for period in free)
        )
    is_ready = evidence.activity in (Activity.IDLE, None)
    running = () if is_ready else tuple(period for period in free if period.starts_at == now)
    return IdleCapacity(
        windows=tuple(
            IdleWindow(period=period, usable_pct=share_pct, usable_min=period.whole_min * share_pct // 100)
            for period in free
            if period not in running
        ),
        withheld=tuple(Withheld(period=period, activity=evidence.activity) for period in running),
    )


def subtract(offered: Iterable[Period], taken: Iterable[Period]) -> tuple[Period, ...]:
    """The offered time that is not taken: sorted, disjoint, adjacent offers joined. Both may overlap themselves."""
    free = []
    holes = join(taken)
    for window in join(offered):
        starts_at = window.starts_at
        for hole in holes:
            if hole.ends_at <= starts_at or hole.starts_at >= window.ends_at:
                continue
            if starts_at < hole.starts_at:
                free.append(Period(starts_at=starts_at, ends_at=hole.starts_at))
            starts_at = hole.ends_at
        if starts_at < window.ends_at:
            free.append(Period(starts_at=starts_at, ends_at=window.ends_at))
    return tuple(free)


def join(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Sorted and disjoint, what overlaps or touches made one."""
    joined: list[Period] = []
    for period in sorted(periods):
        if joined and period.starts_at <= joined[-1].ends_at:
            last = joined.pop()
            period = Period(starts_at=last.starts_at, ends_at=max(last.ends_at, period.ends_at))
        joined.append(period)
    return tuple(joined)


def idle_gaps(intervals: Sequence[Interval], *, at_least: timedelta) -> tuple[Period, ...]:
    """The stretches in which a machine was powered and did not cut, whatever it called that, and long enough.

    `intervals` sorted and disjoint. Off, silent and never connected are no idle time.
    """
    idle = [
        Period(starts_at=interval.starts_at, ends_at=interval.ends_at)
        for interval in intervals
        if interval.activity is Activity.IDLE
    ]
    return tuple(gap for gap in join(idle) if gap.ends_at - gap.starts_at >= at_least)


def _from(now: datetime, periods: Iterable[Period]) -> Iterable[Period]:
    for period in periods:
        if period.ends_at > now:
            yield Period(starts_at=max(period.starts_at, now), ends_at=period.ends_at)
