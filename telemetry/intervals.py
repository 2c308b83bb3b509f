"""Stretches of time in one state, and the three numbers shown of them: cutting, idle, off."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from telemetry.observations import UNAVAILABLE, Execution

SILENT = "SILENT"  # was heard once, but not within the heartbeat limit, or has not said its state since
NEVER_CONNECTED = "NEVER_CONNECTED"


class Activity(StrEnum):
    """What a screen shows: three numbers, and two texts that are no zeros."""

    CUTTING = "cutting"
    IDLE = "idle"  # powered, not cutting
    OFF = "off"
    SILENT = "silent"
    NEVER_CONNECTED = "never connected"


_ACTIVITY = {
    Execution.ACTIVE: Activity.CUTTING,
    UNAVAILABLE: Activity.OFF,
    SILENT: Activity.SILENT,
    NEVER_CONNECTED: Activity.NEVER_CONNECTED,
}


class IntervalInvalid(ValueError):
    """A stretch of time is empty, runs backwards or has no time zone."""

    code = "telemetry:interval-invalid"

    def __init__(self, *, starts_at: datetime, ends_at: datetime) -> None:
        super().__init__(
            f"[{starts_at}, {ends_at}) is no interval: it must end after it starts, in a time zone"
        )
        self.starts_at = starts_at
        self.ends_at = ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Half-open `[starts_at, ends_at)`, never empty; `state` is an execution value, SILENT or NEVER_CONNECTED."""

    state: str
    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None or self.starts_at >= self.ends_at:
            raise IntervalInvalid(starts_at=self.starts_at, ends_at=self.ends_at)

    @property
    def duration(self) -> timedelta:
        return self.ends_at - self.starts_at

    @property
    def activity(self) -> Activity:
        return activity_of(self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTotals:
    """Time in each activity; together they are the length of what was summed."""

    cutting: timedelta = timedelta(0)
    idle: timedelta = timedelta(0)
    off: timedelta = timedelta(0)
    silent: timedelta = timedelta(0)
    never_connected: timedelta = timedelta(0)


def activity_of(state: str) -> Activity:
    """A state in a vocabulary nobody here has seen is a powered machine that is not cutting."""
    return _ACTIVITY.get(state, Activity.IDLE)


def total_activities(intervals: Iterable[Interval]) -> ActivityTotals:
    totals = dict.fromkeys(Activity, timedelta(0))
    for interval in intervals:
        totals[interval.activity] += interval.duration
    return ActivityTotals(**{activity.name.lower(): total for activity, total in totals.items()})


def clip(intervals: Iterable[Interval], *, starts_at: datetime, ends_at: datetime) -> Iterator[Interval]:
    """What lies within `[starts_at, ends_at)`, in the order given."""
    for interval in intervals:
        first, last = max(interval.starts_at, starts_at), min(interval.ends_at, ends_at)
        if first < last:
            yield Interval(state=interval.state, starts_at=first, ends_at=last)


def split_at_midnights(intervals: Iterable[Interval]) -> Iterator[tuple[date, Interval]]:
    """Each piece with its UTC day."""
    for interval in intervals:
        starts_at = interval.starts_at.astimezone(UTC)
        while starts_at < interval.ends_at:
            day = starts_at.date()
            ends_at = min(interval.ends_at, datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC))
            yield day, Interval(state=interval.state, starts_at=starts_at, ends_at=ends_at)
            starts_at = ends_at
