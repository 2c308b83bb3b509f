"""When a machine is idle again and again: what its owner could offer every week. Pure.

Time is cut into half hours by the local clock. A half hour counts as idle if the machine was powered and did not
cut for nine tenths of it; silence and the time before a machine was connected are not counted at all.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from telemetry.intervals import Activity, Interval

SLOT = timedelta(minutes=30)
SLOTS_A_DAY = 48
LEAST_SLOTS = 4  # two hours: less is not worth a set-up
IDLE_SHARE = 0.9  # of a half hour
HABIT_SHARE = 0.75  # of the weeks that were watched
UNKNOWN = (Activity.SILENT, Activity.NEVER_CONNECTED)

Slot = tuple[int, int]  # weekday (0 is Monday), number of the half hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """Idle on this weekday from `starts` to `ends` (00:00 is midnight) in `num_idle` of `num_weeks` watched weeks."""

    weekday: int
    starts: time
    ends: time
    num_idle: int
    num_weeks: int

    @property
    def num_slots(self) -> int:
        end = _minutes(self.ends) or 1440
        return (end - _minutes(self.starts)) // 30


def idle_habits(
    intervals: Iterable[Interval], *, zone: str, offered: Iterable[tuple[int, time, time]]
) -> list[Habit]:
    """The longest first. `intervals` are sorted and disjoint; `offered` (weekday, from, to) is left out."""
    idle, watched = _count(intervals, ZoneInfo(zone))
    taken = {slot for hours in offered for slot in _slots_of(*hours)}
    good = {
        slot for slot, weeks in watched.items() if idle[slot] / weeks >= HABIT_SHARE and slot not in taken
    }
    habits = [habit for weekday in range(7) for habit in _joined(weekday, good, idle=idle, watched=watched)]
    return sorted(habits, key=lambda one: (-one.num_slots, one.weekday, one.starts))


def _count(intervals: Iterable[Interval], zone: ZoneInfo) -> tuple[Counter[Slot], Counter[Slot]]:
    """How often each half hour of the week was idle, and how often it was watched from start to end."""
    seconds: dict[datetime, list[float]] = {}
    for interval in intervals:
        if interval.activity in UNKNOWN:
            continue
        for start, spent in _pieces(interval):
            known_idle = seconds.setdefault(start, [0.0, 0.0])
            known_idle[0] += spent
            known_idle[1] += spent if interval.activity is Activity.IDLE else 0.0
    idle: Counter[Slot] = Counter()
    watched: Counter[Slot] = Counter()
    for start, (known, unused) in seconds.items():
        if known < SLOT.total_seconds() * IDLE_SHARE:
            continue
        local = start.astimezone(zone)
        slot = (local.weekday(), (local.hour * 60 + local.minute) // 30)
        watched[slot] += 1
        idle[slot] += unused >= SLOT.total_seconds() * IDLE_SHARE
    return idle, watched


def _pieces(interval: Interval) -> Iterator[tuple[datetime, float]]:
    """The half hours an interval touches, each with its seconds in it."""
    at = interval.starts_at
    while at < interval.ends_at:
        start = at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)
        end = min(start + SLOT, interval.ends_at)
        yield start, (end - at).total_seconds()
        at = end


def _joined(weekday: int, good: set[Slot], *, idle: Counter[Slot], watched: Counter[Slot]) -> Iterator[Habit]:
    first = None
    for number in range(SLOTS_A_DAY + 1):
        if (weekday, number) in good:
            first = number if first is None else first
            continue
        if first is not None and number - first >= LEAST_SLOTS:
            slots = [(weekday, one) for one in range(first, number)]
            yield Habit(
                weekday=weekday,
                starts=_time(first),
                ends=_time(number % SLOTS_A_DAY),
                num_idle=min(idle[slot] for slot in slots),
                num_weeks=max(watched[slot] for slot in slots),
            )
        first = None


def _slots_of(weekday: int, starts: time, ends: time) -> Iterator[Slot]:
    """The half hours that hours touch; those over midnight go on into the next day."""
    first, end = _minutes(starts), _minutes(ends)
    if end <= first:
        end += 1440
    for number in range(first // 30, -(-end // 30)):
        yield (weekday + number // SLOTS_A_DAY) % 7, number % SLOTS_A_DAY


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _time(number: int) -> time:
    return time(number // 2, number % 2 * 30)
