"""The hours of each state and the starts of each UTC day."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from telemetry.intervals import Interval, clip, split_at_midnights
from telemetry.observations import DeviceName, Execution, Kind, Observation
from telemetry.states import MachineState, advance, open_interval

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotal:
    """`times` are pairs (state, time in it), states in alphabetical order; time before the first value is in none.

    `num_active_starts` counts the ACTIVE values whose effective time lies in the day.
    """

    device: DeviceName
    day: date
    times: tuple[tuple[str, timedelta], ...]
    num_active_starts: int


def total_days(
    observations: Iterable[Observation], *, device: DeviceName, starts_at: datetime, ends_at: datetime
) -> tuple[DayTotal, ...]:
    """The days that touch `[starts_at, ends_at)` and have a state, in order; the last value holds to the end.

    Execution values in arrival order are wanted; others are passed over. Memory grows with the number of
    days, not with that of observations.
    """
    times: dict[date, Counter[str]] = defaultdict(Counter)
    starts: Counter[date] = Counter()
    state = MachineState(device=device)

    def add(intervals: Iterable[Interval]) -> None:
        for day, piece in split_at_midnights(clip(intervals, starts_at=starts_at, ends_at=ends_at)):
            times[day][piece.state] += piece.duration // _MICROSECOND

    for observation in observations:
        if observation.kind is not Kind.EXECUTION:
            continue
        state, closed = advance(state, observation)
        add(closed)
        at = state.effective_at
        if observation.value == Execution.ACTIVE and at and starts_at <= at < ends_at:
            starts[at.astimezone(UTC).date()] += 1
    add(open_interval(state, ends_at=ends_at))
    return tuple(
        DayTotal(
            device=device,
            day=day,
            times=tuple((name, times[day][name] * _MICROSECOND) for name in sorted(times[day])),
            num_active_starts=starts[day],
        )
        for day in sorted(times)
    )
