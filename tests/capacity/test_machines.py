"""Listing a machine: whole or not at all, one's own only."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from marketplace.accounts.models import Membership
from marketplace.capacity import selectors
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
)
from marketplace.capacity.services import (
    MachineBooked,
    NothingIdle,
    NotReady,
    NumberTaken,
    Wanted,
    WindowOverlaps,
    book,
    connect,
    create_machine,
    list_machine,
    offer_idle_time,
    offer_window,
    publish,
    remove_capability,
    remove_exception,
    remove_rate,
    set_exception,
    set_rate,
    set_week,
    take_time,
    unpublish,
    update_machine,
    withdraw_window,
)
from marketplace.common.clock import real_now
from marketplace.common.errors import Conflict, Forbidden, InvalidInput, NotFound
from marketplace.machines.models import Device
from tests.builders import NOW, a_buyer, a_machine, a_site, a_viewer

pytestmark = pytest.mark.django_db

NIGHT = HoursDraft(weekday=0, starts=time(22), ends=time(6))


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def owner(site):
    return a_viewer(enterprise=site.enterprise)


def parts(site, **more):
    return {
        "draft": MachineDraft(name="Press 3", site=site.public_id),
        "capability": CapabilityDraft(process="press", materials=("steel",), max_size_mm=400),
        "rate": RateDraft(process="press", run_units=1500, price_cents_per_h=12_000),
        "hours": (NIGHT,),
    } | more


def test_a_machine_is_listed_in_one_step(site, owner):
    listed = list_machine(viewer=owner, connection="json", **parts(site))
    machine = selectors.machine_details(viewer=owner, machine=listed.machine.public_id)
    assert (machine.is_listed, machine.own_number) == (True, "M1")
    assert machine.capabilities.get().materials == ["steel"]
    assert machine.rates.get().price_cents_per_h == 12_000
    assert machine.weekly_hours.get().starts == time(22)
    assert machine.device.source == Device.Source.JSON
    assert listed.token.startswith("musd_") and listed.token not in machine.device.token_hash


def test_a_phone_makes_a_device_that_counts_by_tally(site, owner):
    listed = list_machine(viewer=owner, connection="phone", **parts(site))
    assert (listed.machine.device.source, listed.machine.device.rung) == ("none", Device.Rung.TALLY)


def test_without_a_connection_there_is_no_device(site, owner):
    listed = list_machine(viewer=owner, **parts(site))
    assert (listed.machine.device, listed.token) == (None, "")


def test_a_machine_that_cannot_be_priced_is_not_stored_at_all(site, owner):
    rate = RateDraft(process="coat", price_cents_per_h=1)
    with pytest.raises(InvalidInput) as refusal:
        list_machine(viewer=owner, **parts(site, rate=rate))
    assert refusal.value.field == "process"
    assert not Equipment.objects.exists() and not Capability.objects.exists()


def test_a_foreign_site_is_unknown(site):
    with pytest.raises(InvalidInput) as refusal:
        list_machine(viewer=a_viewer(), **parts(site))
    assert refusal.value.field == "site"


@pytest.mark.parametrize("make_viewer", [a_buyer, lambda: a_viewer(role=Membership.Role.VIEWER)])
def test_only_planners_of_factories_list_machines(site, make_viewer):
    with pytest.raises(Forbidden):
        list_machine(viewer=make_viewer(), **parts(site))


def test_numbers_are_the_owners_and_unique(site, owner):
    first = create_machine(viewer=owner, draft=MachineDraft(name="A", site=site.public_id, own_number="P1"))
    second = create_machine(viewer=owner, draft=MachineDraft(name="B", site=site.public_id))
    with pytest.raises(NumberTaken):
        create_machine(viewer=owner, draft=MachineDraft(name="C", site=site.public_id, own_number="P1"))
    renamed = MachineDraft(name="B", site=site.public_id, own_number="P1")
    with pytest.raises(NumberTaken):
        update_machine(viewer=owner, machine=second.public_id, draft=renamed, now=NOW)
    assert (first.own_number, Equipment.objects.get(pk=second.pk).own_number) == ("P1", "M2")


@pytest.mark.parametrize("kind", ["hold", "booking"])
def test_a_machine_others_count_on_does_not_move(owner, site, kind):
    """Goods are on their way to where it was planned to stand."""
    machine, elsewhere = a_machine(site=site), a_site(enterprise=site.enterprise)
    starts_at, ends_at = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    wanted = Wanted(equipment_id=machine.pk, starts_at=starts_at, ends_at=ends_at)
    take_time(
        wanted=[wanted], kind=kind, expires_at=real_now() + timedelta(hours=1) if kind == "hold" else None
    )
    moved = MachineDraft(name="B", site=elsewhere.public_id, own_number=machine.own_number)
    with pytest.raises(MachineBooked):
        update_machine(
            viewer=owner, machine=machine.public_id, draft=moved, now=ends_at - timedelta(minutes=1)
        )
    update_machine(
        viewer=owner, machine=machine.public_id, draft=replace(moved, site=site.public_id), now=NOW
    )
    update_machine(viewer=owner, machine=machine.public_id, draft=moved, now=ends_at)
    machine.refresh_from_db()
    assert machine.site == elsewhere


def test_an_unfinished_machine_is_not_published(site, owner):
    machine = create_machine(viewer=owner, draft=MachineDraft(name="A", site=site.public_id))
    with pytest.raises(NotReady) as refusal:
        publish(viewer=owner, machine=machine.public_id)
    assert refusal.value.facts["missing"] == ["capability", "rate", "hours"]
    machine.refresh_from_db()
    assert not machine.is_listed


def test_unpublishing_keeps_what_is_booked(owner, site):
    machine = a_machine(site=site)
    period = {"starts_at": NOW, "ends_at": NOW + timedelta(hours=1)}
    book(wanted=Wanted(equipment_id=machine.pk, reference="run_1", **period))
    assert not unpublish(viewer=owner, machine=machine.public_id).is_listed
    assert TakenTime.objects.count() == 1


def test_the_last_capability_and_rate_of_a_machine_on_offer_stay(owner, site):
    machine = a_machine(site=site)
    for remove in (remove_capability, remove_rate):
        with pytest.raises(InvalidInput):
            remove(viewer=owner, machine=machine.public_id, process="press")
    unpublish(viewer=owner, machine=machine.public_id)
    remove_capability(viewer=owner, machine=machine.public_id, process="press")
    assert not Capability.objects.exists() and not Rate.objects.exists()


def test_all_prices_of_a_machine_are_in_one_currency(owner, site):
    machine = a_machine(site=site)
    special = RateDraft(process="press", product_code="x", price_cents_per_h=1, currency="EUR")
    with pytest.raises(InvalidInput) as refusal:
        set_rate(viewer=owner, machine=machine.public_id, draft=special)
    assert refusal.value.field == "currency"
    set_rate(viewer=owner, machine=machine.public_id, draft=replace(special, product_code=""))


def test_a_week_is_replaced_and_told_for_undoing(owner, site):
    machine = a_machine(site=site, hours=[(0, "08:00", "16:00")])
    before = set_week(viewer=owner, machine=machine.public_id, hours=(NIGHT, replace(NIGHT, weekday=1)))
    assert before == (HoursDraft(weekday=0, starts=time(8), ends=time(16)),)
    assert [(h.weekday, h.starts) for h in machine.weekly_hours.all()] == [(0, time(22)), (1, time(22))]


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ([(0, 8, 12), (0, 11, 14)], "hours.1.starts"),
        ([(0, 22, 6), (1, 5, 9)], "hours.1.starts"),
        ([(0, 5, 9), (6, 22, 6)], "hours.0.starts"),
        ([(0, 0, 0), (0, 8, 9)], "hours.1.starts"),
    ],
)
def test_overlapping_hours_are_refused_and_the_week_stays(owner, site, hours, field):
    machine = a_machine(site=site, hours=[(3, "08:00", "16:00")])
    drafts = tuple(HoursDraft(weekday=day, starts=time(start), ends=time(end)) for day, start, end in hours)
    with pytest.raises(InvalidInput) as refusal:
        set_week(viewer=owner, machine=machine.public_id, hours=drafts)
    assert refusal.value.field == field
    assert machine.weekly_hours.get().weekday == 3


def test_hours_that_touch_around_the_week_do_not_overlap(owner, site):
    machine = a_machine(site=site)
    week = tuple(HoursDraft(weekday=day, starts=time(0), ends=time(0)) for day in range(7))
    set_week(viewer=owner, machine=machine.public_id, hours=week)
    assert machine.weekly_hours.count() == 7


def test_an_exception_is_said_once_a_day_and_can_be_undone(owner, site):
    machine = a_machine(site=site)
    day = date(2026, 3, 5)
    set_exception(viewer=owner, machine=machine.public_id, draft=ExceptionDraft(on=day, reason="Stocktaking"))
    opened = ExceptionDraft(on=day, is_closed=False, starts=time(8), ends=time(12))
    set_exception(viewer=owner, machine=machine.public_id, draft=opened)
    assert CalendarException.objects.get().starts == time(8)
    assert remove_exception(viewer=owner, machine=machine.public_id, on="2026-03-05") == opened
    with pytest.raises(NotFound):
        remove_exception(viewer=owner, machine=machine.public_id, on="2026-03-05")


def test_idle_time_is_offered_in_one_tap_up_to_the_next_offered_hour(owner, site):
    utc_site = a_site(enterprise=site.enterprise, time_zone="UTC")
    machine = a_machine(site=utc_site, hours=[(0, "14:00", "20:00")])
    window = offer_idle_time(viewer=owner, machine=machine.public_id, now=NOW + timedelta(minutes=7))
    assert (window.period.lower, window.period.upper) == (NOW, NOW.replace(hour=14))
    with pytest.raises(NothingIdle):
        offer_idle_time(viewer=owner, machine=machine.public_id, now=NOW + timedelta(minutes=7))


def test_idle_time_ends_where_the_machine_is_taken(owner, site):
    machine = a_machine(site=site, hours=[])
    period = {"starts_at": NOW + timedelta(hours=2), "ends_at": NOW + timedelta(hours=3)}
    book(wanted=Wanted(equipment_id=machine.pk, reference="run_1", **period))
    window = offer_idle_time(viewer=owner, machine=machine.public_id, now=NOW)
    assert window.period.upper == NOW + timedelta(hours=2)
    with pytest.raises(NothingIdle):
        offer_idle_time(viewer=owner, machine=machine.public_id, now=NOW + timedelta(hours=2, minutes=30))


def test_a_window_is_offered_once_and_withdrawn(owner, site):
    machine = a_machine(site=site)
    draft = WindowDraft(starts_at=NOW, ends_at=NOW + timedelta(hours=4), price_pct=80)
    window = offer_window(viewer=owner, machine=machine.public_id, draft=draft, now=NOW)
    with pytest.raises(WindowOverlaps):
        offer_window(viewer=owner, machine=machine.public_id, draft=draft, now=NOW)
    assert withdraw_window(viewer=owner, machine=machine.public_id, window=window.public_id) == draft
    assert not CapacityWindow.objects.exists()


def test_past_time_is_not_offered(owner, site):
    machine = a_machine(site=site)
    draft = WindowDraft(starts_at=NOW - timedelta(hours=4), ends_at=NOW)
    with pytest.raises(InvalidInput):
        offer_window(viewer=owner, machine=machine.public_id, draft=draft, now=NOW)


def test_every_change_of_a_foreign_machine_is_refused_as_of_an_unknown_one(site):
    machine = a_machine(site=site)
    stranger = a_viewer()
    changes = [
        (publish, {}),
        (unpublish, {}),
        (set_week, {"hours": ()}),
        (set_rate, {"draft": RateDraft(process="press", price_cents_per_h=1)}),
        (set_exception, {"draft": ExceptionDraft(on=date(2026, 3, 5))}),
        (offer_idle_time, {"now": NOW}),
        (remove_rate, {"process": "press"}),
    ]
    for service, arguments in changes:
        for public_id in (machine.public_id, "mac_0000000000000000"):
            with pytest.raises(NotFound) as refusal:
                service(viewer=stranger, machine=public_id, **arguments)
            assert str(refusal.value.text) == "There is no such machine."
    machine.refresh_from_db()
    assert machine.is_listed and machine.rates.get().price_cents_per_h == 12_000


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: RateDraft(process="press", price_cents_per_h=-1), "price_cents_per_h"),
        (lambda: RateDraft(process="press", price_cents_per_h=1.5), "price_cents_per_h"),
        (lambda: RateDraft(process="press", price_cents_per_h=1, run_units=0), "run_units"),
        (lambda: RateDraft(process="press", price_cents_per_h=1, run_units=10**9), "run_units"),
        (lambda: RateDraft(process="press", price_cents_per_h=1, good_per_1000=1001), "good_per_1000"),
        (lambda: RateDraft(process="magic", price_cents_per_h=1), "process"),
        (lambda: CapabilityDraft(process="press", min_size_mm=5, max_size_mm=4), "max_size_mm"),
        (lambda: CapabilityDraft(process="press", materials=("a", "a")), "materials"),
        (lambda: MachineDraft(name=" ", site="sit_1"), "name"),
        (lambda: HoursDraft(weekday=7, starts=time(1), ends=time(2)), "weekday"),
        (lambda: HoursDraft(weekday=0, starts="08:00", ends=time(2)), "starts"),
        (lambda: ExceptionDraft(on=date(2026, 3, 5), is_closed=False, starts=time(1)), "ends"),
        (lambda: ExceptionDraft(on=date(2026, 3, 5), starts=time(1)), "starts"),
        (lambda: ExceptionDraft(on="2026-03-05"), "on"),
        (lambda: WindowDraft(starts_at=NOW, ends_at=NOW), "ends_at"),
        (lambda: WindowDraft(starts_at=NOW, ends_at=NOW.replace(year=2201)), "ends_at"),
        (lambda: WindowDraft(starts_at=NOW, ends_at=NOW + timedelta(1), price_pct=0), "price_pct"),
    ],
)
def test_a_draft_that_breaks_a_rule_names_the_field(make, field):
    with pytest.raises(InvalidInput) as refusal:
        make()
    assert refusal.value.field == field


def test_a_connected_machine_is_not_connected_again(owner, site):
    listed = list_machine(viewer=owner, connection="json", **parts(site))
    with pytest.raises(Conflict):
        connect(viewer=owner, machine=listed.machine.public_id, connection="mtconnect")
    assert Device.objects.count() == 1
