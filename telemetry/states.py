"""The state of a machine, observation by observation: the same steps for a live source and a replay.

State follows arrival order. Effective time = max(previous effective time of the same data item, stamp), so a
snapshot's old value never becomes "now". Silence past the heartbeat limit ends the state: judged by the
source's own times, so that a backlog delivered late fills the gap it left.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from telemetry.intervals import NEVER_CONNECTED, SILENT, Activity, Interval, activity_of, clip
from telemetry.observations import UNAVAILABLE, DeviceName, Kind, Observation

HEARTBEAT_LIMIT = timedelta(minutes=3)  # for live sources: they report at least once a minute


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineState:
    """What must be remembered of a device between two observations.

    `state` holds since `since` and has not ended yet; `effective_at` is the effective time of the last execution
    value; `heard_at` the latest time for which there is a sign of life, never later than its receipt. They are
    None before the first value or sign of life.
    """

    device: DeviceName
    state: str = NEVER_CONNECTED
    since: datetime | None = None
    effective_at: datetime | None = None
    heard_at: datetime | None = None
    is_available: bool = True


Step = tuple[MachineState, tuple[Interval, ...]]


def effective_time(previous: datetime | None, observation: Observation) -> datetime:
    """`previous` is the effective time of the same data item's last value in arrival order, if any."""
    return observation.dated_at if previous is None else max(previous, observation.dated_at)


def advance(state: MachineState, observation: Observation, *, silence_after: timedelta | None = None) -> Step:
    """The state after the observation, and the intervals it closes, in order.

    Each observation is wanted once (see `Observation.identity`), in arrival order. `silence_after` is the
    heartbeat limit in the source's time, None for a recording, where the agent itself writes UNAVAILABLE.
    After a call with an execution value, `effective_at` of the new state is that value's effective time.
    A sign of life that is no execution value keeps a state alive, but does not bring back one that has ended.
    """
    if observation.kind is Kind.EXECUTION:
        return _take_execution(state, observation, silence_after=silence_after)
    state, closed = _listen(state, observation, silence_after=silence_after)
    if observation.kind is Kind.AVAILABILITY:
        state = replace(state, is_available=observation.value != UNAVAILABLE)
    return state, closed


def confirm(state: MachineState, *, value: str, at: datetime, silence_after: timedelta | None = None) -> Step:
    """The source, asked, says that at `at` its execution value still is `value` (an agent's answer does so).

    `value` is the last one taken, `at` the source's clock, not later than its receipt. Brings back a state that
    silence had ended, from `at` on; an `at` not later than the last sign of life changes nothing.
    """
    if state.heard_at is None or at <= state.heard_at or state.effective_at is None:
        return state, ()
    state, closed = _end_by_silence(state, at=at, silence_after=silence_after)
    if state.state == SILENT:
        closed += open_interval(state, ends_at=at)
        state = replace(state, state=value, since=at)
    return replace(state, heard_at=at), closed


def open_interval(state: MachineState, *, ends_at: datetime) -> tuple[Interval, ...]:
    """What holds since `state.since`, up to `ends_at`: one interval, or none."""
    if state.since is None or state.since >= ends_at:
        return ()
    return (Interval(state=state.state, starts_at=state.since, ends_at=ends_at),)


def activity_at(
    state: MachineState, *, now: datetime, silence_after: timedelta | None = HEARTBEAT_LIMIT
) -> Activity:
    """What to show now: a machine that says it is unavailable is off, whatever its last execution value."""
    state, _ = _end_by_silence(state, at=now, silence_after=silence_after)
    activity = activity_of(state.state)
    if activity in (Activity.CUTTING, Activity.IDLE) and not state.is_available:
        return Activity.OFF
    return activity


def cover(
    closed: Iterable[Interval],
    state: MachineState,
    *,
    starts_at: datetime,
    ends_at: datetime,
    silence_after: timedelta | None = None,
) -> tuple[Interval, ...]:
    """The window `[starts_at, ends_at)` without gap: sorted, disjoint, its durations sum to the window.

    `closed` are all intervals closed so far that touch the window, in order; `state` is what holds after them.
    Time before the first value is NEVER_CONNECTED.
    """
    intervals = [*closed]
    last, by_silence = _end_by_silence(state, at=ends_at, silence_after=silence_after)
    intervals += [*by_silence, *open_interval(last, ends_at=ends_at)]
    first_at = min(intervals[0].starts_at, ends_at) if intervals else ends_at
    if starts_at < first_at:
        intervals.insert(0, Interval(state=NEVER_CONNECTED, starts_at=starts_at, ends_at=first_at))
    return tuple(clip(intervals, starts_at=starts_at, ends_at=ends_at))


def timeline(
    observations: Iterable[Observation],
    *,
    device: DeviceName,
    starts_at: datetime,
    ends_at: datetime,
    silence_after: timedelta | None = None,
) -> tuple[Interval, ...]:
    """The window `[starts_at, ends_at)` of one device, as `cover`, from its observations in arrival order."""
    state = MachineState(device=device)
    intervals: list[Interval] = []
    for observation in observations:
        state, closed = advance(state, observation, silence_after=silence_after)
        intervals += closed
    return cover(intervals, state, starts_at=starts_at, ends_at=ends_at, silence_after=silence_after)


def _take_execution(
    state: MachineState, observation: Observation, *, silence_after: timedelta | None
) -> Step:
    at = effective_time(state.effective_at, observation)
    state, closed = _end_by_silence(state, at=at, silence_after=silence_after)
    if state.since is not None and state.effective_at is not None:
        at = max(at, state.since)  # time before `since` has been closed
    if observation.value != state.state:
        closed += open_interval(state, ends_at=at)
        state = replace(state, state=observation.value, since=at)
    return replace(state, effective_at=at, heard_at=_heard_at(state, observation, at=at)), closed


def _listen(state: MachineState, observation: Observation, *, silence_after: timedelta | None) -> Step:
    at = observation.dated_at
    if state.heard_at is None:
        return replace(state, state=SILENT, since=at, heard_at=_heard_at(state, observation, at=at)), ()
    state, closed = _end_by_silence(state, at=at, silence_after=silence_after)
    heard_at = _heard_at(state, observation, at=at)
    return state if heard_at == state.heard_at else replace(state, heard_at=heard_at), closed


def _end_by_silence(state: MachineState, *, at: datetime, silence_after: timedelta | None) -> Step:
    """Where more than `silence_after` passed unheard before `at`, the state ended when the limit did."""
    if silence_after is None or state.heard_at is None or state.state == SILENT:
        return state, ()
    silent_from = state.heard_at + silence_after
    if state.since is not None:
        silent_from = max(silent_from, state.since)  # a clock ahead of ours dates a state after it was heard
    if at <= silent_from:
        return state, ()
    return replace(state, state=SILENT, since=silent_from), open_interval(state, ends_at=silent_from)


def _heard_at(state: MachineState, observation: Observation, *, at: datetime) -> datetime:
    """No sign of life is later than its receipt: a fast clock must not hide a silence."""
    heard_at = at if observation.received_at is None else min(at, observation.received_at)
    return heard_at if state.heard_at is None else max(state.heard_at, heard_at)
