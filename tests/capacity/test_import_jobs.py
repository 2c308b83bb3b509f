"""Own jobs and maintenance from a file that comes every day: upsert by job number, nothing double booked."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from marketplace.capacity.imports import DraftHasFaults
from marketplace.capacity.models import TakenTime
from marketplace.capacity.services import (
    JobNumberTaken,
    TimeTaken,
    Wanted,
    add_maintenance,
    add_own_job,
    book,
    hold,
    set_own_time,
)
from marketplace.capacity.services.own_time import OwnTime
from marketplace.common.errors import NotFound
from tests.builders import NOW, a_machine, a_site, a_viewer
from tests.capacity.import_files import applied, exported, faults, jobs, outcomes, seen

pytestmark = pytest.mark.django_db

ALL_WEEK = [(day, "00:00", "00:00") for day in range(7)]
J1 = ("P3", "J1", "own job", "Brackets", "2026-03-03 08:00", "2026-03-03 12:00")
J2 = ("P3", "J2", "维护", "Oil", "2026-03-03 12:00", "2026-03-03 14:00")


@pytest.fixture
def site():
    return a_site(time_zone="Asia/Shanghai")


@pytest.fixture
def machine(site):
    return a_machine(site=site, own_number="P3", hours=ALL_WEEK)


@pytest.fixture
def owner(site, machine):
    return a_viewer(enterprise=site.enterprise)


def taken():
    return list(TakenTime.objects.order_by("period").values_list("own_reference", "kind", "title", "period"))


def test_jobs_are_taken_by_the_clock_of_the_site(owner):
    applied(owner, jobs(J1, J2))
    assert [(one[0], one[1], one[2]) for one in taken()] == [
        ("J1", "own_job", "Brackets"),
        ("J2", "maintenance", "Oil"),
    ]
    assert taken()[0][3].lower == datetime(2026, 3, 3, 0, 0, tzinfo=UTC)


def test_the_same_file_every_day_changes_nothing(owner):
    applied(owner, jobs(J1, J2))
    before = list(TakenTime.objects.order_by("id").values())
    assert set(outcomes(seen(owner, jobs(J1, J2))).values()) == {"unchanged"}
    applied(owner, jobs(J1, J2))
    assert list(TakenTime.objects.order_by("id").values()) == before


def test_a_job_keeps_its_id_when_it_is_moved_and_may_change_places_with_another(owner):
    applied(owner, jobs(J1, J2))
    ids = dict(TakenTime.objects.values_list("own_reference", "public_id"))
    applied(owner, jobs((*J1[:4], *J2[4:]), (*J2[:4], *J1[4:])))
    assert dict(TakenTime.objects.values_list("own_reference", "public_id")) == ids
    assert [one[0] for one in taken()] == ["J2", "J1"]


def test_a_job_that_collides_with_a_booking_is_a_fault_that_names_it(owner, machine):
    starts_at = datetime(2026, 3, 3, 2, tzinfo=UTC)
    book(
        wanted=Wanted(
            equipment_id=machine.pk,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            title="Plates · order 7",
        )
    )
    found = seen(owner, jobs(J1, J2))
    assert faults(found) == [(2, "starts_at")]
    rule = found.faults[0].rule
    assert "booked" in rule and "Plates · order 7" in rule and "2026-03-03 10:00" in rule
    before = taken()
    with pytest.raises(DraftHasFaults):
        applied(owner, jobs(J1, J2))
    assert taken() == before


def test_jobs_that_touch_a_booking_are_no_fault(owner, machine):
    starts_at = datetime(2026, 3, 3, 4, tzinfo=UTC)
    book(wanted=Wanted(equipment_id=machine.pk, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)))
    assert not seen(owner, jobs(J1)).faults
    assert faults(seen(owner, jobs(J1, J2))) == [(3, "starts_at")]


def test_an_expired_hold_is_not_in_the_way(owner, machine):
    starts_at = datetime(2026, 3, 3, 2, tzinfo=UTC)
    hold(
        wanted=Wanted(equipment_id=machine.pk, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)),
        hold_s=0,
    )
    applied(owner, jobs(J1))
    assert [one[1] for one in taken()] == ["own_job"]


def test_two_jobs_of_a_file_that_overlap_are_a_fault(owner):
    found = seen(owner, jobs(J1, (*J2[:4], "2026-03-03 11:59", "2026-03-03 14:00")))
    assert faults(found) == [(3, "starts_at")] and "row 2" in found.faults[0].rule


def test_jobs_no_longer_in_the_file_are_shown_and_stay_unless_ticked(owner):
    applied(owner, jobs(J1, J2))
    found = seen(owner, jobs(J1))
    assert [one.job for one in found.vanished] == ["J2"]
    applied(owner, jobs(J1))
    assert [one[0] for one in taken()] == ["J1", "J2"]
    applied(owner, jobs(J1), remove=[found.vanished[0].taken])
    assert [one[0] for one in taken()] == ["J1"]


def test_a_job_in_the_place_of_a_vanished_one_needs_it_ticked(owner):
    applied(owner, jobs(J1, J2))
    file = (*J2[:1], "J3", *J2[2:])
    found = seen(owner, jobs(J1, file))
    assert faults(found) == [(3, "starts_at")] and found.faults[0].blocked_by == found.vanished[0].taken
    applied(owner, jobs(J1, file), remove=[found.vanished[0].taken])
    assert [one[0] for one in taken()] == ["J1", "J3"]


def test_jobs_that_are_over_or_running_do_not_count_as_vanished(owner):
    applied(owner, jobs(J1, J2))
    assert [one.job for one in seen(owner, jobs(J2), now=datetime(2026, 3, 3, 1, tzinfo=UTC)).vanished] == []
    assert not seen(owner, jobs(J1, J2), now=datetime(2026, 3, 9, tzinfo=UTC)).faults


def test_jobs_of_machines_the_file_does_not_name_are_left_alone(owner, site):
    a_machine(site=site, own_number="P4")
    applied(owner, jobs(("P4", *J1[1:])))
    assert seen(owner, jobs(J1)).vanished == []


def test_a_file_can_only_remove_own_jobs_it_was_shown(owner, machine):
    starts_at = datetime(2026, 3, 5, 2, tzinfo=UTC)
    booking = book(
        wanted=Wanted(equipment_id=machine.pk, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    )
    applied(owner, jobs(J1), remove=[booking.public_id])
    assert TakenTime.objects.filter(pk=booking.pk).exists()


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (("P9", *J1[1:]), "number"),
        (("", *J1[1:]), "number"),
        (("P3", "", *J1[2:]), "job"),
        (("P3", "J" * 41, *J1[2:]), "job"),
        ((*J1[:2], "holiday", *J1[3:]), "kind"),
        ((*J1[:3], "x" * 121, *J1[4:]), "title"),
        ((*J1[:4], "tomorrow", J1[5]), "starts_at"),
        ((*J1[:4], "2026-03-03 12:00", J1[5]), "ends_at"),
        ((*J1[:4], J1[4], "2028-03-03 12:00"), "ends_at"),
        ((*J1[:4], "1026-03-03 12:00", J1[5]), "starts_at"),
    ],
)
def test_a_fault_names_its_row_and_field(owner, row, field):
    assert faults(seen(owner, jobs(J2, row))) == [(3, field)]


def test_all_faults_of_a_row_are_told_and_each_cell_once(owner):
    row = ("P3", "", "holiday", "x" * 121, "", "later")
    found = seen(owner, jobs(J2, row, J2))
    told = [(3, "job"), (3, "kind"), (3, "title"), (3, "starts_at"), (3, "ends_at"), (4, "job")]
    assert faults(found) == told


def test_a_job_number_twice_on_a_machine_is_a_fault_and_on_two_machines_is_none(owner, site):
    a_machine(site=site, own_number="P4")
    again = ("P3", "J1", *J2[2:])
    assert faults(seen(owner, jobs(J1, again))) == [(3, "job")]
    assert not seen(owner, jobs(J1, ("P4", *J1[1:]))).faults


def test_a_time_that_summer_time_skips_is_refused_and_one_that_comes_twice_survives_a_round_trip():
    site = a_site(time_zone="Europe/Berlin")
    machine = a_machine(site=site, own_number="P3", hours=ALL_WEEK)
    owner = a_viewer(enterprise=site.enterprise)
    assert faults(seen(owner, jobs((*J1[:4], "2026-03-29 02:30", "2026-03-29 06:00")))) == [(2, "starts_at")]
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 for the second time
    add_own_job(
        viewer=owner,
        machine=machine.public_id,
        starts_at=second,
        ends_at=second + timedelta(hours=1),
        own_reference="J7",
    )
    assert outcomes(seen(owner, exported(owner)))["jobs", "P3", "J7"] == "unchanged"


def test_jobs_without_a_number_come_back_under_ours(owner, machine):
    add_own_job(
        viewer=owner,
        machine=machine.public_id,
        starts_at=NOW + timedelta(hours=1),
        ends_at=NOW + timedelta(hours=2),
        title="x",
    )
    second = NOW + timedelta(hours=3, seconds=7, microseconds=5)
    add_maintenance(
        viewer=owner, machine=machine.public_id, starts_at=second, ends_at=second + timedelta(hours=1)
    )
    for language in ("en", "zh-hans"):
        with translation.override(language):
            file = exported(owner)
        found = seen(owner, file)
        assert set(outcomes(found).values()) == {"unchanged"} and not found.vanished and not found.faults


def test_a_job_number_stands_once_on_a_machine(owner, machine):
    times = {"starts_at": NOW, "ends_at": NOW + timedelta(hours=1)}
    add_own_job(viewer=owner, machine=machine.public_id, own_reference="J1", **times)
    later = {name: at + timedelta(days=1) for name, at in times.items()}
    with pytest.raises(JobNumberTaken):
        add_own_job(viewer=owner, machine=machine.public_id, own_reference="J1", **later)
    assert TakenTime.objects.count() == 1


def own_time(machine, **more):
    values = {
        "machine": machine.public_id,
        "own_reference": "J1",
        "kind": "own_job",
        "starts_at": NOW,
        "ends_at": NOW + timedelta(hours=1),
    }
    return OwnTime(**{**values, **more})


def test_a_refused_set_of_jobs_leaves_all_as_it_was(owner, machine):
    set_own_time(viewer=owner, jobs=[own_time(machine)])
    before = list(TakenTime.objects.values())
    overlapping = own_time(machine, own_reference="J2", starts_at=NOW + timedelta(minutes=30))
    with pytest.raises(TimeTaken):
        set_own_time(viewer=owner, jobs=[overlapping])
    with pytest.raises(NotFound):
        set_own_time(viewer=owner, jobs=[own_time(a_machine(), own_reference="J3")])
    with pytest.raises(NotFound):
        set_own_time(
            viewer=a_viewer(enterprise=a_site().enterprise), jobs=[], remove=[before[0]["public_id"]]
        )
    assert list(TakenTime.objects.values()) == before


def test_bookings_are_never_replaced_by_own_jobs(owner, machine):
    booking = book(wanted=Wanted(equipment_id=machine.pk, starts_at=NOW, ends_at=NOW + timedelta(hours=1)))
    with pytest.raises(NotFound):
        set_own_time(viewer=owner, jobs=[own_time(machine, taken=booking.public_id)])
    assert TakenTime.objects.get().kind == "booking"
