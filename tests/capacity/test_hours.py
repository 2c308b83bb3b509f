"""Local hours become instants: over midnight, over changes of the clock, on holidays and exceptional days."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from marketplace.capacity.hours import Calendar, Hours, instant, public_holidays
from marketplace.capacity.periods import Priced

ALL_DAY = Hours(time(0), time(0))


def calendar(week, *, zone="Asia/Shanghai", **more):
    return Calendar(zone=zone, week=week, **more)


def offered(one, first, last):
    return one.offered(starts_at=first, ends_at=last)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_hours_are_read_in_the_sites_own_zone():
    one = calendar({0: [Hours(time(8), time(16))]})
    assert offered(one, utc(2026, 3, 2), utc(2026, 3, 2, 23)) == [
        Priced(utc(2026, 3, 2, 0), utc(2026, 3, 2, 8), 100)
    ]


def test_hours_over_midnight_end_on_the_next_day():
    one = calendar({0: [Hours(time(22), time(6))]}, zone="UTC")
    assert offered(one, utc(2026, 3, 2), utc(2026, 3, 4)) == [
        Priced(utc(2026, 3, 2, 22), utc(2026, 3, 3, 6), 100)
    ]


def test_a_night_that_began_before_the_asked_time_is_seen():
    one = calendar({6: [Hours(time(22), time(6))]}, zone="UTC")
    assert offered(one, utc(2026, 3, 2, 1), utc(2026, 3, 2, 2)) == [
        Priced(utc(2026, 3, 1, 22), utc(2026, 3, 2, 6), 100)
    ]


def test_a_machine_that_never_closes_offers_one_period():
    one = calendar({weekday: [ALL_DAY] for weekday in range(7)})
    (period,) = offered(one, utc(2026, 3, 2), utc(2026, 3, 30))
    assert period.starts_at <= utc(2026, 3, 2) and period.ends_at >= utc(2026, 3, 30)


@pytest.mark.parametrize(
    ("day", "hours", "length_h"),
    [
        (date(2026, 3, 29), 23, "clocks go forward"),
        (date(2026, 10, 25), 25, "clocks go back"),
        (date(2026, 7, 1), 24, "an ordinary day"),
    ],
)
def test_a_whole_day_has_as_many_hours_as_the_zone_gives_it(day, hours, length_h):
    one = calendar({day.weekday(): [ALL_DAY]}, zone="Europe/Berlin")
    (period,) = offered(one, datetime.combine(day, time(6), UTC), datetime.combine(day, time(7), UTC))
    assert period.ends_at - period.starts_at == timedelta(hours=hours), length_h


def test_hours_inside_the_skipped_hour_offer_nothing():
    one = calendar({6: [Hours(time(2, 15), time(2, 45))]}, zone="Europe/Berlin")
    assert offered(one, utc(2026, 3, 29), utc(2026, 3, 29, 12)) == []


def test_hours_that_end_in_the_skipped_hour_end_when_clocks_jump():
    one = calendar({6: [Hours(time(1), time(2, 30))]}, zone="Europe/Berlin")
    assert offered(one, utc(2026, 3, 29), utc(2026, 3, 29, 12)) == [
        Priced(utc(2026, 3, 29, 0), utc(2026, 3, 29, 1), 100)
    ]


def test_two_shifts_that_touch_in_the_repeated_hour_touch_in_time():
    one = calendar(
        {6: [Hours(time(0), time(2, 30), 80), Hours(time(2, 30), time(6), 90)]}, zone="Europe/Berlin"
    )
    first, second = offered(one, utc(2026, 10, 25, 3), utc(2026, 10, 25, 12))
    assert first.ends_at == second.starts_at == utc(2026, 10, 25, 0, 30)
    assert second.ends_at - first.starts_at == timedelta(hours=7)


@pytest.mark.parametrize("fold", [0, 1])
def test_a_time_that_comes_twice_means_the_first_whichever_is_asked_for_before(fold):
    instant.cache_clear()
    day = date(2026, 10, 25)
    assert instant(day, time(2, 30, fold=fold), "Europe/Berlin") == utc(2026, 10, 25, 0, 30)
    assert instant(day, time(2, 30), "Europe/Berlin") == utc(2026, 10, 25, 0, 30)


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"]
)
def test_the_clock_never_runs_back_over_a_year(zone):
    walls = [time(hour, minute) for hour in range(24) for minute in (0, 30)]
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    moments = [instant(day, wall, zone) for day in days for wall in walls]
    assert moments == sorted(moments)


def test_a_public_holiday_is_closed():
    one = calendar({3: [ALL_DAY]}, holidays_of="CN")
    assert date(2026, 10, 1) in public_holidays("CN", 2026)
    assert offered(one, utc(2026, 10, 1), utc(2026, 10, 1, 12)) == []


def test_without_holidays_the_same_day_is_open():
    one = calendar({3: [ALL_DAY]})
    assert len(offered(one, utc(2026, 10, 1), utc(2026, 10, 1, 12))) == 1


def test_the_night_before_a_holiday_runs_into_it():
    week = {weekday: [Hours(time(22), time(6))] for weekday in range(7)}
    one = calendar(week, holidays_of="DE", zone="Europe/Berlin")
    periods = offered(one, utc(2026, 5, 1), utc(2026, 5, 1, 20))  # Labour Day, a Friday
    assert [p.starts_at for p in periods] == [utc(2026, 4, 30, 20)]


def test_an_exception_replaces_the_hours_of_its_day():
    day = date(2026, 3, 3)
    one = calendar({1: [ALL_DAY]}, zone="UTC", exceptions={day: Hours(time(10), time(12))})
    assert offered(one, utc(2026, 3, 3), utc(2026, 3, 3, 23)) == [
        Priced(utc(2026, 3, 3, 10), utc(2026, 3, 3, 12), 100)
    ]


def test_an_exception_closes_its_day():
    one = calendar({1: [ALL_DAY]}, zone="UTC", exceptions={date(2026, 3, 3): None})
    assert offered(one, utc(2026, 3, 3), utc(2026, 3, 3, 23)) == []


def test_an_exception_opens_a_holiday():
    day = date(2026, 10, 1)
    one = calendar({}, exceptions={day: Hours(time(8), time(16))}, holidays_of="CN")
    assert len(offered(one, utc(2026, 10, 1), utc(2026, 10, 1, 12))) == 1


def test_a_country_without_known_holidays_has_none():
    assert public_holidays("XX", 2026) == frozenset()
