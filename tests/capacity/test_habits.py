"""When a machine stands idle week after week."""

from datetime import UTC, datetime, time, timedelta

from marketplace.capacity.habits import Habit, idle_habits
from telemetry.intervals import NEVER_CONNECTED, SILENT, Interval

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def stretch(state, day, first, last, *, week=0) -> Interval:
    start = MONDAY + timedelta(weeks=week, days=day)
    return Interval(
        state=state, starts_at=start + timedelta(hours=first), ends_at=start + timedelta(hours=last)
    )


def habits(*intervals, zone="UTC", offered=()):
    return idle_habits(sorted(intervals, key=lambda one: one.starts_at), zone=zone, offered=offered)


def test_a_machine_idle_on_three_of_four_tuesdays_has_a_habit():
    weeks = [stretch("READY", 1, 14, 22, week=week) for week in range(3)]
    weeks.append(stretch("ACTIVE", 1, 14, 22, week=3))
    assert habits(*weeks) == [Habit(weekday=1, starts=time(14), ends=time(22), num_idle=3, num_weeks=4)]


def test_two_of_four_weeks_are_no_habit():
    weeks = [stretch("READY" if week < 2 else "ACTIVE", 1, 14, 22, week=week) for week in range(4)]
    assert habits(*weeks) == []


def test_off_is_not_idle_and_silence_is_not_watched():
    assert habits(stretch("UNAVAILABLE", 1, 14, 22)) == []
    assert habits(stretch(SILENT, 1, 14, 22), stretch(NEVER_CONNECTED, 2, 14, 22)) == []
    silent_once = [stretch("READY", 1, 14, 22), stretch(SILENT, 1, 14, 22, week=1)]
    assert habits(*silent_once)[0].num_weeks == 1


def test_less_than_two_hours_is_not_worth_a_set_up():
    assert habits(stretch("READY", 1, 14, 15.5)) == []


def test_a_short_cut_does_not_end_a_habit_and_a_long_one_does():
    short = [
        stretch("READY", 1, 14, 16.04),
        stretch("ACTIVE", 1, 16.04, 16.06),
        stretch("READY", 1, 16.06, 22),
    ]
    assert [(one.starts, one.ends) for one in habits(*short)] == [(time(14), time(22))]
    long = [stretch("READY", 1, 14, 17), stretch("ACTIVE", 1, 17, 18), stretch("READY", 1, 18, 22)]
    assert [(one.starts, one.ends) for one in habits(*long)] == [(time(18), time(22)), (time(14), time(17))]


def test_hours_are_local():
    (one,) = habits(stretch("READY", 1, 16, 20), zone="Asia/Shanghai")
    assert (one.weekday, one.starts, one.ends) == (2, time(0), time(4))


def test_what_is_offered_already_is_not_proposed():
    found = habits(stretch("READY", 1, 14, 24), offered=[(1, time(18), time(6))])
    assert [(one.starts, one.ends) for one in found] == [(time(14), time(18))]


def test_a_habit_may_last_to_midnight():
    (one,) = habits(stretch("READY", 1, 20, 24))
    assert (one.starts, one.ends, one.num_slots) == (time(20), time(0), 8)
