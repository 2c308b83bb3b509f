"""The life of an import: what was previewed is what is applied, once, as a whole; and taken back."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from marketplace.capacity.imports import (
    DraftExpired,
    DraftNotApplied,
    DraftStale,
    apply_draft,
    draft_undo,
    drafts_of,
    get_draft,
    look,
    template_pages,
)
from marketplace.capacity.models import (
    CalendarException,
    Equipment,
    ImportDraft,
    Rate,
    TakenTime,
    WeeklyHours,
)
from marketplace.capacity.services import Wanted, book
from marketplace.common.clock import real_now
from marketplace.common.errors import NotFound
from marketplace.common.sheets import Page, book_bytes
from tests.builders import NOW, a_machine, a_site, a_viewer
from tests.capacity.import_files import (
    JOB_HEADER,
    MACHINE_HEADER,
    a_file,
    applied,
    drafted,
    faults,
    jobs,
    machines,
    outcomes,
    seen,
)

pytestmark = pytest.mark.django_db

P3 = ("P3", "Press 3", "Ningbo works", "press", "1500", "180")
J1 = ("P3", "J1", "own job", "Brackets", "2026-03-03 08:00", "2026-03-03 12:00")


@pytest.fixture
def site():
    return a_site(name="Ningbo works")


@pytest.fixture
def owner(site):
    return a_viewer(enterprise=site.enterprise)


def rows_of(*models):
    return [list(model.objects.order_by("pk").values()) for model in models]


def version_of(viewer, draft, now=NOW):
    return look(viewer=viewer, draft=draft, now=now).version


def test_applying_twice_does_nothing_the_second_time(owner):
    draft = drafted(owner, machines(P3))
    version = version_of(owner, draft)
    first = apply_draft(viewer=owner, draft=draft.public_id, version=version, now=NOW)
    before = rows_of(Equipment, Rate)
    again = apply_draft(viewer=owner, draft=draft.public_id, version=version, now=NOW + timedelta(hours=1))
    assert again.applied_at == first.applied_at and rows_of(Equipment, Rate) == before
    assert first.result["machines"] == {"new": 1}


def test_a_draft_is_stale_when_what_it_would_do_has_changed(owner, site):
    machine = a_machine(site=site, own_number="P3")
    draft = drafted(owner, machines(P3))
    version = version_of(owner, draft)
    Rate.objects.filter(equipment=machine).update(price_cents_per_h=7)
    before = rows_of(Equipment, Rate)
    with pytest.raises(DraftStale):
        apply_draft(viewer=owner, draft=draft.public_id, version=version, now=NOW)
    assert rows_of(Equipment, Rate) == before
    apply_draft(viewer=owner, draft=draft.public_id, version=version_of(owner, draft), now=NOW)


def test_a_booking_made_after_the_preview_makes_the_draft_stale(owner, site):
    machine = a_machine(site=site, own_number="P3", hours=[(day, "00:00", "00:00") for day in range(7)])
    draft = drafted(owner, jobs(J1))
    version = version_of(owner, draft)
    book(
        wanted=Wanted(
            equipment_id=machine.pk, starts_at=NOW + timedelta(hours=12), ends_at=NOW + timedelta(hours=22)
        )
    )
    with pytest.raises(DraftStale):
        apply_draft(viewer=owner, draft=draft.public_id, version=version, now=NOW)
    assert TakenTime.objects.count() == 1


def test_changes_elsewhere_do_not_make_it_stale(owner, site):
    draft = drafted(owner, machines(P3))
    version = version_of(owner, draft)
    a_machine(site=site)
    apply_draft(viewer=owner, draft=draft.public_id, version=version, now=NOW)
    assert Equipment.objects.filter(own_number="P3").exists()


def test_a_draft_of_another_factory_is_not_found(owner):
    draft = drafted(owner, machines(P3))
    stranger = a_viewer(enterprise=a_site(name="Ningbo works").enterprise)
    for attempt in (
        lambda: get_draft(viewer=stranger, draft=draft.public_id),
        lambda: apply_draft(
            viewer=stranger, draft=draft.public_id, version=version_of(owner, draft), now=NOW
        ),
        lambda: draft_undo(viewer=stranger, draft=draft.public_id),
        lambda: get_draft(viewer=stranger, draft="imp_0000000000000000"),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert not drafts_of(viewer=stranger).exists() and not Equipment.objects.exists()


def test_a_draft_expires_after_a_day_and_is_cleared_away(owner):
    draft = drafted(owner, machines(P3))
    version = version_of(owner, draft)
    ImportDraft.objects.update(expires_at=real_now() - timedelta(seconds=1))
    with pytest.raises(DraftExpired):
        apply_draft(viewer=owner, draft=draft.public_id, version=version, now=NOW)
    with pytest.raises(NotFound):
        get_draft(viewer=owner, draft=draft.public_id)
    drafted(owner, machines(P3))
    assert not ImportDraft.objects.filter(pk=draft.pk).exists() and not Equipment.objects.exists()


def test_nothing_stays_of_an_import_that_fails_halfway(owner, site, monkeypatch):
    a_machine(site=site, own_number="P4")
    before = rows_of(Equipment, Rate, TakenTime, ImportDraft)
    draft = drafted(owner, a_file(book_bytes([
        Page(title="Machines", header=MACHINE_HEADER, rows=[P3]),
        Page(title="Own jobs", header=JOB_HEADER, rows=[("P4", *J1[1:])]),
    ]), "a.xlsx"))  # fmt: skip
    version = version_of(owner, draft)

    def refuse(**_more):
        raise RuntimeError("halfway")

    monkeypatch.setattr("marketplace.capacity.services.set_own_time", refuse)
    with pytest.raises(RuntimeError):
        apply_draft(viewer=owner, draft=draft.public_id, version=version, now=NOW)
    assert rows_of(Equipment, Rate, TakenTime) == before[:3]
    draft.refresh_from_db()
    assert draft.applied_at is None


def test_an_import_is_taken_back_by_its_opposite(owner, site):
    machine = a_machine(site=site, own_number="P3", name="Old name")
    applied(owner, jobs(J1, ("P3", "J2", *J1[2:4], "2026-03-04 08:00", "2026-03-04 12:00")))
    week, taken = (
        rows_of(WeeklyHours)[0],
        list(TakenTime.objects.order_by("period").values_list("own_reference", "period")),
    )
    gone = TakenTime.objects.get(own_reference="J2").public_id
    header = (*MACHINE_HEADER, "listed")
    week_header = ("own number", "weekday", "from", "to")
    new = ("P8", "New", "Ningbo works", "press", "1", "1", "yes")
    moved = ("P3", "J1", "maintenance", "x", "2026-03-03 09:00", "2026-03-03 10:00")
    added = ("P3", "J3", *J1[2:4], "2026-03-05 08:00", "2026-03-05 12:00")
    hours = [("P3", "1", "1:00", "2:00"), ("P8", "1", "1:00", "2:00")]
    book_ = book_bytes(
        [
            Page(title="Machines", header=header, rows=[(*P3, "yes"), new]),
            Page(title="Weekly hours", header=week_header, rows=hours),
            Page(title="Exceptional days", header=("own number", "date"), rows=[("P3", "2026-05-01")]),
            Page(title="Own jobs", header=JOB_HEADER, rows=[moved, added]),
        ]
    )
    done = applied(owner, a_file(book_, "a.xlsx"), remove=[gone])
    machine.refresh_from_db()
    assert machine.name == "Press 3" and CalendarException.objects.exists()
    undo = draft_undo(viewer=owner, draft=done.public_id)
    plan = look(viewer=owner, draft=undo, now=NOW)
    assert plan.is_clean, plan.findings.faults
    vanished = [one.taken for one in plan.findings.vanished]
    apply_draft(viewer=owner, draft=undo.public_id, version=plan.version, now=NOW, remove=vanished)
    machine.refresh_from_db()
    assert machine.name == "Old name" and not CalendarException.objects.exists()
    assert [{**one, "id": 0} for one in rows_of(WeeklyHours)[0]] == [{**one, "id": 0} for one in week]
    assert list(TakenTime.objects.order_by("period").values_list("own_reference", "period")) == taken
    assert not Equipment.objects.get(own_number="P8").is_listed


def test_what_was_not_applied_has_nothing_to_take_back(owner, site):
    looked_at = drafted(owner, machines(P3))
    with pytest.raises(DraftNotApplied) as refused:
        draft_undo(viewer=owner, draft=looked_at.public_id)
    assert refused.value.code == "capacity:import-not-applied"
    assert list(ImportDraft.objects.all()) == [looked_at]


def test_the_templates_are_files_we_read_ourselves(owner, site):
    from django.utils import translation

    for language in ("en", "zh-hans"):
        with translation.override(language):
            file = a_file(book_bytes(template_pages()), "template.xlsx")
        found = seen(owner, file)
        assert not [one for one in faults(found) if one[1] != "listed"], found.faults
        assert {row.sheet for row in found.rows} == {"machines", "hours", "exceptions", "windows", "jobs"}
        assert outcomes(found)["machines", "P3", "press"] == "new"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_apply_at_once_one_does_it_and_both_see_it_done(owner):
    draft = drafted(owner, machines(P3))
    version = version_of(owner, draft)
    ready = threading.Barrier(2)

    def job():
        try:
            ready.wait()
            return apply_draft(viewer=owner, draft=draft.public_id, version=version, now=NOW).applied_at
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = [one.result(timeout=20) for one in [pool.submit(job) for _n in range(2)]]
    assert answers == [NOW, NOW] and Equipment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_files_with_the_same_new_machine_one_is_told_to_look_again(owner):
    drafts = [drafted(owner, machines(P3)), drafted(owner, machines((*P3[:5], "190")))]
    versions = [version_of(owner, draft) for draft in drafts]
    ready = threading.Barrier(2)

    def job(draft, version):
        try:
            ready.wait()
            return apply_draft(viewer=owner, draft=draft.public_id, version=version, now=NOW)
        except DraftStale as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = [
            one.result(timeout=20)
            for one in [pool.submit(job, *pair) for pair in zip(drafts, versions, strict=True)]
        ]
    assert sorted(type(one).__name__ for one in answers) == ["DraftStale", "ImportDraft"]
    assert Equipment.objects.count() == 1
