"""Widened sight: exact, for declared goods and regions, from the start to the second of the end, logged and told."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction

from config.middleware import with_declarations
from marketplace.accounts.models import Membership, Notice
from marketplace.capacity.models import Capability, Equipment, Rate
from marketplace.common import clock, oracles
from marketplace.common.errors import Forbidden, NotFound
from marketplace.common.models import AuditEntry
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.errors import NotLive
from marketplace.mobilisation.models import Declaration, Reading
from tests.builders import NOW, a_buyer, a_machine, a_site, a_viewer, an_api_client, an_enterprise
from tests.mobilisation.emergencies import (
    ALWAYS,
    DAY,
    HOUR,
    a_code,
    a_factory,
    a_template,
    an_office,
    approve,
    in_force,
    proposed,
)

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def look(office, declaration, *, viewer=None, now=NOW):
    return services.look_at_capacity(
        viewer=viewer or office.first, declaration_public_id=declaration.public_id, now=now
    )


def notices(viewer, kind):
    return Notice.objects.filter(enterprise=viewer.enterprise_id, kind=f"mobilisation.{kind}")


def nothing_was_read():
    return (
        not Reading.objects.exists()
        and not AuditEntry.objects.filter(action="mobilisation.capacity-read").exists()
    )


def test_a_look_shows_free_hours_by_local_day_with_the_owner():
    office = an_office()
    a_factory(name="Cixi Press", units_per_h=1500)
    sight = look(office, in_force(office))
    machine = sight.machines[0]
    assert (machine.owner, machine.units_per_h, machine.processes) == ("Cixi Press", 1500, ("press",))
    assert machine.free_h == 14 * 24
    assert machine.days[0] == (NOW.date(), 8.0)  # from 16:00 in Shanghai
    assert machine.days[1][1] == 24.0


def test_there_is_no_sight_before_the_start_and_none_from_the_end_on():
    office = an_office()
    a_factory()
    declaration = in_force(office, starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
    for now in (NOW, NOW + DAY - SECOND, NOW + 2 * DAY, NOW + 2 * DAY + SECOND):
        with pytest.raises(NotLive):
            look(office, declaration, now=now)
    assert nothing_was_read()
    assert look(office, declaration, now=NOW + DAY).machines
    assert look(office, declaration, now=NOW + 2 * DAY - SECOND).machines


def test_there_is_no_sight_without_approval():
    office = an_office()
    a_factory()
    with pytest.raises(NotLive):
        look(office, proposed(office))
    assert nothing_was_read()


def test_there_is_no_sight_after_an_early_end():
    office = an_office()
    a_factory()
    declaration = in_force(office)
    services.end_declaration(
        viewer=office.second, public_id=declaration.public_id, reason="The river fell.", now=NOW + HOUR
    )
    with pytest.raises(NotLive):
        look(office, declaration, now=NOW + HOUR)
    assert nothing_was_read()


def test_nothing_outside_goods_and_regions_is_seen():
    office = an_office()
    inside = a_factory()
    a_factory(process="sew")
    a_factory(region="Jiangsu")
    a_machine(site=a_site(region="Zhejiang"), process="press", hours=ALWAYS, listed=False)
    sight = look(office, in_force(office))
    assert {machine.owner_id for machine in sight.machines} == {inside.enterprise_public_id}


@pytest.mark.parametrize(
    ("capability", "fits"),
    [
        ({}, True),
        ({"max_size_mm": 200}, True),
        ({"max_size_mm": 199}, False),
        ({"min_size_mm": 201, "max_size_mm": 300}, False),
        ({"tolerance_um": 50}, True),
        ({"tolerance_um": 51}, False),
        ({"materials": ["steel"]}, False),
        ({"materials": ["fleece", "steel"]}, True),
    ],
)
def test_a_machine_fits_a_product_by_material_size_and_tolerance(capability, fits):
    office = an_office()
    product = a_template(size_mm=200, tolerance_um=50, material_code="fleece")
    a_factory()
    Capability.objects.update(**capability)
    assert bool(look(office, in_force(office, product=product)).machines) is fits


@pytest.mark.parametrize(
    ("rated_for", "goods", "shown"),
    [
        ("", {"product": True}, 1500),
        ("masks", {"product": True}, 9000),
        ("another-buyers-part", {"product": True}, 1500),
        ("another-buyers-part", {"processes": ("press",)}, 9000),
    ],
)
def test_a_rate_for_other_goods_than_the_declared_is_not_shown(rated_for, goods, shown):
    office = an_office()
    product = a_template(code="masks")
    owner = a_factory(units_per_h=1500)
    if rated_for:
        machine = Equipment.objects.get(enterprise=owner.enterprise_id)
        Rate.objects.create(
            equipment=machine, process="press", product_code=rated_for, run_units=9000, price_cents_per_h=1
        )
    declared = {"product": product} if "product" in goods else goods
    assert look(office, in_force(office, **declared)).machines[0].units_per_h == shown


def test_a_foreign_office_and_others_see_nothing():
    office, other = an_office(), an_office(name="Second Office")
    a_factory()
    declaration = in_force(office)
    in_force(other, regions=("Jiangsu",))
    for viewer, refusal in [
        (other.first, NotFound),
        (a_buyer(), NotFound),
        (a_factory(), NotFound),
        (a_viewer(enterprise=office.enterprise, role=Membership.Role.VIEWER), Forbidden),
    ]:
        with pytest.raises(refusal):
            look(office, declaration, viewer=viewer)
    assert nothing_was_read()
    assert look(other, Declaration.objects.get(office=other.enterprise)).machines == ()


def test_each_look_is_logged_once_and_counted_for_each_owner():
    office = an_office()
    first, second = a_factory(), a_factory()
    a_machine(site=Equipment.objects.first().site, process="press", hours=ALWAYS)
    declaration = in_force(office)
    look(office, declaration)
    look(office, declaration, viewer=office.second, now=NOW + HOUR)
    logged = list(AuditEntry.objects.filter(action="mobilisation.capacity-read"))
    assert [entry.facts["owners"][first.enterprise_public_id] for entry in logged] == [2, 2]
    assert [summary.num_looks for summary in selectors.reading_summary(first, now=NOW)] == [2]
    readers = {reading.person_id for reading in selectors.readings_of(second)}
    assert readers == {office.first.person_id, office.second.person_id}
    assert not selectors.readings_of(a_factory()).exists()


def test_a_reading_is_written_once():
    office = an_office()
    a_factory()
    look(office, in_force(office))
    for statement in ("UPDATE mobilisation_reading SET read_at = now()", "DELETE FROM mobilisation_reading"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Reading.objects.count() == 1


def test_owners_are_told_at_the_start_once_with_what_by_whom_why_and_until_when():
    office = an_office()
    inside, outside = a_factory(), a_factory(region="Jiangsu")
    declaration = in_force(office, starts_at=NOW + HOUR)
    assert not notices(inside, "capacity-opened").exists()
    services.follow_clock(now=NOW + HOUR)
    services.follow_clock(now=NOW + HOUR)
    told = notices(inside, "capacity-opened").get()
    assert told.facts == {
        "title": declaration.title,
        "office": "Provincial Office",
        "authority": declaration.authority,
        "basis": declaration.legal_basis,
        "until_at": declaration.until_at.isoformat(),
    }
    assert not notices(outside, "capacity-opened").exists()
    assert AuditEntry.objects.filter(action="mobilisation.declaration-opened").count() == 1


def test_an_owner_who_joins_later_is_told_before_they_are_read():
    office = an_office()
    declaration = in_force(office)
    late = a_factory()
    look(office, declaration)
    assert notices(late, "capacity-opened").exists()
    assert list(oracles.faults(["mobilisation"])) == []


def test_owners_are_told_at_the_end_what_was_read():
    office = an_office()
    owner = a_factory()
    declaration = in_force(office, ends_at=NOW + DAY)
    for _ in range(3):
        look(office, declaration)
    services.follow_clock(now=NOW + DAY)
    services.follow_clock(now=NOW + 2 * DAY)
    assert notices(owner, "capacity-closed").get().facts["looks"] == 3
    declaration.refresh_from_db()
    assert declaration.status == Declaration.Status.EXPIRED
    assert AuditEntry.objects.filter(action="mobilisation.declaration-closed").count() == 1


def test_an_extension_of_two_people_keeps_the_sight_open():
    office = an_office()
    a_factory()
    declaration = in_force(office, ends_at=NOW + DAY)
    extension = services.propose_extension(
        viewer=office.first,
        public_id=declaration.public_id,
        until_at=NOW + 3 * DAY,
        reason="The river still rises.",
        code=a_code(office.first),
        now=NOW,
    )
    services.approve_extension(
        viewer=office.second,
        public_id=extension.public_id,
        content_hash=extension.content_hash,
        code=a_code(office.second),
        now=NOW,
    )
    assert look(office, declaration, now=NOW + 2 * DAY).machines
    with pytest.raises(NotLive):
        look(office, declaration, now=NOW + 3 * DAY)
    assert list(oracles.faults(["mobilisation"])) == []


def test_the_viewer_has_powers_only_while_they_last_whatever_is_kept():
    office = an_office()
    declaration = in_force(office, ends_at=NOW + DAY)
    cache.clear()
    for at, powers in [
        (NOW, {declaration.public_id}),
        (NOW + DAY - SECOND, {declaration.public_id}),
        (NOW + DAY, set()),
    ]:
        clock.set_clock(speed=0, business_at=at)
        assert with_declarations(office.first).declarations == powers
        assert with_declarations(a_factory()).declarations == frozenset()
        assert with_declarations(an_office(verified=False).first).declarations == frozenset()


@pytest.mark.django_db(transaction=True)
def test_powers_end_at_once_when_a_person_ends_them():
    office = an_office()
    clock.set_clock(speed=0, business_at=NOW)
    declaration = in_force(office)
    assert with_declarations(office.first).declarations == {declaration.public_id}
    services.end_declaration(
        viewer=office.first, public_id=declaration.public_id, reason="The river fell.", now=NOW
    )
    assert with_declarations(office.first).declarations == frozenset()


def test_a_token_acts_with_the_powers_of_its_office():
    office = an_office()
    clock.set_clock(speed=0, business_at=NOW)
    declaration = approve(office, proposed(office))
    answer = an_api_client(office.first).get("/api/v1/declarations")
    assert answer.status_code == 200
    assert answer.wsgi_request.viewer.declarations == {declaration.public_id}


def test_the_oracle_sees_a_look_outside_the_time_and_one_nobody_was_told_of():
    office = an_office()
    owner = a_factory()
    declaration = in_force(office)
    other = an_enterprise()
    for enterprise, at in [(owner.enterprise_id, NOW - SECOND), (other.pk, NOW)]:
        Reading.objects.create(
            declaration=declaration, owner_id=enterprise, person_id=office.first.person_id, read_at=at
        )
    faults = [fault.text for fault in oracles.faults(["mobilisation"])]
    assert len(faults) == 2
    assert "not in force" in faults[0]
    assert other.public_id in faults[1] and "never told" in faults[1]
