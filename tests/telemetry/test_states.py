from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.intervals import NEVER_CONNECTED, SILENT, Activity, Interval, IntervalInvalid, total_activities
from telemetry.observations import Kind
from telemetry.states import MachineState, activity_at, advance, confirm, cover, effective_time, timeline
from tests.telemetry.samples import NOON, an_observation, at, spans

LIMIT = timedelta(minutes=3)


def _timeline(*observations, start=0, end=60, silence_after=None):
    return timeline(
        observations, device="Lathe", starts_at=at(start), ends_at=at(end), silence_after=silence_after
    )


def _after(*observations, silence_after=None):
    state = MachineState(device="Lathe")
    for observation in observations:
        state, _ = advance(state, observation, silence_after=silence_after)
    return state


def test_a_state_holds_from_its_stamp_until_the_next_value():
    intervals = _timeline(an_observation("READY", 10), an_observation("ACTIVE", 25))

    assert spans(intervals) == [(NEVER_CONNECTED, 0, 10), ("READY", 10, 25), ("ACTIVE", 25, 60)]


def test_state_follows_arrival_not_stamps():
    """The adapter's clock runs ahead: its STOPPED is stamped after the agent's UNAVAILABLE that arrives later."""
    intervals = _timeline(an_observation("STOPPED", 20), an_observation("UNAVAILABLE", 19.8))

    assert spans(intervals) == [(NEVER_CONNECTED, 0, 20), ("UNAVAILABLE", 20, 60)]


def test_the_old_value_of_a_snapshot_does_not_become_now():
    intervals = _timeline(an_observation("READY", -27 * 24 * 60), start=0, end=60)

    assert spans(intervals) == [("READY", 0, 60)]
    assert _after(an_observation("READY", -100, received_at=at(50))).since == at(-100)


def test_the_same_value_again_goes_on_with_the_interval():
    intervals = _timeline(
        an_observation("ACTIVE", 0), an_observation("ACTIVE", 1), an_observation("READY", 2)
    )

    assert spans(intervals) == [("ACTIVE", 0, 2), ("READY", 2, 60)]


def test_effective_time_never_runs_back():
    assert effective_time(at(5), an_observation(minute=3)) == at(5)
    assert effective_time(at(5), an_observation(minute=7)) == at(7)
    assert effective_time(None, an_observation(minute=3)) == at(3)


def test_silence_past_the_limit_ends_the_state_when_the_limit_ends():
    intervals = _timeline(
        an_observation("ACTIVE", 0), an_observation("ACTIVE", 10), silence_after=LIMIT, end=12
    )

    assert spans(intervals) == [("ACTIVE", 0, 3), (SILENT, 3, 10), ("ACTIVE", 10, 12)]


def test_silence_at_the_limit_exactly_ends_nothing():
    intervals = _timeline(an_observation("ACTIVE", 0), an_observation("READY", 3), silence_after=LIMIT, end=5)

    assert spans(intervals) == [("ACTIVE", 0, 3), ("READY", 3, 5)]


def test_a_source_that_stopped_speaking_is_silent_to_the_end_of_the_window():
    assert spans(_timeline(an_observation("READY", 0), silence_after=LIMIT)) == [
        ("READY", 0, 3),
        (SILENT, 3, 60),
    ]


def test_a_count_keeps_a_state_alive():
    counts = [an_observation("7", minute, item="count", kind=Kind.COUNT) for minute in (2, 4, 6)]
    intervals = _timeline(an_observation("ACTIVE", 0), *counts, silence_after=LIMIT, end=7)

    assert spans(intervals) == [("ACTIVE", 0, 7)]


def test_a_count_does_not_bring_back_a_state_that_silence_ended():
    count = an_observation("7", 10, item="count", kind=Kind.COUNT)
    intervals = _timeline(
        an_observation("READY", 0), count, an_observation("ACTIVE", 11), silence_after=LIMIT, end=12
    )

    assert spans(intervals) == [("READY", 0, 3), (SILENT, 3, 11), ("ACTIVE", 11, 12)]


def test_a_late_backlog_fills_the_gap_it_left():
    """Nothing was received for an hour, but the source kept a message a minute and delivers them all."""
    backlog = [an_observation("ACTIVE", minute, received_at=at(60)) for minute in range(0, 60, 2)]

    assert spans(_timeline(*backlog, silence_after=LIMIT)) == [("ACTIVE", 0, 60)]


def test_an_agent_that_answers_again_brings_its_state_back():
    state = _after(an_observation("READY", 0))

    state, closed = confirm(state, value="READY", at=at(10), silence_after=LIMIT)

    assert spans(closed) == [("READY", 0, 3), (SILENT, 3, 10)]
    assert spans(cover(closed, state, starts_at=at(0), ends_at=at(11))) == [*spans(closed), ("READY", 10, 11)]


def test_an_agent_that_answers_in_time_changes_nothing_but_the_sign_of_life():
    before = _after(an_observation("READY", 0))

    after, closed = confirm(before, value="READY", at=at(2), silence_after=LIMIT)

    assert closed == ()
    assert (after.state, after.since, after.heard_at) == ("READY", at(0), at(2))
    assert confirm(after, value="READY", at=at(1), silence_after=LIMIT) == (after, ())


def test_a_confirmation_before_any_state_changes_nothing():
    unheard = MachineState(device="Lathe")

    assert confirm(unheard, value="READY", at=at(2), silence_after=LIMIT) == (unheard, ())


def test_a_device_that_never_said_its_state_is_silent_not_idle():
    state = _after(an_observation("7", 0, item="count", kind=Kind.COUNT))

    assert activity_at(state, now=at(1)) is Activity.SILENT


def test_the_first_state_counts_from_its_own_stamp_whatever_was_heard_before_it():
    sign = an_observation("AVAILABLE", 30, item="avail", kind=Kind.AVAILABILITY)
    intervals = _timeline(sign, an_observation("READY", 10), start=0, end=60)

    assert spans(intervals) == [(NEVER_CONNECTED, 0, 10), ("READY", 10, 60)]


def test_a_late_value_cannot_reach_back_behind_what_is_closed():
    count = an_observation("7", 20, item="count", kind=Kind.COUNT)
    late = an_observation("ACTIVE", 1)
    intervals = _timeline(an_observation("READY", 0), count, late, silence_after=LIMIT, end=21)

    assert spans(intervals) == [("READY", 0, 3), ("ACTIVE", 3, 21)]


@pytest.mark.parametrize(
    ("observations", "minute", "shown"),
    [
        ([], 1, Activity.NEVER_CONNECTED),
        ([("ACTIVE", 0)], 1, Activity.CUTTING),
        ([("READY", 0)], 1, Activity.IDLE),
        ([("FEED_HOLD", 0)], 1, Activity.IDLE),
        ([("BUSY-IN-ANOTHER-VOCABULARY", 0)], 1, Activity.IDLE),
        ([("READY", 0), ("UNAVAILABLE", 1)], 2, Activity.OFF),
        ([("READY", 0)], 3, Activity.IDLE),
        ([("READY", 0)], 3.01, Activity.SILENT),
    ],
)
def test_what_is_shown_now(observations, minute, shown):
    state = _after(*(an_observation(value, stamp) for value, stamp in observations))

    assert activity_at(state, now=at(minute), silence_after=LIMIT) is shown


def test_a_machine_that_is_not_available_is_off_whatever_it_last_did():
    gone = an_observation("UNAVAILABLE", 1, item="avail", kind=Kind.AVAILABILITY)
    back = an_observation("AVAILABLE", 2, item="avail", kind=Kind.AVAILABILITY)

    assert activity_at(_after(an_observation("READY", 0), gone), now=at(2)) is Activity.OFF
    assert activity_at(_after(an_observation("READY", 0), gone, back), now=at(3)) is Activity.IDLE


def test_a_stamp_from_the_far_future_counts_from_its_receipt():
    wrong = an_observation("ACTIVE", 60 * 24 * 365, received_at=at(5))
    right = an_observation("READY", 6, received_at=at(6))

    assert spans(_timeline(wrong, right, start=5, end=7)) == [("ACTIVE", 5, 6), ("READY", 6, 7)]


def test_a_clock_a_little_ahead_is_believed_but_does_not_hide_a_silence():
    state = _after(an_observation("READY", 2, received_at=at(0)))

    assert state.since == at(2)
    assert activity_at(state, now=at(3.1), silence_after=LIMIT) is Activity.SILENT


def test_an_empty_interval_is_refused():
    with pytest.raises(IntervalInvalid) as refused:
        Interval(state="READY", starts_at=NOON, ends_at=NOON)

    assert refused.value.starts_at == NOON


# Stamps in and around the window, in any order; few values, so that some repeat.
_VALUES = st.sampled_from(["ACTIVE", "READY", "UNAVAILABLE"])
_KINDS = st.sampled_from([Kind.EXECUTION, Kind.EXECUTION, Kind.COUNT, Kind.AVAILABILITY])
_OBSERVATIONS = st.lists(st.tuples(_VALUES, st.integers(-30, 90), _KINDS), max_size=25)
_LIMITS = st.sampled_from([None, LIMIT, timedelta(minutes=20)])


def _built(drawn):
    return [an_observation(value, minute, item=kind.value, kind=kind) for value, minute, kind in drawn]


@given(drawn=_OBSERVATIONS, limit=_LIMITS)
def test_intervals_are_sorted_disjoint_and_cover_the_window(drawn, limit):
    intervals = _timeline(*_built(drawn), silence_after=limit)

    assert intervals[0].starts_at == at(0)
    assert intervals[-1].ends_at == at(60)
    for before, after in pairwise(intervals):
        assert before.ends_at == after.starts_at


@given(drawn=_OBSERVATIONS, limit=_LIMITS)
def test_the_activities_sum_to_the_window(drawn, limit):
    totals = total_activities(_timeline(*_built(drawn), silence_after=limit))

    parts = (totals.cutting, totals.idle, totals.off, totals.silent, totals.never_connected)
    assert sum(parts, timedelta(0)) == timedelta(minutes=60)


@given(drawn=_OBSERVATIONS, limit=_LIMITS)
def test_closed_intervals_never_overlap_however_late_the_values_come(drawn, limit):
    """What ingest stores one by one, under a constraint that forbids overlaps."""
    state, stored = MachineState(device="Lathe"), []
    for observation in _built(drawn):
        state, closed = advance(state, observation, silence_after=limit)
        stored += closed
    for before, after in pairwise(stored):
        assert before.ends_at <= after.starts_at
    if stored:
        assert stored[-1].ends_at <= state.since


@given(drawn=_OBSERVATIONS, cut=st.integers(0, 25), limit=_LIMITS)
def test_stopping_and_going_on_later_gives_the_same_intervals(drawn, cut, limit):
    """The state is all that must be remembered: ingest may restart between any two observations."""
    observations = _built(drawn)
    state, stored = MachineState(device="Lathe"), []
    for part in (observations[:cut], observations[cut:]):
        state = MachineState(**{name: getattr(state, name) for name in state.__dataclass_fields__})
        for observation in part:
            state, closed = advance(state, observation, silence_after=limit)
            stored += closed
    covered = cover(stored, state, starts_at=at(0), ends_at=at(60), silence_after=limit)

    assert covered == _timeline(*observations, silence_after=limit)
