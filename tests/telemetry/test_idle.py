from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.evidence import AgeInvalid, Rung, usable_pct
from telemetry.idle import Evidence, Period, PeriodInvalid, idle_capacity, idle_gaps, join, subtract
from telemetry.intervals import Activity, Interval
from tests.telemetry.samples import NOON, at


def a_period(start, end):
    return Period(starts_at=at(start), ends_at=at(end))


def an_interval(state, start, end):
    return Interval(state=state, starts_at=at(start), ends_at=at(end))


def some_evidence(activity=Activity.IDLE, seen=0, rung=Rung.CONTROLLER):
    return Evidence(rung=rung, activity=activity, seen_at=None if seen is None else at(seen))


def _capacity(evidence, offered=((0, 100), (200, 300)), taken=(), now=0):
    return idle_capacity(
        offered=[a_period(*each) for each in offered],
        taken=[a_period(*each) for each in taken],
        evidence=evidence,
        now=at(now),
    )


def _windows(capacity):
    return [(window.period, window.usable_min) for window in capacity.windows]


def test_what_is_taken_is_not_idle():
    capacity = _capacity(some_evidence(), offered=[(0, 100)], taken=[(20, 40), (90, 200)])

    assert _windows(capacity) == [(a_period(0, 20), 19), (a_period(40, 90), 47)]


def test_what_has_passed_is_not_idle():
    capacity = _capacity(some_evidence(seen=50), now=50)

    assert [window.period for window in capacity.windows] == [a_period(50, 100), a_period(200, 300)]


@pytest.mark.parametrize(
    "activity", [Activity.OFF, Activity.SILENT, Activity.CUTTING, Activity.NEVER_CONNECTED], ids=str
)
def test_a_machine_that_does_not_stand_ready_now_is_no_capacity_in_the_window_that_runs(activity):
    capacity = _capacity(some_evidence(activity, seen=50), now=50)

    assert [window.period for window in capacity.windows] == [a_period(200, 300)]
    assert [(held.period, held.activity) for held in capacity.withheld] == [(a_period(50, 100), activity)]


def test_an_off_machine_keeps_its_later_windows_where_none_runs_now():
    capacity = _capacity(some_evidence(Activity.OFF, seen=150), now=150)

    assert [window.period for window in capacity.windows] == [a_period(200, 300)]
    assert capacity.withheld == ()


def test_stale_evidence_is_never_idle_capacity():
    capacity = _capacity(some_evidence(seen=-7 * 24 * 60))

    assert capacity.windows == ()
    assert [held.period for held in capacity.withheld] == [a_period(0, 100), a_period(200, 300)]


def test_a_machine_never_heard_of_is_no_capacity():
    capacity = _capacity(some_evidence(Activity.NEVER_CONNECTED, seen=None))

    assert capacity.windows == ()
    assert {held.activity for held in capacity.withheld} == {Activity.NEVER_CONNECTED}


def test_a_declared_calendar_counts_half():
    capacity = _capacity(some_evidence(None, rung=Rung.DECLARED), offered=[(0, 101)])

    assert _windows(capacity) == [(a_period(0, 101), 50)]


def test_evidence_from_the_future_counts_as_fresh():
    assert _capacity(some_evidence(seen=1)).windows[0].usable_pct == 95


@pytest.mark.parametrize("rung", Rung)
def test_trust_falls_with_age_to_nothing(rung):
    shares = [usable_pct(rung, age_min=age) for age in range(0, 100 * 24 * 60, 600)]

    assert shares[0] > 0
    assert shares[-1] == 0
    assert shares == sorted(shares, reverse=True)


def test_each_rung_is_believed_more_than_the_one_below():
    shares = [usable_pct(rung, age_min=0) for rung in Rung]

    assert shares == sorted(set(shares))


def test_trust_falls_in_a_straight_line():
    """R4: 95 % up to an hour, 0 at 7 days = 10080 min; half-way, at 5070 min, 47.5 rounded down."""
    assert [usable_pct(Rung.CONTROLLER, age_min=age) for age in (60, 5070, 10079, 10080)] == [95, 47, 0, 0]


def test_a_negative_age_is_refused():
    with pytest.raises(AgeInvalid):
        usable_pct(Rung.CONTROLLER, age_min=-1)


def test_an_empty_period_is_refused():
    with pytest.raises(PeriodInvalid):
        Period(starts_at=NOON, ends_at=NOON)


def test_gaps_join_whatever_the_machine_calls_standing_idle():
    intervals = [
        an_interval("ACTIVE", 0, 10),
        an_interval("READY", 10, 40),
        an_interval("FEED_HOLD", 40, 75),
        an_interval("ACTIVE", 75, 80),
        an_interval("STOPPED", 80, 90),
        an_interval("UNAVAILABLE", 90, 900),
        an_interval("SILENT", 900, 2000),
    ]

    assert idle_gaps(intervals, at_least=timedelta(minutes=60)) == (a_period(10, 75),)
    assert idle_gaps(intervals, at_least=timedelta(minutes=10)) == (a_period(10, 75), a_period(80, 90))


_PERIODS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 15)).map(lambda each: a_period(each[0], each[0] + each[1])),
    max_size=12,
)


def _minutes(periods):
    return {
        minute
        for period in periods
        for minute in range(100)
        if period.starts_at <= at(minute) < period.ends_at
    }


@given(offered=_PERIODS, taken=_PERIODS)
def test_free_time_is_exactly_what_is_offered_and_not_taken(offered, taken):
    free = subtract(offered, taken)

    assert _minutes(free) == _minutes(offered) - _minutes(taken)
    assert all(before.ends_at <= after.starts_at for before, after in pairwise(free))


@given(periods=_PERIODS)
def test_joined_periods_leave_a_gap_between_them(periods):
    joined = join(periods)

    assert _minutes(joined) == _minutes(periods)
    assert all(before.ends_at < after.starts_at for before, after in pairwise(joined))


@given(offered=_PERIODS, taken=_PERIODS, now=st.integers(0, 80), activity=st.sampled_from(Activity))
def test_windows_and_withheld_are_all_free_time_from_now_on(offered, taken, now, activity):
    evidence = some_evidence(activity, seen=now)
    capacity = idle_capacity(offered=offered, taken=taken, evidence=evidence, now=at(now))
    periods = [each.period for each in (*capacity.windows, *capacity.withheld)]

    free = {minute for minute in _minutes(subtract(offered, taken)) if minute >= now}
    assert _minutes(periods) == free
    assert all(
        0 < window.usable_min <= window.period.whole_min
        for window in capacity.windows
        if window.period.whole_min > 1
    )
