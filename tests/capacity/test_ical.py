"""Calendars for other programs: valid, stable, secret, and saying no more than the owner sees."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from marketplace.accounts.models import Membership, Person
from marketplace.capacity.ical import calendar_of
from marketplace.capacity.models import CalendarFeed
from marketplace.capacity.services import (
    Wanted,
    add_maintenance,
    add_own_job,
    book,
    hold,
    renew_feed,
    revoke_feed,
)
from marketplace.common import clock
from marketplace.common.errors import Forbidden, NotFound
from tests.builders import NOW, a_buyer, a_machine, a_site, a_viewer

pytestmark = pytest.mark.django_db

ALL_WEEK = [(day, "00:00", "00:00") for day in range(7)]


@pytest.fixture
def machine():
    return a_machine(
        site=a_site(time_zone="Asia/Shanghai", name="Ningbo works"), name="Press, 3; new", hours=ALL_WEEK
    )


@pytest.fixture
def owner(machine):
    return a_viewer(enterprise=machine.enterprise)


def events(feed, now=NOW):
    return Calendar.from_ical(calendar_of(feed, now=now)).walk("VEVENT")


def wanted(machine, hours, **more):
    starts_at = NOW + timedelta(hours=hours)
    return Wanted(
        equipment_id=machine.pk, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), **more
    )


def test_everything_taken_and_offered_is_there_in_utc(owner, machine):
    book(wanted=wanted(machine, 0, title="Plates · 500 pieces", reference="run_1"))
    hold(wanted=wanted(machine, 4), hold_s=600)
    hold(wanted=wanted(machine, 8), hold_s=0)
    at = {"starts_at": NOW + timedelta(hours=12), "ends_at": NOW + timedelta(hours=14)}
    add_own_job(viewer=owner, machine=machine.public_id, title="Brackets", own_reference="J1", **at)
    add_maintenance(
        viewer=owner,
        machine=machine.public_id,
        starts_at=at["ends_at"],
        ends_at=at["ends_at"] + timedelta(hours=1),
    )
    found = events(renew_feed(viewer=owner).feed)
    told = {str(one["summary"]): one for one in found if one["transp"] == "OPAQUE"}
    assert set(told) == {
        "Press, 3; new: booked Plates · 500 pieces", "Press, 3; new: held for a quote",
        "Press, 3; new: own job J1 · Brackets", "Press, 3; new: maintenance",
    }  # fmt: skip
    booked = told["Press, 3; new: booked Plates · 500 pieces"]
    assert booked["dtstart"].dt == NOW and booked["dtend"].dt == NOW + timedelta(hours=2)
    assert (
        booked["status"] == "CONFIRMED" and told["Press, 3; new: held for a quote"]["status"] == "TENTATIVE"
    )
    assert str(booked["location"]) == "Ningbo works"
    offered = [one for one in found if one["transp"] == "TRANSPARENT"]
    assert any(
        one["dtstart"].dt == NOW + timedelta(hours=2) and one["dtend"].dt == NOW + timedelta(hours=4)
        for one in offered
    )
    assert not any(one["dtstart"].dt < NOW + timedelta(hours=1) < one["dtend"].dt for one in offered)


def test_offered_nights_are_by_the_clock_of_the_site():
    machine = a_machine(site=a_site(time_zone="Europe/Berlin"), hours=[(6, "22:00", "06:00")])
    feed = renew_feed(viewer=a_viewer(enterprise=machine.enterprise)).feed
    starts = {one["dtstart"].dt for one in events(feed, now=datetime(2026, 3, 25, tzinfo=UTC))}
    assert datetime(2026, 3, 22, 21, tzinfo=UTC) in starts and datetime(2026, 3, 29, 20, tzinfo=UTC) in starts


def test_it_is_what_the_standard_asks_for(owner, machine):
    book(wanted=wanted(machine, 0, title="Brackets\nSUMMARY:forged " + "长" * 80))
    data = calendar_of(renew_feed(viewer=owner).feed, now=NOW)
    calendar = Calendar.from_ical(data)
    assert calendar["version"] == "2.0" and calendar["prodid"]
    assert all(
        {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} <= set(one) for one in calendar.walk("VEVENT")
    )
    assert all(len(line) <= 75 for line in data.split(b"\r\n")) and b"\n" not in data.replace(b"\r\n", b"")
    assert not any(line.startswith(b"SUMMARY:forged") for line in data.split(b"\r\n"))
    uids = [str(one["uid"]) for one in calendar.walk("VEVENT")]
    assert len(set(uids)) == len(uids)
    assert all(one["dtstart"].dt.tzinfo is not None and not one.errors for one in calendar.walk("VEVENT"))


def test_the_same_time_has_the_same_uid_on_every_day(owner, machine):
    book(wanted=wanted(machine, 24))
    feed = renew_feed(viewer=owner).feed
    first = {(str(one["uid"]), one["dtstart"].dt, one["dtend"].dt) for one in events(feed)}
    later = {
        (str(one["uid"]), one["dtstart"].dt, one["dtend"].dt)
        for one in events(feed, now=NOW + timedelta(days=8))
    }
    inside = {one for one in first if one[1] >= NOW and one[2] <= NOW + timedelta(weeks=6)}
    assert len(inside) > 5 and inside <= later


def test_a_machine_that_is_not_listed_offers_nothing(owner, machine):
    feed = renew_feed(viewer=owner).feed
    assert events(feed)
    machine.is_listed = False
    machine.save()
    assert events(feed) == []


def test_a_feed_of_one_machine_holds_that_machine_and_one_of_all_holds_no_stranger(owner, machine):
    other = a_machine(site=machine.site, name="Other", hours=ALL_WEEK)
    a_machine(name="Stranger", hours=ALL_WEEK)
    one = {
        str(event["summary"]).split(":")[0]
        for event in events(renew_feed(viewer=owner, machine=other.public_id).feed)
    }
    both = {str(event["summary"]).split(":")[0] for event in events(renew_feed(viewer=owner).feed)}
    assert one == {"Other"} and both == {"Other", "Press, 3; new"}


def address(token):
    return reverse("capacity:calendar", args=[token])


def test_the_address_is_secret_renewed_and_revoked(owner, machine):
    first = renew_feed(viewer=owner)
    assert Client().get(address(first.token)).status_code == 200
    assert first.token not in str(list(CalendarFeed.objects.values()))
    second = renew_feed(viewer=owner)
    assert [Client().get(address(one.token)).status_code for one in (first, second)] == [404, 200]
    machine_feed = renew_feed(viewer=owner, machine=machine.public_id)
    revoke_feed(viewer=owner, feed=second.feed.public_id)
    assert [Client().get(address(one.token)).status_code for one in (second, machine_feed)] == [404, 200]
    assert Client().get(address("guess")).status_code == 404
    with pytest.raises(NotFound):
        revoke_feed(viewer=owner, feed=second.feed.public_id)


def test_an_unchanged_calendar_is_not_sent_again(owner, machine):
    path = address(renew_feed(viewer=owner).token)
    first = Client().get(path)
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert Client().get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    at = clock.now() + timedelta(hours=1)
    add_own_job(viewer=owner, machine=machine.public_id, starts_at=at, ends_at=at + timedelta(hours=1))
    assert Client().get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_feeds_are_made_by_planners_for_their_own_machines(owner, machine):
    operator = a_viewer(enterprise=machine.enterprise, role=Membership.Role.OPERATOR)
    for viewer in (operator, a_buyer()):
        with pytest.raises(Forbidden):
            renew_feed(viewer=viewer)
    with pytest.raises(NotFound):
        renew_feed(viewer=owner, machine=a_machine().public_id)
    feed = renew_feed(viewer=owner).feed
    with pytest.raises(NotFound):
        revoke_feed(viewer=a_viewer(enterprise=a_site().enterprise), feed=feed.public_id)
    assert CalendarFeed.objects.filter(revoked_at=None).count() == 1


def test_the_page_tells_the_address_once(owner, machine):
    browser = Client()
    browser.force_login(Person.objects.get(pk=owner.person_id))
    for name, page, arguments in (
        ("capacity:feed-renew", "capacity:import", []),
        ("capacity:machine-feed-renew", "capacity:machine", [machine.public_id]),
    ):
        told = browser.post(reverse(name, args=arguments), follow=True).content.decode()
        assert "http://testserver/calendar/" in told
        again = browser.get(reverse(page, args=arguments)).content.decode()
        assert "/calendar/" not in again.replace("/machines/calendar/", "").replace(
            f"{machine.public_id}/calendar/", ""
        )
