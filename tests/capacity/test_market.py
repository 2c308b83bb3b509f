"""What the planner sees of machines: those on offer, and the time they still sell."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from marketplace.accounts.models import Enterprise
from marketplace.capacity.market import SellableWindow, listed_equipment, sellable_windows
from marketplace.capacity.models import CalendarException, CapacityWindow, TakenTime, WeeklyHours
from marketplace.common.clock import real_now
from tests.builders import NOW, a_machine, a_site, an_enterprise

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
ALL_WEEK = [(weekday, "00:00", "00:00") for weekday in range(7)]


def at(hour: float) -> datetime:
    return MONDAY + timedelta(hours=hour)


def sold(machine, first=0, last=24, *, now=MONDAY):
    windows = sellable_windows(equipment_ids=[machine.pk], starts_at=at(first), ends_at=at(last), now=now)
    return [
        ((w.starts_at - MONDAY) / timedelta(hours=1), (w.ends_at - MONDAY) / timedelta(hours=1), w.price_pct)
        for w in windows[machine.pk]
    ]


def take(machine, first, last, *, kind=TakenTime.Kind.BOOKING, expires_at=None):
    period = DateTimeTZRange(at(first), at(last), "[)")
    return TakenTime.objects.create(equipment=machine, kind=kind, period=period, expires_at=expires_at)


@pytest.fixture
def machine():
    return a_machine(site=a_site(time_zone="UTC"), hours=[(0, "08:00", "16:00")])


def test_a_machine_sells_its_weekly_hours(machine):
    assert sold(machine) == [(8, 16, 100)]


def test_nothing_is_sold_before_now(machine):
    assert sold(machine, now=at(10.5)) == [(10.5, 16, 100)]
    assert sold(machine, now=at(24)) == []


def test_only_what_lies_in_the_asked_period_is_named(machine):
    assert sold(machine, 9, 10) == [(9, 10, 100)]


@pytest.mark.parametrize("kind", ["booking", "own_job", "maintenance"])
def test_taken_time_is_not_sold(machine, kind):
    take(machine, 10, 11, kind=kind)
    assert sold(machine) == [(8, 10, 100), (11, 16, 100)]


def test_a_living_hold_is_not_sold_and_an_expired_one_is(machine):
    take(machine, 8, 10, kind="hold", expires_at=real_now() + timedelta(minutes=1))
    take(machine, 12, 14, kind="hold", expires_at=real_now() - timedelta(seconds=1))
    assert sold(machine) == [(10, 16, 100)]


def test_an_explicit_window_adds_time_and_sets_its_price(machine):
    period = DateTimeTZRange(at(14), at(20), "[)")
    CapacityWindow.objects.create(equipment=machine, period=period, price_pct=70)
    assert sold(machine) == [(8, 14, 100), (14, 20, 70)]


def test_an_explicit_window_is_sold_on_a_closed_day(machine):
    CalendarException.objects.create(equipment=machine, on=date(2026, 3, 2), is_closed=True)
    period = DateTimeTZRange(at(14), at(20), "[)")
    CapacityWindow.objects.create(equipment=machine, period=period)
    assert sold(machine) == [(14, 20, 100)]


def test_holidays_of_the_sites_country_are_closed():
    hours = [(weekday, "08:00", "16:00") for weekday in range(7)]
    site = a_site(time_zone="Asia/Shanghai", country="CN")
    machine = a_machine(site=site, hours=hours, observes_holidays=True)
    holiday = datetime(2026, 10, 1, tzinfo=UTC)
    windows = sellable_windows(
        equipment_ids=[machine.pk],
        starts_at=holiday - timedelta(days=1),
        ends_at=holiday + timedelta(hours=12),
        now=MONDAY,
    )
    assert windows[machine.pk] == [
        SellableWindow(holiday - timedelta(days=1), holiday - timedelta(hours=16), 100)
    ]


def test_many_machines_take_as_many_queries_as_one(django_assert_num_queries):
    site = a_site()
    machines = [a_machine(site=site, hours=ALL_WEEK) for _ in range(20)]
    for count in (1, 20):
        ids = [machine.pk for machine in machines[:count]]
        with django_assert_num_queries(5):
            found = sellable_windows(equipment_ids=ids, starts_at=at(0), ends_at=at(24 * 130), now=NOW)
        assert set(found) == set(ids)


def test_an_unknown_machine_sells_nothing():
    assert sellable_windows(equipment_ids=[0], starts_at=at(0), ends_at=at(1), now=MONDAY) == {0: []}


def test_only_published_machines_are_listed():
    published, hidden = a_machine(), a_machine(listed=False)
    assert published in listed_equipment() and hidden not in listed_equipment()


def test_a_rejected_enterprise_is_never_listed():
    rejected = an_enterprise(verification=Enterprise.Verification.REJECTED)
    a_machine(site=a_site(enterprise=rejected))
    assert not listed_equipment().exists()


def test_machines_are_found_by_verification_region_and_process():
    verified = a_machine(site=a_site(region="Zhejiang"), process="press")
    unverified = a_machine(site=a_site(enterprise=an_enterprise(verified=False)), process="press")
    elsewhere = a_machine(site=a_site(region="Jiangsu"), process="coat")
    assert list(listed_equipment(verified_only=True)) == [verified, elsewhere]
    assert list(listed_equipment(regions=["Zhejiang"])) == [verified, unverified]
    assert list(listed_equipment(processes=["coat", "mill"])) == [elsewhere]


def test_what_the_planner_reads_of_listed_machines_takes_three_queries(django_assert_num_queries):
    for _ in range(5):
        a_machine()
    with django_assert_num_queries(3):
        for machine in listed_equipment(processes=["press"]):
            assert machine.site.region and machine.enterprise.name
            assert [*machine.rates.all()] and [*machine.capabilities.all()]


def test_two_touching_hours_of_one_price_are_one_window(machine):
    WeeklyHours.objects.create(equipment=machine, weekday=0, starts=time(16), ends=time(20))
    assert sold(machine) == [(8, 20, 100)]
