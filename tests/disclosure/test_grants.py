"""Opening something to another: for a purpose and a time, ended by the clock or at once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from marketplace.accounts.models import Enterprise, Notice
from marketplace.common.errors import DomainError, Forbidden, NotFound
from marketplace.common.models import AuditEntry
from marketplace.disclosure import services
from marketplace.disclosure.errors import (
    GrantOver,
    GrantTooLong,
    NotGrantable,
    NotToRivals,
    UnknownReader,
    UnknownScope,
)
from marketplace.disclosure.models import Grant
from marketplace.disclosure.selectors import firm_seen_by, grant_of, looks_at
from marketplace.disclosure.services import GrantDraft
from marketplace.disclosure.words import Audience, Group
from tests.builders import NOW, a_machine, a_site, a_viewer, an_enterprise

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def a_factory(**more):
    return a_viewer(enterprise=an_enterprise(kind="factory", **more))


def a_draft(reader=None, **more) -> GrantDraft:
    values = {"group": Group.IDENTITY, "purpose": "they ask who we are", "ends_at": NOW + WEEK}
    return GrantDraft(**{**values, "to_enterprise": reader.enterprise_public_id if reader else "", **more})


def give(owner, reader=None, *, now=NOW, **more) -> Grant:
    return services.give_grant(viewer=owner, draft=a_draft(reader, **more), now=now)


def name_seen(reader, owner, *, now=NOW) -> str:
    try:
        return firm_seen_by(reader, firm=owner.enterprise_public_id, now=now).name
    except NotFound:
        return ""


@pytest.fixture
def owner():
    return a_factory(name="Hidden Presses")


@pytest.fixture
def reader():
    return a_viewer(enterprise=an_enterprise(kind="buyer"))


def test_a_name_is_seen_from_the_grant_on_until_its_end_by_the_clock_alone(owner, reader):
    assert name_seen(reader, owner) == ""
    give(owner, reader)
    assert name_seen(reader, owner) == "Hidden Presses"
    assert name_seen(reader, owner, now=NOW + WEEK - timedelta(seconds=1)) == "Hidden Presses"
    assert name_seen(reader, owner, now=NOW + WEEK) == ""
    assert name_seen(a_viewer(enterprise=an_enterprise(kind="buyer")), owner) == ""


def test_an_owner_ends_it_at_once(owner, reader):
    grant = give(owner, reader)
    later = NOW + timedelta(hours=1)
    services.end_grant(viewer=owner, grant=grant.public_id, now=later)
    assert name_seen(reader, owner, now=later) == ""
    grant.refresh_from_db()
    assert (grant.ended_at, grant.ended_by_id) == (later, owner.person_id)
    with pytest.raises(GrantOver):
        services.end_grant(viewer=owner, grant=grant.public_id, now=later)


def test_the_reader_is_told_and_the_audit_log_knows(owner, reader):
    grant = give(owner, reader)
    assert Notice.objects.get(enterprise=reader.enterprise_id).facts["enterprise"] == "Hidden Presses"
    assert AuditEntry.objects.get(action="disclosure.granted").subject == grant.public_id


def test_a_grant_that_does_not_give_the_name_away_does_not_tell_it(owner, reader):
    give(owner, reader, group=Group.MACHINE_MODEL)
    assert "Hidden" not in str(Notice.objects.get(enterprise=reader.enterprise_id).facts)
    assert name_seen(reader, owner) == ""


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"group": Group.PRICES}, NotGrantable),
        ({"group": Group.STAFF_DATA}, NotGrantable),
        ({"group": "gossip"}, DomainError),
        ({"purpose": "  "}, DomainError),
        ({"ends_at": NOW}, GrantTooLong),
        ({"ends_at": NOW + timedelta(days=366)}, GrantTooLong),
        ({"scope": "mac_0000000000000000"}, UnknownScope),
        ({"to_enterprise": "ent_0000000000000000"}, UnknownReader),
        ({"to_enterprise": ""}, UnknownReader),
        ({"to_audience": Audience.PUBLIC}, UnknownReader),
        ({"to_enterprise": "", "to_audience": Audience.COORDINATOR}, NotGrantable),
        ({"to_enterprise": "", "to_audience": Audience.PUBLIC, "group": Group.TELEMETRY}, NotGrantable),
    ],
)
def test_an_unsound_grant_is_refused_and_nothing_is_opened(owner, reader, more, error):
    with pytest.raises(error):
        give(owner, reader, **more)
    assert not Grant.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.parametrize("group", [Group.FREE_CAPACITY, Group.TELEMETRY])
def test_factories_are_never_shown_each_others_hours_or_machine_data(owner, group):
    with pytest.raises(NotToRivals):
        give(owner, a_factory(), group=group)
    assert not Grant.objects.exists()


def test_only_an_owner_gives_and_ends_and_only_of_its_own(owner, reader):
    enterprise = Enterprise.objects.get(pk=owner.enterprise_id)
    planner = a_viewer(enterprise=enterprise, role="planner")
    with pytest.raises(Forbidden):
        give(planner, reader)
    with pytest.raises(Forbidden):
        give(replace(owner, may_write=False), reader)
    grant = give(owner, reader)
    with pytest.raises(Forbidden):
        services.end_grant(viewer=planner, grant=grant.public_id, now=NOW)
    for foreign in (grant.public_id, "grt_0000000000000000"):
        with pytest.raises(NotFound, match=r"^There is no such grant\.$"):
            services.end_grant(viewer=a_factory(), grant=foreign, now=NOW)
        with pytest.raises(NotFound, match=r"^There is no such grant\.$"):
            grant_of(a_factory(), grant=foreign)
    grant.refresh_from_db()
    assert grant.ended_at is None


def test_each_use_is_logged_for_the_owner(owner, reader):
    grant = give(owner, reader)
    profile = firm_seen_by(reader, firm=owner.enterprise_public_id, now=NOW)
    services.note_looks(viewer=reader, profile=profile, now=NOW)
    look = looks_at(owner).get()
    assert (look.group, look.grant, look.reader_id, look.person_id) == (
        Group.IDENTITY, grant, reader.enterprise_id, reader.person_id
    )  # fmt: skip
    assert not looks_at(reader).exists()


def test_a_lab_sees_the_machine_that_was_opened_to_it_and_no_other(owner):
    site = a_site(enterprise=Enterprise.objects.get(pk=owner.enterprise_id))
    from tests.builders import a_device

    shown, hidden = (
        a_machine(site=site, name=name, device=a_device(site=site)) for name in ("Shown press", "Other press")
    )
    lab = a_viewer(enterprise=an_enterprise(kind="buyer"))
    give(owner, lab, group=Group.TELEMETRY, scope=shown.public_id, purpose="complaint about lot 3")
    profile = firm_seen_by(lab, firm=owner.enterprise_public_id, now=NOW)
    telemetry = next(one for one in profile.sections if one.cell.group == Group.TELEMETRY)
    assert profile.audience == Audience.LAB
    assert [fact.label for fact in telemetry.facts] == [shown.name]
    assert hidden.name not in str(telemetry)


def test_the_database_refuses_what_the_service_never_writes(owner, reader):
    sound = {
        "owner_id": owner.enterprise_id, "to_enterprise_id": reader.enterprise_id, "group": Group.IDENTITY, "purpose": "x",
        "starts_at": NOW, "ends_at": NOW + WEEK, "given_at": NOW,
    }  # fmt: skip
    for change, constraint in (
        ({"ends_at": NOW + timedelta(days=366)}, "grant_ends_within_a_year"),
        ({"ends_at": NOW}, "grant_ends_within_a_year"),
        ({"to_audience": "public"}, "grant_is_to_an_enterprise_or_an_audience"),
        ({"to_enterprise_id": None}, "grant_is_to_an_enterprise_or_an_audience"),
        ({"to_enterprise_id": owner.enterprise_id}, "grant_is_to_another"),
        ({"purpose": ""}, "grant_has_a_purpose"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Grant.objects.create(**{**sound, **change})
