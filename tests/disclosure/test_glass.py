"""The platform's staff sees nothing of an enterprise but through broken glass, for hours, with the owner told."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.test import Client

from marketplace.accounts.models import Enterprise, Notice
from marketplace.common import clock
from marketplace.common.errors import DomainError, NotFound
from marketplace.common.models import AuditEntry
from marketplace.disclosure import services
from marketplace.disclosure.errors import GlassTooLong, NotStaff
from marketplace.disclosure.models import BreakGlass, Look
from marketplace.disclosure.selectors import live_glass
from tests.builders import NOW, a_machine, a_person, a_site, a_viewer, an_enterprise

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/enterprise/"
REASON = "ticket 4711: cannot log in"
NEUTRAL = {
    "auth.group", "accounts.enterprise", "disclosure.breakglass", "django_celery_beat.periodictask",
    "django_celery_beat.clockedschedule", "django_celery_beat.crontabschedule", "django_celery_beat.intervalschedule",
    "django_celery_beat.solarschedule",
}  # fmt: skip


def a_staff_member(**more):
    return a_person(is_staff=True, is_superuser=True, **more)


def break_it(*, by, owner, hours=1.0, reason=REASON, real_now=NOW) -> BreakGlass:
    return services.break_glass(
        by=by, enterprise=owner.public_id, reason=reason, lasts=timedelta(hours=hours), now=NOW, real_now=real_now
    )  # fmt: skip


@pytest.fixture
def owner():
    enterprise = an_enterprise(
        name="Hidden Presses", registration_number="REG-SECRET-1", verification="pending"
    )
    a_machine(site=a_site(enterprise=enterprise, name="Hall"), model="Schuler MSP 400", name="Big One")
    a_viewer(enterprise=enterprise)
    return enterprise


@pytest.fixture
def staff():
    return a_staff_member()


@pytest.fixture
def desk(staff):
    client = Client()
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_glass_lives_for_its_time_for_its_breaker_and_its_enterprise_only(owner, staff):
    break_it(by=staff, owner=owner, hours=2)
    other = an_enterprise()

    def lives(*, person=staff, enterprise=owner, after=timedelta()):
        return live_glass(person_id=person.pk, enterprise_id=enterprise.pk, real_now=NOW + after) is not None

    assert lives()
    assert lives(after=timedelta(hours=2, seconds=-1))
    assert not lives(after=timedelta(hours=2))
    assert not lives(person=a_staff_member())
    assert not lives(enterprise=other)


def test_the_owner_is_told_the_reason_and_the_audit_log_knows(owner, staff):
    glass = break_it(by=staff, owner=owner)
    assert Notice.objects.get(enterprise=owner).facts == {"reason": REASON, "hours": "1"}
    entry = AuditEntry.objects.get(action="disclosure.glass-broken")
    assert (entry.person, entry.subject, entry.facts["glass"]) == (
        staff.public_id, owner.public_id, glass.public_id
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"hours": 4.1}, GlassTooLong),
        ({"hours": 0}, GlassTooLong),
        ({"reason": "because"}, DomainError),
        ({"reason": " " * 30}, DomainError),
    ],
)
def test_without_a_reason_or_for_too_long_no_glass_breaks(owner, staff, more, error):
    with pytest.raises(error):
        break_it(by=staff, owner=owner, **more)
    assert not BreakGlass.objects.exists()
    assert not Notice.objects.exists()


def test_only_staff_breaks_glass(owner):
    with pytest.raises(NotStaff):
        break_it(by=a_person(), owner=owner)
    assert not BreakGlass.objects.exists()


def test_the_database_refuses_a_longer_glass(owner, staff):
    with pytest.raises(IntegrityError, match="glass_heals_within_four_hours"), transaction.atomic():
        BreakGlass.objects.create(
            person=staff, enterprise=owner, reason="x", starts_at=NOW, ends_at=NOW + timedelta(hours=4, seconds=1)
        )  # fmt: skip


def test_who_is_done_mends_it(owner, staff):
    break_it(by=staff, owner=owner)
    services.mend_glass(by=staff, enterprise=owner.public_id, now=NOW, real_now=NOW)
    assert live_glass(person_id=staff.pk, enterprise_id=owner.pk, real_now=NOW) is None
    with pytest.raises(NotFound):
        services.mend_glass(by=staff, enterprise=owner.public_id, now=NOW, real_now=NOW)


def secrets_in(html: str) -> set[str]:
    return {
        word for word in ("Hidden Presses", "REG-SECRET-1", "Schuler", "Big One", "Ningbo") if word in html
    }


def test_the_admin_shows_nothing_private_until_glass_is_broken(owner, desk):
    for url in (
        "/admin/",
        LIST,
        f"{LIST}{owner.pk}/change/",
        f"{LIST}{owner.pk}/history/",
        f"{LIST}{owner.pk}/glass/",
        f"{LIST}{owner.pk}/delete/",
    ):
        assert secrets_in(desk.get(url, follow=True).content.decode()) == set(), url
    for search in (
        "Hidden",
        "REG-SECRET-1",
        "Schuler",
    ):  # an answer that depends on it would tell who is here
        assert owner.public_id not in desk.get(f"{LIST}?q={search}").content.decode()
    assert not Look.objects.exists()


def test_a_reason_opens_the_page_logs_each_look_and_ends_with_the_time(owner, desk):
    answer = desk.post(f"{LIST}{owner.pk}/glass/", {"reason": REASON, "hours": "1"}, follow=True)
    assert {"Hidden Presses", "REG-SECRET-1", "Schuler", "Ningbo"} <= secrets_in(answer.content.decode())
    looks = Look.objects.filter(owner=owner, reader=None)
    assert looks.count() > 3
    assert {look.glass.reason for look in looks} == {REASON}
    BreakGlass.objects.update(
        starts_at=clock.real_now() - timedelta(hours=2), ends_at=clock.real_now() - timedelta(hours=1)
    )
    assert secrets_in(desk.get(f"{LIST}{owner.pk}/change/", follow=True).content.decode()) == set()


def test_another_enterprise_stays_closed(owner, desk):
    other = an_enterprise(name="Other Secret Works")
    desk.post(f"{LIST}{owner.pk}/glass/", {"reason": REASON, "hours": "1"})
    assert "Other Secret" not in desk.get(f"{LIST}{other.pk}/change/", follow=True).content.decode()


def test_verification_is_decided_through_glass_and_nothing_else_is_changed(owner, desk):
    url = f"{LIST}{owner.pk}/decide/"
    desk.post(url, {"is_genuine": "yes"})
    assert Enterprise.objects.get(pk=owner.pk).verification == "pending"
    desk.post(f"{LIST}{owner.pk}/glass/", {"reason": REASON, "hours": "1"})
    desk.post(f"{LIST}{owner.pk}/change/", {"name": "Stolen"})
    desk.post(url, {"is_genuine": "yes"})
    found = Enterprise.objects.get(pk=owner.pk)
    assert (found.verification, found.name) == ("verified", "Hidden Presses")


def test_staff_without_the_right_to_look_at_enterprises_breaks_no_glass(owner):
    client = Client()
    client.force_login(a_person(is_staff=True), backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post(f"{LIST}{owner.pk}/glass/", {"reason": REASON, "hours": "1"})
    assert not BreakGlass.objects.exists()


def test_the_admin_knows_no_model_but_neutral_ones():
    """A model with anybody's data that is registered in the admin must come behind glass first."""
    assert {model._meta.label_lower for model in admin.site._registry} == NEUTRAL
