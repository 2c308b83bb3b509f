"""Weeks, exceptional days and windows from a file."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import translation

from marketplace.capacity.drafts import ExceptionDraft, WindowDraft
from marketplace.capacity.models import CalendarException, CapacityWindow, WeeklyHours
from marketplace.capacity.services import offer_window, set_exception
from tests.builders import NOW, a_machine, a_site, a_viewer
from tests.capacity.import_files import a_csv, applied, exported, faults, outcomes, seen

pytestmark = pytest.mark.django_db

WEEK = ("own number", "weekday", "from", "to", "price %")
DAYS = ("own number", "date", "what holds", "from", "to", "reason")
WINDOWS = ("设备编号", "开始", "结束", "价格百分比")


@pytest.fixture
def machine():
    return a_machine(
        site=a_site(time_zone="Asia/Shanghai"),
        own_number="P3",
        hours=[(0, "22:00", "06:00"), (1, "22:00", "06:00")],
    )


@pytest.fixture
def owner(machine):
    return a_viewer(enterprise=machine.enterprise)


def week():
    return set(WeeklyHours.objects.values_list("weekday", "starts", "ends", "price_pct"))


@pytest.mark.parametrize("day", ["Monday", "mon", "1", "星期一", "周一"])
def test_the_rows_of_a_machine_replace_its_week(owner, day):
    file = ("P3", day, "22:00", "07:00", "80"), ("P3", "Sunday", "0:00", "24:00", "")
    found = seen(owner, a_csv(WEEK, *file))
    assert outcomes(found) == {
        ("hours", "P3", "1", "22:00"): "changed", ("hours", "P3", "7", "00:00"): "new",
        ("hours", "P3", "2", "22:00"): "removed",
    }  # fmt: skip
    applied(owner, a_csv(WEEK, *file))
    assert week() == {(0, time(22), time(7), 80), (6, time(0), time(0), 100)}


def test_a_row_without_weekday_says_no_hours_at_all(owner):
    applied(owner, a_csv(WEEK, ("P3", "", "", "", "")))
    assert week() == set()


def test_weeks_of_machines_the_file_does_not_name_stay(owner, machine):
    other = a_machine(site=machine.site, own_number="P4")
    applied(owner, a_csv(WEEK, ("P3", "1", "22:00", "06:00", "")))
    assert other.weekly_hours.count() == 7


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (("P3", "Funday", "22:00", "06:00", ""), "weekday"),
        (("P3", "2", "25:00", "06:00", ""), "from"),
        (("P3", "2", "22:00", "", ""), "to"),
        (("P3", "2", "22:00", "06:00", "1001"), "price_pct"),
        (("P3", "1", "23:00", "01:00", ""), "from"),
        (("P9", "2", "22:00", "06:00", ""), "number"),
        (("P3", "", "", "", ""), "weekday"),
    ],
)
def test_a_fault_of_the_week_names_its_row_and_field_and_nothing_changes(owner, row, field):
    before = week()
    assert faults(seen(owner, a_csv(WEEK, ("P3", "1", "22:00", "06:00", ""), row))) == [(3, field)]
    assert week() == before


def test_days_are_closed_opened_and_made_usual_again(owner, machine):
    set_exception(
        viewer=owner, machine=machine.public_id, draft=ExceptionDraft(on=date(2026, 5, 2), reason="x")
    )
    rows = [
        ("P3", "2026-05-01", "", "", "", "Holiday"),
        ("P3", "2026/5/2", "照常", "", "", ""),
        ("P3", "2026-05-03", "", "08:00", "12:00", ""),
    ]
    assert outcomes(seen(owner, a_csv(DAYS, *rows))) == {
        ("exceptions", "P3", "2026-05-01"): "new", ("exceptions", "P3", "2026-05-02"): "removed",
        ("exceptions", "P3", "2026-05-03"): "new",
    }  # fmt: skip
    applied(owner, a_csv(DAYS, *rows))
    assert dict(CalendarException.objects.values_list("on", "is_closed")) == {
        date(2026, 5, 1): True,
        date(2026, 5, 3): False,
    }
    assert not seen(owner, a_csv(DAYS, *rows)).faults  # usual again is no fault


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (("P3", "01.05.2026", "", "", "", ""), "on"),
        (("P3", "2026-05-01", "perhaps", "", "", ""), "what"),
        (("P3", "2026-05-01", "open", "", "12:00", ""), "from"),
        (("P3", "2026-05-01", "closed", "08:00", "", ""), "from"),
        (("P3", "2026-05-09", "", "", "", ""), "on"),
        (("P3", "2026-05-01", "", "", "", "x" * 121), "reason"),
    ],
)
def test_a_fault_of_a_day_names_its_row_and_field(owner, row, field):
    assert faults(seen(owner, a_csv(DAYS, ("P3", "2026-05-09", "", "", "", ""), row))) == [(3, field)]


@pytest.mark.parametrize(
    ("header", "row", "fields"),
    [
        (WEEK, ("P3", "Funday", "25:00", "", "much"), ["weekday", "from", "to", "price_pct"]),
        (DAYS, ("P3", "01.05.2026", "perhaps", "8", "9", ""), ["on", "what", "from", "to"]),
        (WINDOWS, ("P3", "today", "", "much"), ["starts_at", "ends_at", "price_pct"]),
    ],
)
def test_all_faults_of_a_row_are_told_and_each_cell_once(owner, header, row, fields):
    assert faults(seen(owner, a_csv(header, row))) == [(2, field) for field in fields]


def test_windows_are_offered_and_changed_by_their_start(owner):
    applied(owner, a_csv(WINDOWS, ("P3", "2026-05-02 08:00", "2026-05-02 18:00", "")))
    assert CapacityWindow.objects.get().period.lower == datetime.fromisoformat("2026-05-02T00:00Z")
    found = seen(owner, a_csv(WINDOWS, ("P3", "2026-05-02 08:00", "2026-05-02 20:00", "90")))
    assert outcomes(found) == {("windows", "P3", "2026-05-02 08:00"): "changed"}
    applied(owner, a_csv(WINDOWS, ("P3", "2026-05-02 08:00", "2026-05-02 20:00", "90")))
    assert CapacityWindow.objects.get().price_pct == 90


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (("P3", "2026-05-02 17:00", "2026-05-02 19:00", ""), "starts_at"),
        (("P3", "2026-05-03 17:00", "2026-05-03 17:00", ""), "ends_at"),
        (("P3", "2026-01-03 17:00", "2026-01-03 18:00", ""), "ends_at"),
        (("P3", "2026-06-03 17:00", "2028-06-03 18:00", ""), "ends_at"),
        (("P3", "2026-04-02 10:00", "2026-04-02 11:00", ""), "starts_at"),
    ],
)
def test_a_fault_of_a_window_names_its_row_and_field(owner, machine, row, field):
    stands = datetime.fromisoformat("2026-04-02T02:30Z")
    offer_window(
        viewer=owner,
        machine=machine.public_id,
        draft=WindowDraft(starts_at=stands, ends_at=stands + timedelta(hours=1)),
        now=NOW,
    )
    found = seen(owner, a_csv(WINDOWS, ("P3", "2026-05-02 08:00", "2026-05-02 18:00", ""), row))
    assert faults(found) == [(3, field)]


def test_calendars_come_back_unchanged(owner, machine):
    set_exception(
        viewer=owner, machine=machine.public_id, draft=ExceptionDraft(on=date(2026, 5, 2), reason="-x")
    )
    draft = ExceptionDraft(on=date(2026, 5, 3), is_closed=False, starts=time(0), ends=time(0))
    set_exception(viewer=owner, machine=machine.public_id, draft=draft)
    offer_window(
        viewer=owner,
        machine=machine.public_id,
        draft=WindowDraft(starts_at=NOW, ends_at=NOW + timedelta(hours=9), price_pct=70),
        now=NOW,
    )
    for language in ("en", "zh-hans"):
        with translation.override(language):
            file = exported(owner)
        found = seen(owner, file)
        assert not found.faults and set(outcomes(found).values()) == {"unchanged"} and len(found.rows) == 6
