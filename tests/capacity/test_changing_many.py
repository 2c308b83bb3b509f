"""Many machines that are there, changed at once: the same as one by one, in a handful of queries, all of them or none."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.accounts.models import Membership
from marketplace.capacity import services
from marketplace.capacity.drafts import (
    CapabilityDraft,
    ExceptionDraft,
    HoursDraft,
    MachineDraft,
    RateDraft,
    WindowDraft,
)
from marketplace.capacity.models import (
    CalendarException,
    Capability,
    CapacityWindow,
    Equipment,
    Rate,
    TakenTime,
    WeeklyHours,
)
from marketplace.capacity.services import MachineBooked, MachineChange, NotReady, NumberTaken, WindowOverlaps
from marketplace.common.errors import Forbidden, InvalidInput, NotFound
from marketplace.common.sheets import Page, book_bytes
from tests.builders import NOW, a_machine, a_site, a_viewer
from tests.capacity.import_files import a_file, applied

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TABLES = (Equipment, Capability, Rate, WeeklyHours, CalendarException, CapacityWindow)


@pytest.fixture
def site():
    return a_site(name="Hall")


@pytest.fixture
def owner(site):
    return a_viewer(enterprise=site.enterprise)


def a_draft(site, number="A", **more) -> MachineDraft:
    return MachineDraft(name="Renamed", site=site.public_id, own_number=number, model="X", **more)


def a_change(machine, site, **more) -> MachineChange:
    """Everything that can be changed of a machine."""
    values = {
        "machine": machine.public_id,
        "draft": a_draft(site, machine.own_number),
        "capabilities": (
            CapabilityDraft(process="press", materials=("steel",)),
            CapabilityDraft(process="coat"),
        ),
        "rates": tuple(
            RateDraft(process=process, price_cents_per_h=700, run_units=9) for process in ("press", "coat")
        ),
        "hours": (HoursDraft(weekday=2, starts=time(22), ends=time(6)),),
        "exceptions": (ExceptionDraft(on=date(2026, 5, 1), reason=" May Day "),),
        "windows": (WindowDraft(starts_at=NOW + DAY, ends_at=NOW + 2 * DAY, price_pct=80),),
        "is_listed": True,
    }
    return MachineChange(**{**values, **more})


def told() -> list[object]:
    left_out = {"id", "public_id", "created_at", "equipment_id"}
    return [
        sorted(str({name: value for name, value in row.items() if name not in left_out}) for row in model.objects.values())
        for model in TABLES
    ]  # fmt: skip


def a_changing_file(num: int, *, name: str, price: str, hour: str):
    header = ("own number", "name", "site", "process", "pieces an hour", "price an hour", "listed")
    rows = [
        (f"P{n}", name, "Hall", process, "1,500", price, "yes")
        for n in range(num)
        for process in ("press", "coat")
    ]
    hours = [(f"P{n}", "Tuesday", hour, "23:00") for n in range(num)]
    days = [(f"P{n}", "2099-05-01", "yes" if hour == "06:00" else "no", "" if hour == "06:00" else "10:00",
             "" if hour == "06:00" else "12:00") for n in range(num)]  # fmt: skip
    return a_file(
        book_bytes(
            [
                Page(title="Machines", header=header, rows=rows),
                Page(title="Weekly hours", header=("own number", "weekday", "from", "to"), rows=hours),
                Page(title="Exceptions", header=("own number", "date", "closed", "from", "to"), rows=days),
            ]
        ),
        "change.xlsx",
    )


def test_a_file_takes_as_many_queries_for_many_changed_machines_as_for_few():
    nums = []
    for num in (3, 60):
        owner = a_viewer(enterprise=a_site(name="Hall").enterprise)
        applied(owner, a_changing_file(num, name="Old", price="180", hour="06:00"))
        with CaptureQueriesContext(connection) as queries:
            applied(owner, a_changing_file(num, name="New", price="200", hour="07:00"))
        nums.append(len(queries))
        mine = Equipment.objects.filter(enterprise_id=owner.enterprise_id)
        assert set(mine.values_list("name", "is_listed")) == {("New", True)} and mine.count() == num
        rates = Rate.objects.filter(equipment__in=mine)
        assert set(rates.values_list("price_cents_per_h", flat=True)) == {20_000} and rates.count() == 2 * num
        assert set(WeeklyHours.objects.filter(equipment__in=mine).values_list("starts", flat=True)) == {
            time(7)
        }
        days = CalendarException.objects.filter(equipment__in=mine)
        assert set(days.values_list("is_closed", flat=True)) == {False} and days.count() == num
    assert nums[0] == nums[1] < 70


def test_they_are_what_they_would_be_one_by_one(owner, site):
    machine = a_machine(site=site, own_number="A")
    change = a_change(machine, site)
    services.set_rate(
        viewer=owner,
        machine=machine.public_id,
        draft=RateDraft(process="press", price_cents_per_h=1, currency="CNY"),
    )
    before = told()
    services.change_machines(viewer=owner, wanted=[change], now=NOW)
    at_once = told()
    assert at_once != before

    window = CapacityWindow.objects.get().public_id
    services.change_machines(
        viewer=owner,
        wanted=[MachineChange(machine=machine.public_id, windows_gone=(window,), exceptions_gone=(date(2026, 5, 1),))],
        now=NOW,
    )  # fmt: skip
    assert not CapacityWindow.objects.exists() and not CalendarException.objects.exists()
    me = {"viewer": owner, "machine": machine.public_id}
    services.update_machine(**me, draft=change.draft, now=NOW)
    for capability in change.capabilities:
        services.set_capability(**me, draft=capability)
    for rate in change.rates:
        services.set_rate(**me, draft=rate)
    services.set_week(**me, hours=change.hours)
    services.set_exception(**me, draft=change.exceptions[0])
    services.offer_window(**me, draft=change.windows[0], now=NOW)
    services.publish(**me)
    assert told() == at_once


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        ({"rates": (RateDraft(process="mill", price_cents_per_h=1),)}, InvalidInput),
        ({"rates": (RateDraft(process="press", price_cents_per_h=1, currency="EUR"),)}, InvalidInput),
        ({"hours": (HoursDraft(weekday=0, starts=time(1), ends=time(6)),) * 2}, InvalidInput),
        ({"hours": (), "windows": ()}, NotReady),
        ({"exceptions_gone": (date(2026, 1, 1),)}, NotFound),
        ({"windows_gone": ("win_0000000000000000",)}, NotFound),
        ({"windows": (WindowDraft(starts_at=NOW - 2 * DAY, ends_at=NOW - DAY),)}, InvalidInput),
        ({"windows": (WindowDraft(starts_at=NOW, ends_at=NOW + 367 * DAY),)}, InvalidInput),
        ({"windows": (WindowDraft(starts_at=NOW, ends_at=NOW + DAY),) * 2}, WindowOverlaps),
    ],
)
def test_one_that_is_refused_changes_none(owner, site, spoil, error):
    first, second = (a_machine(site=site, own_number=number) for number in "AB")
    Rate.objects.filter(equipment=second).delete()
    services.set_rate(
        viewer=owner,
        machine=second.public_id,
        draft=RateDraft(process=second.capabilities.get().process, product_code="own", price_cents_per_h=1),
    )
    before = told()
    with pytest.raises(error):
        services.change_machines(
            viewer=owner, wanted=[a_change(first, site), a_change(second, site, **spoil)], now=NOW
        )
    assert told() == before


def test_numbers_sites_bookings_and_rights_are_asked_for_as_ever(owner, site):
    first, second = (a_machine(site=site, own_number=number) for number in "AB")
    other, elsewhere = a_site(enterprise=site.enterprise), a_site()
    booked = services.Wanted(equipment_id=first.pk, starts_at=NOW, ends_at=NOW + DAY, reference="run_1")
    services.take_time(wanted=[booked], kind=TakenTime.Kind.BOOKING)
    looker = a_viewer(enterprise=site.enterprise, role=Membership.Role.VIEWER)
    before = told()
    for viewer, wanted, error in (
        (owner, [a_change(first, site), a_change(second, site, draft=a_draft(site, "A"))], NumberTaken),
        (owner, [a_change(second, elsewhere)], InvalidInput),
        (owner, [a_change(second, site), a_change(first, other)], MachineBooked),
        (looker, [a_change(second, site)], Forbidden),
        (a_viewer(enterprise=elsewhere.enterprise), [a_change(second, site)], NotFound),
    ):
        with pytest.raises(error):
            services.change_machines(viewer=viewer, wanted=wanted, now=NOW)
        assert told() == before
    services.change_machines(viewer=owner, wanted=[a_change(second, other)], now=NOW)
    assert Equipment.objects.get(own_number="B").site == other
