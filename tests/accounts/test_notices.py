"""News for an enterprise."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from marketplace.accounts import notices
from marketplace.accounts.models import Membership, Notice
from marketplace.accounts.notices import UnknownNews, sentence_of
from marketplace.accounts.selectors import notices_of, num_unread
from marketplace.accounts.services import mail_notices, mark_read, tell
from tests.builders import NOW, a_membership, a_viewer, an_enterprise

pytestmark = pytest.mark.django_db
FACTS = {"machine": "Press 3", "pieces": 1200, "due_at": "2026-03-04T10:00:00+00:00", "on_on": "2026-03-05"}


@pytest.fixture(autouse=True)
def kind():
    notices.register("test.late", "%(machine)s is late: %(pieces)s pieces, due %(due_at)s, paid %(on_on)s.")
    yield
    notices._sentences.pop("test.late")


def tell_late(*enterprises, key="late:1", **more):
    return tell([e.pk for e in enterprises], key=key, kind="test.late", facts=FACTS, now=NOW, **more)


def test_the_same_news_are_told_once_to_each():
    first, second = an_enterprise(), an_enterprise()
    assert tell_late(first) == 1
    assert tell_late(first, second) == 1
    assert tell_late(first, second, key="late:2") == 2
    assert Notice.objects.filter(enterprise=first).count() == 2


def test_the_database_refuses_to_tell_twice():
    from django.db import IntegrityError, transaction

    notice = Notice.objects.create(enterprise=an_enterprise(), key="k", kind="test.late", told_at=NOW)
    with pytest.raises(IntegrityError, match="news_are_told_once"), transaction.atomic():
        Notice.objects.create(enterprise=notice.enterprise, key="k", kind="test.late", told_at=NOW)


def test_news_of_no_registered_kind_or_without_a_fact_are_refused_and_nobody_is_told():
    factory = an_enterprise()
    with pytest.raises(UnknownNews):
        tell([factory.pk], key="x", kind="test.unknown", facts={}, now=NOW)
    with pytest.raises(KeyError):
        tell([factory.pk], key="x", kind="test.late", facts={}, now=NOW)
    assert not Notice.objects.exists()


def test_moments_dates_and_numbers_are_shown_to_the_reader():
    said = sentence_of("test.late", FACTS, now=NOW)
    assert said == "Press 3 is late: 1,200 pieces, due Wed 4 Mar 10:00, paid Thu 5 Mar."


def test_a_viewer_sees_and_marks_the_notices_of_its_own_enterprise():
    viewer, other = a_viewer(), a_viewer()
    tell_late(*(m.enterprise for m in Membership.objects.all()))
    mine, foreign = notices_of(viewer).get(), notices_of(other).get()
    assert mark_read(viewer=viewer, up_to=foreign.public_id, real_now=NOW) == 0
    assert (num_unread(viewer), num_unread(other)) == (1, 1)
    assert mark_read(viewer=viewer, up_to=mine.public_id, real_now=NOW) == 1
    assert (num_unread(viewer), num_unread(other)) == (0, 1)


def test_what_comes_after_the_last_seen_stays_new():
    viewer = a_viewer()
    enterprise = Membership.objects.get().enterprise
    tell_late(enterprise)
    seen = notices_of(viewer).get()
    tell_late(enterprise, key="late:2")
    mark_read(viewer=viewer, up_to=seen.public_id, real_now=NOW)
    assert num_unread(viewer) == 1


def test_owners_and_planners_are_written_to_once_in_their_own_language(settings):
    settings.PUBLIC_URL = "https://muster.example"
    factory = an_enterprise(name="Falcon")
    for role in Membership.Role.values:
        a_membership(enterprise=factory, role=role)
    tell_late(factory, url="/offers/")
    assert mail_notices(now=NOW, real_now=NOW) == 1
    assert mail_notices(now=NOW, real_now=NOW + timedelta(minutes=1)) == 0
    readers = {m.person.email for m in Membership.objects.filter(role__in=["owner", "planner"])}
    assert {to for one in mail.outbox for to in one.to} == readers
    assert len(mail.outbox) == 2
    assert "https://muster.example/offers/" in mail.outbox[0].body
    assert "To Falcon" in mail.outbox[0].body


def test_a_mail_server_that_is_away_leaves_the_news_to_the_next_sweep(monkeypatch):
    from marketplace.accounts.services import notices as service

    member = a_membership()
    tell_late(member.enterprise)

    def away():
        raise ConnectionError

    monkeypatch.setattr(service, "get_connection", away)
    with pytest.raises(ConnectionError):
        mail_notices(now=NOW, real_now=NOW)
    monkeypatch.undo()
    assert mail_notices(now=NOW, real_now=NOW) == 1


def test_the_page_shows_news_marks_them_and_says_when_there_are_none(client):
    member = a_membership()
    client.force_login(member.person)
    page = client.get(reverse("accounts:notices")).content.decode()
    assert "No new notices" in page
    assert "Nothing has happened yet" in page
    tell_late(member.enterprise, url="/offers/")
    page = client.get(reverse("accounts:notices")).content.decode()
    assert "1 new notice" in page
    assert "Press 3 is late" in page
    assert 'href="/offers/"' in page
    up_to = Notice.objects.get().public_id
    client.post(reverse("accounts:notices-read"), {"up_to": up_to})
    assert "No new notices" in client.get(reverse("accounts:notices")).content.decode()
    assert (
        "m-bell__number"
        not in client.get(reverse("accounts:bell"), headers={"HX-Request": "true"}).content.decode()
    )


def test_the_interface_lists_them(client):
    member = a_membership()
    client.force_login(member.person)
    tell_late(member.enterprise)
    (row,) = client.get("/api/v1/notices").json()["results"]
    assert row["kind"] == "test.late"
    assert row["facts"] == FACTS
    assert row["text"].startswith("Press 3 is late")
