"""Taking a machine's time: once, wholly or not at all."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import translation

from marketplace.accounts.models import Membership
from marketplace.capacity.models import TakenTime
from marketplace.capacity.services import (
    OutsideOffer,
    TimeTaken,
    Wanted,
    add_maintenance,
    add_own_job,
    book,
    book_runs,
    hold,
    hold_runs,
    release,
    remove_taken,
)
from marketplace.common.errors import Forbidden, InvalidInput, NotFound
from tests.builders import NOW, a_buyer, a_machine, a_site, a_viewer

pytestmark = pytest.mark.django_db

ALL_WEEK = [(weekday, "00:00", "00:00") for weekday in range(7)]


def at(hour: float):
    return NOW + timedelta(hours=hour)


def wanted(machine, first, last, reference="run_1"):
    return Wanted(equipment_id=machine.pk, starts_at=at(first), ends_at=at(last), reference=reference)


def taken():
    return list(TakenTime.objects.order_by("id").values_list("kind", "reference"))


@pytest.fixture
def machine():
    return a_machine(hours=ALL_WEEK)


def test_a_machine_is_booked_once(machine):
    book(wanted=wanted(machine, 0, 4))
    with pytest.raises(TimeTaken) as refusal:
        book(wanted=wanted(machine, 3, 5, "run_2"))
    assert refusal.value.code == "capacity:time-taken"
    assert taken() == [("booking", "run_1")]


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "20 Mar 2031 08:00 to 20 Mar 2031 12:00"), ("zh-hans", "2031年3月20日 08:00")],
)
def test_a_refusal_tells_the_owner_by_the_clock_of_the_site_what_is_in_the_way(language, shown):
    machine = a_machine(site=a_site(time_zone="Asia/Shanghai"))
    owner = a_viewer(enterprise=machine.enterprise)
    starts_at = datetime(2031, 3, 20, tzinfo=UTC)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=4)}
    add_own_job(viewer=owner, machine=machine.public_id, **times)
    with translation.override(language), pytest.raises(TimeTaken) as refusal:
        add_maintenance(viewer=owner, machine=machine.public_id, **times)
    assert shown in str(refusal.value) and "UTC" not in str(refusal.value)
    assert refusal.value.facts["starts_at"] == "2031-03-20T00:00:00+00:00"


def test_half_open_periods_that_touch_do_not_overlap(machine):
    book(wanted=wanted(machine, 0, 4))
    book(wanted=wanted(machine, 4, 6, "run_2"))
    book(wanted=wanted(machine, -1, 0, "run_3"))
    assert len(taken()) == 3


def test_runs_are_booked_all_or_none(machine):
    other = a_machine(hours=ALL_WEEK)
    book(wanted=wanted(other, 2, 3, "run_0"))
    with pytest.raises(TimeTaken):
        book_runs(wanted=[wanted(machine, 0, 4), wanted(other, 0, 4, "run_2")])
    assert taken() == [("booking", "run_0")]


def test_two_runs_of_one_call_that_overlap_are_refused(machine):
    with pytest.raises(TimeTaken):
        book_runs(wanted=[wanted(machine, 0, 4), wanted(machine, 3, 6, "run_2")])
    assert taken() == []


def test_a_hold_becomes_the_booking_of_its_reference(machine):
    hold(wanted=wanted(machine, 0, 4), hold_s=60)
    book(wanted=wanted(machine, 0, 4))
    assert taken() == [("booking", "run_1")]


def test_the_booking_may_be_shorter_than_its_hold(machine):
    hold(wanted=wanted(machine, 0, 4), hold_s=60)
    book(wanted=wanted(machine, 1, 3))
    assert TakenTime.objects.get().period.lower == at(1)


def test_a_strangers_hold_is_in_the_way_of_a_booking(machine):
    hold(wanted=wanted(machine, 0, 4), hold_s=60)
    with pytest.raises(TimeTaken):
        book(wanted=wanted(machine, 0, 4, "run_2"))
    assert taken() == [("hold", "run_1")]


def test_an_expired_hold_is_deleted_by_whoever_wants_its_time(machine):
    hold(wanted=wanted(machine, 0, 4), hold_s=0)
    book(wanted=wanted(machine, 3, 5, "run_2"))
    assert taken() == [("booking", "run_2")]


def test_a_booking_whose_hold_expired_takes_the_time_anew(machine):
    hold(wanted=wanted(machine, 0, 4), hold_s=0)
    book(wanted=wanted(machine, 0, 4))
    assert taken() == [("booking", "run_1")]


def test_a_booking_whose_hold_expired_and_was_taken_is_refused(machine):
    hold(wanted=wanted(machine, 0, 4), hold_s=0)
    book(wanted=wanted(machine, 0, 4, "run_2"))
    with pytest.raises(TimeTaken):
        book(wanted=wanted(machine, 0, 4))
    assert taken() == [("booking", "run_2")]


def test_time_that_is_not_offered_cannot_be_held():
    machine = a_machine(hours=[(0, "08:00", "16:00")], site=a_site(time_zone="UTC"))
    with pytest.raises(OutsideOffer):
        hold_runs(wanted=[wanted(machine, 7, 9)], hold_s=60)  # 15:00 to 17:00
    assert taken() == []


def test_an_unpublished_machine_cannot_be_held(machine):
    machine.is_listed = False
    machine.save()
    with pytest.raises(OutsideOffer):
        hold(wanted=wanted(machine, 0, 4), hold_s=60)
    assert taken() == []


def test_release_gives_back_holds_and_bookings_but_no_own_job(machine):
    viewer = a_viewer(enterprise=machine.enterprise)
    hold(wanted=wanted(machine, 0, 1), hold_s=60)
    book(wanted=wanted(machine, 1, 2, "run_2"))
    add_own_job(viewer=viewer, machine=machine.public_id, starts_at=at(2), ends_at=at(3))
    assert release(references=["run_1", "run_2", ""]) == 2
    assert taken() == [("own_job", "")]


def test_the_owner_is_told_what_is_in_the_way(machine):
    viewer = a_viewer(enterprise=machine.enterprise)
    add_maintenance(viewer=viewer, machine=machine.public_id, starts_at=at(0), ends_at=at(2))
    with pytest.raises(TimeTaken) as refusal:
        add_own_job(viewer=viewer, machine=machine.public_id, starts_at=at(1), ends_at=at(3))
    assert refusal.value.facts["kind"] == "maintenance"


@pytest.mark.parametrize("make_viewer", [a_buyer, a_viewer, lambda: None])
def test_nobody_else_learns_what_is_in_the_way(machine, make_viewer):
    owner = a_viewer(enterprise=machine.enterprise)
    add_maintenance(
        viewer=owner, machine=machine.public_id, starts_at=at(0), ends_at=at(2), title="Die change"
    )
    with pytest.raises(TimeTaken) as refusal:
        book(wanted=wanted(machine, 1, 3), viewer=make_viewer())
    assert refusal.value.facts == {}
    assert str(refusal.value.text) == "This time is no longer free."


def test_a_foreign_machine_is_unknown(machine):
    stranger = a_viewer()
    for name in (machine.public_id, "mac_0000000000000000"):
        with pytest.raises(NotFound) as refusal:
            add_own_job(viewer=stranger, machine=name, starts_at=at(0), ends_at=at(1))
        assert str(refusal.value.text) == "There is no such machine."
    assert taken() == []


@pytest.mark.parametrize("role", [Membership.Role.OPERATOR, Membership.Role.VIEWER])
def test_only_owners_and_planners_take_time(machine, role):
    viewer = a_viewer(enterprise=machine.enterprise, role=role)
    with pytest.raises(Forbidden):
        add_own_job(viewer=viewer, machine=machine.public_id, starts_at=at(0), ends_at=at(1))
    assert taken() == []


def test_the_owner_removes_an_own_job_but_not_a_booking(machine):
    viewer = a_viewer(enterprise=machine.enterprise)
    job = add_own_job(viewer=viewer, machine=machine.public_id, starts_at=at(0), ends_at=at(1))
    booking = book(wanted=wanted(machine, 1, 2))
    remove_taken(viewer=viewer, machine=machine.public_id, taken=job.public_id)
    with pytest.raises(NotFound):
        remove_taken(viewer=viewer, machine=machine.public_id, taken=booking.public_id)
    assert taken() == [("booking", "run_1")]


@pytest.mark.parametrize(("first", "last"), [(1, 1), (2, 1), (0, 24 * 400)])
def test_an_empty_backward_or_endless_period_is_refused(machine, first, last):
    with pytest.raises(InvalidInput) as refusal:
        wanted(machine, first, last)
    assert refusal.value.field == "ends_at"


@pytest.mark.parametrize(
    "period",
    [
        DateTimeTZRange(at(1), at(1), "[)"),
        DateTimeTZRange(at(1), None, "[)"),
        DateTimeTZRange(None, at(1), "[)"),
        DateTimeTZRange(at(1), at(2), "[]"),
        DateTimeTZRange(at(1), at(2), "()"),
    ],
)
def test_the_database_itself_refuses_periods_that_are_not_bounded_and_half_open(machine, period):
    with pytest.raises(IntegrityError), transaction.atomic():
        TakenTime.objects.create(equipment=machine, kind="booking", period=period)
    assert taken() == []


@pytest.mark.parametrize(("kind", "expires_at"), [("hold", None), ("booking", NOW)])
def test_the_database_itself_lets_holds_and_only_holds_expire(machine, kind, expires_at):
    period = DateTimeTZRange(at(1), at(2), "[)")
    with pytest.raises(IntegrityError), transaction.atomic():
        TakenTime.objects.create(equipment=machine, kind=kind, period=period, expires_at=expires_at)
    assert taken() == []
