"""How far what a device said reaches, by the two clocks of docs/decisions/0004."""

from datetime import datetime, timedelta

from marketplace.common import clock
from marketplace.machines.models import DeviceState
from telemetry.intervals import SILENT

# An edge agent stores 72 hours; stamps further behind their receipt come from a recording.
RECORDED_AFTER = timedelta(days=4)


def silence_span(limit_s: int) -> timedelta:
    """The business time that passes in a silence limit of `limit_s` real seconds; never less than that many."""
    return timedelta(seconds=limit_s * max(clock.speed(), 1.0))


def is_recorded(stamp: datetime, *, now: datetime) -> bool:
    """True if something stamped so and received at business time `now` is played from a recording."""
    return now - stamp > RECORDED_AFTER


def is_silent(state: DeviceState, *, limit_s: int, real_now: datetime) -> bool:
    """Nothing came for the limit, by the real clock."""
    return real_now - state.received_at > timedelta(seconds=limit_s)


def evidence_ends(state: DeviceState, *, limit_s: int, now: datetime, real_now: datetime) -> datetime:
    """The business time up to which the device's last state counts, at most `now`."""
    if state.state == SILENT:
        return now
    talks_now = not is_silent(state, limit_s=limit_s, real_now=real_now) and not is_recorded(
        state.heard_at, now=now
    )
    return now if talks_now else min(now, max(state.since, state.heard_at + silence_span(limit_s)))
