"""The pages of machines: found, filled in, undone; nobody else's."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import Membership, Person
from marketplace.capacity.models import CapacityWindow, Equipment, TakenTime
from marketplace.capacity.services import Wanted, book, connect
from marketplace.common import clock
from marketplace.machines.models import DeviceState, StateInterval
from tests.builders import a_buyer, a_machine, a_site, a_viewer

pytestmark = pytest.mark.django_db

ALL_WEEK = [(weekday, "00:00", "00:00") for weekday in range(7)]


def browser_of(viewer) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=viewer.person_id))
    return client


@pytest.fixture
def site():
    return a_site(time_zone="UTC")


@pytest.fixture
def owner(site):
    return a_viewer(enterprise=site.enterprise)


@pytest.fixture
def browser(owner):
    return browser_of(owner)


def page(client, name, *arguments, status=200):
    answer = client.get(reverse(name, args=arguments))
    assert answer.status_code == status
    return answer.content.decode()


def part(client, name, *arguments):
    """As htmx reads it."""
    answer = client.get(reverse(name, args=arguments), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def send(client, name, *arguments, data=None, follow=True):
    return client.post(reverse(name, args=arguments), data or {}, follow=follow)


def title_of(html: str) -> str:
    return re.search(r"<title>(.*?) · Muster</title>", html, re.S)[1].strip()


def test_an_empty_factory_is_led_to_its_first_machine(browser):
    assert reverse("capacity:new") in page(browser, "capacity:list")


def test_the_list_names_each_machine_and_says_how_many_are_offered(browser, site):
    a_machine(site=site, name="Press 3")
    a_machine(site=site, name="Press 4", listed=False)
    html = page(browser, "capacity:list")
    assert "Press 3" in html and "Press 4" in html
    assert title_of(html) == "1 of 2 machines are offered"


def test_listing_a_machine_takes_fourteen_fields_at_most(browser, site):
    html = page(browser, "capacity:new")
    form = re.search(r"<form class=\"m-form.*?</form>", html, re.S)[0]
    names = set(re.findall(r"<(?:input|select|textarea)[^>]*\bname=\"(\w+)\"", form)) - {
        "csrfmiddlewaretoken"
    }
    assert len(names) + 1 <= 14, names  # and the kind of machine to start from


def test_a_machine_is_listed_from_a_kind_and_published(browser, site):
    html = browser.get(reverse("capacity:new") + "?kind=press").content.decode()
    assert 'value="180.00"' in html
    data = {
        "name": "Press 3", "site": site.public_id, "process": "press", "materials": "steel, aluminium",
        "run_units": "1500", "setup_min": "45", "price": "180.50", "weekdays": ["0", "5"],
        "starts": "22:00", "ends": "06:00", "connection": "json",
    }  # fmt: skip
    answer = send(browser, "capacity:new", data=data)
    machine = Equipment.objects.get()
    assert machine.is_listed and machine.rates.get().price_cents_per_h == 18_050
    assert machine.weekly_hours.count() == 2
    assert "musd_" in answer.content.decode()
    assert "musd_" not in page(browser, "capacity:machine", machine.public_id)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"price": "-1"}, "greater than or equal to 0"),
        ({"price": "nan"}, "Enter a number"),
        ({"price": "1e400"}, "less than or equal to"),
        ({"run_units": "0"}, "greater than or equal to 1"),
        ({"run_units": "100000000000000000000"}, "from 1 to"),
        ({"name": ""}, "required"),
        ({"site": "sit_unknown"}, "valid choice"),
        ({"starts": "25:99"}, "valid time"),
        ({"weekdays": []}, "required"),
        ({"connection": "telepathy"}, "valid choice"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_stored(browser, site, change, words):
    data = {
        "name": "Press 3", "site": site.public_id, "process": "press", "setup_min": "0", "price": "1",
        "weekdays": ["0"], "starts": "22:00", "ends": "06:00", "connection": "none",
    } | change  # fmt: skip
    answer = send(browser, "capacity:new", data=data)
    assert words in answer.content.decode()
    assert not Equipment.objects.exists()


def test_the_title_answers_what_the_machine_does_now(browser, site):
    machine = a_machine(site=site, name="Press 3", hours=ALL_WEEK)
    assert title_of(page(browser, "capacity:machine", machine.public_id)).startswith(
        "Press 3 is for sale until"
    )
    send(browser, "capacity:unpublish", machine.public_id)
    assert title_of(page(browser, "capacity:machine", machine.public_id)) == "Press 3 is not offered"


def test_taking_off_the_network_can_be_undone_once(browser, site):
    machine = a_machine(site=site)
    html = send(browser, "capacity:unpublish", machine.public_id).content.decode()
    assert "Undo" in html and reverse("capacity:publish", args=[machine.public_id]) in html
    assert "Undo" not in page(browser, "capacity:machine", machine.public_id)


def undo(client, answer):
    form = re.search(
        r'<form method="post" action="([^"]+)">((?:(?!</form>).)*)Undo', answer.content.decode(), re.S
    )
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[2]))
    return client.post(form[1], fields, follow=True)


def test_idle_time_is_offered_in_one_tap_and_undone(browser, site):
    machine = a_machine(site=site, hours=[])
    answer = send(browser, "capacity:offer-idle", machine.public_id)
    assert CapacityWindow.objects.count() == 1
    undo(browser, answer)
    assert not CapacityWindow.objects.exists()


def test_an_own_job_is_added_by_the_sites_clock_removed_and_brought_back():
    site = a_site(time_zone="Asia/Shanghai")
    browser = browser_of(a_viewer(enterprise=site.enterprise))
    machine = a_machine(site=site)
    data = {"own-kind": "own_job", "own-starts_at": "2036-03-03T08:00", "own-ends_at": "2036-03-03T12:00"}
    send(browser, "capacity:take", machine.public_id, data=data | {"own-title": "Mine"})
    job = TakenTime.objects.get()
    assert job.period.lower.isoformat() == "2036-03-03T00:00:00+00:00"
    answer = send(browser, "capacity:give-back", machine.public_id, job.public_id)
    assert not TakenTime.objects.exists()
    undo(browser, answer)
    again = TakenTime.objects.get()
    assert (again.period, again.title, again.kind) == (job.period, "Mine", "own_job")


def test_a_clash_is_said_on_the_page_and_nothing_is_stored(browser, site):
    machine = a_machine(site=site)
    data = {"own-kind": "own_job", "own-starts_at": "2036-03-03T08:00", "own-ends_at": "2036-03-03T12:00"}
    send(browser, "capacity:take", machine.public_id, data=data)
    answer = send(browser, "capacity:take", machine.public_id, data=data | {"own-kind": "maintenance"})
    assert answer.status_code == 422
    assert "own job" in answer.content.decode() and "08:00" in answer.content.decode()
    assert TakenTime.objects.count() == 1


def test_a_week_is_typed_in(browser, site):
    machine = a_machine(site=site, hours=[(3, "08:00", "16:00")])
    data = {
        "starts_0_0": "22:00",
        "ends_0_0": "06:00",
        "price_0_0": "80",
        "starts_0_1": "",
        "starts_6_0": "08:00",
    }
    refused = send(browser, "capacity:hours", machine.public_id, data=data)
    assert "A period has a start and an end." in refused.content.decode()
    send(browser, "capacity:hours", machine.public_id, data=data | {"ends_6_0": "12:00"})
    assert [(h.weekday, h.price_pct) for h in machine.weekly_hours.all()] == [(0, 80), (6, 100)]
    send(browser, "capacity:hours", machine.public_id, data={"preset": "always"})
    assert machine.weekly_hours.count() == 7


def test_an_exception_is_set_removed_and_brought_back(browser, site):
    machine = a_machine(site=site)
    data = {"exception-on": "2036-03-03", "exception-starts": "08:00", "exception-ends": "12:00"}
    send(browser, "capacity:exception", machine.public_id, data=data | {"exception-reason": "Rush"})
    answer = send(browser, "capacity:exception-remove", machine.public_id, data={"on": "2036-03-03"})
    assert not machine.exceptions.exists()
    undo(browser, answer)
    assert machine.exceptions.get().reason == "Rush"


def test_capabilities_and_prices_are_changed(browser, site):
    machine = a_machine(site=site)
    data = {"capability-process": "coat", "capability-materials": "steel", "capability-max_size_mm": "300"}
    send(browser, "capacity:capability", machine.public_id, data=data)
    rate = {"rate-process": "coat", "rate-setup_min": "5", "rate-min_lot": "10", "rate-good_per_1000": "990"}
    send(browser, "capacity:rate", machine.public_id, data=rate | {"rate-price": "99.90"})
    assert machine.rates.get(process="coat").price_cents_per_h == 9_990
    send(browser, "capacity:capability-remove", machine.public_id, "coat")
    assert machine.rates.count() == 1


POSTS = [
    ("publish", ()), ("unpublish", ()), ("connect", ()), ("hours", ()), ("exception", ()), ("exception-remove", ()),
    ("offer", ()), ("offer-idle", ()), ("withdraw", ("win_0",)), ("take", ()), ("give-back", ("tak_0",)),
    ("capability", ()), ("capability-remove", ("press",)), ("rate", ()), ("rate-remove", ("press",)), ("edit", ()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "more"), POSTS)
@pytest.mark.parametrize("make_viewer", [a_viewer, a_buyer])
def test_a_foreign_machine_is_not_found_whatever_is_sent(site, name, more, make_viewer):
    machine = a_machine(site=site)
    client = browser_of(make_viewer())
    valid = {"connection": "json", "preset": "always", "connect-connection": "json"}
    answers = {
        send(client, f"capacity:{name}", one, *more, data=valid, follow=False).status_code
        for one in (machine.public_id, "mac_0000000000000000")
    }
    assert answers == {404}
    machine.refresh_from_db()
    assert machine.is_listed and machine.device is None and machine.weekly_hours.get(weekday=0).ends.hour == 6


@pytest.mark.parametrize("name", ["capacity:machine", "capacity:edit"])
def test_a_foreign_page_is_the_one_of_no_machine(site, name):
    machine = a_machine(site=site)
    client = browser_of(a_viewer())
    foreign, unknown = (
        re.search(r"<main.*</main>", page(client, name, one, status=404), re.S)[0]
        for one in (machine.public_id, "mac_0000000000000000")
    )
    assert foreign == unknown


def test_a_viewer_of_the_factory_gets_no_buttons(site):
    machine = a_machine(site=site)
    client = browser_of(a_viewer(enterprise=site.enterprise, role=Membership.Role.VIEWER))
    html = page(client, "capacity:machine", machine.public_id)
    assert reverse("capacity:unpublish", args=[machine.public_id]) not in html
    assert send(client, "capacity:unpublish", machine.public_id, follow=False).status_code in (302, 403)
    machine.refresh_from_db()
    assert machine.is_listed


def test_a_visitor_is_asked_to_log_in(site):
    machine = a_machine(site=site)
    for url in (reverse("capacity:list"), reverse("capacity:machine", args=[machine.public_id])):
        assert Client().get(url).status_code == 302


def test_the_list_takes_as_many_queries_for_many_machines_as_for_one(
    browser, site, django_assert_max_num_queries
):
    for _ in range(12):
        a_machine(site=site)
    with django_assert_max_num_queries(24):
        page(browser, "capacity:list")


def test_bookings_are_named_on_the_page(browser, site):
    machine = a_machine(site=site, hours=ALL_WEEK)
    now = clock.now()
    wanted = Wanted(
        equipment_id=machine.pk,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
        reference="run_1",
        title="500 plates",
    )
    book(wanted=wanted)
    html = page(browser, "capacity:machine", machine.public_id)
    assert "500 plates" in html and "is taken until" in title_of(html)


def test_idle_time_found_by_telemetry_is_offered_in_one_tap_and_undone(site, browser, owner):
    machine = a_machine(site=site, hours=[(3, "08:00", "16:00")])
    connect(viewer=owner, machine=machine.public_id, connection="json")
    machine.refresh_from_db()
    now = clock.now()
    monday = (now - timedelta(weeks=2, days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    for week in range(2):
        start = monday + timedelta(weeks=week, hours=14)
        StateInterval.objects.create(
            device=machine.device, state="READY", starts_at=start, ends_at=start + timedelta(hours=8)
        )
    DeviceState.objects.create(
        device=machine.device, state="READY", since=now, effective_at=now, heard_at=now, received_at=now,
        first_received_at=now,
    )  # fmt: skip
    html = part(browser, "capacity:proposals", machine.public_id)
    assert "Monday 14:00–22:00: idle in 2 of 2 weeks watched" in re.sub(r"\s+", " ", html)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))
    answer = send(browser, "capacity:offer-habit", machine.public_id, data=fields)
    assert [(h.weekday, h.starts.hour) for h in machine.weekly_hours.all()] == [(0, 14), (3, 8)]
    assert "14:00–22:00" not in part(browser, "capacity:proposals", machine.public_id)
    undo(browser, answer)
    assert [(h.weekday, h.starts.hour) for h in machine.weekly_hours.all()] == [(3, 8)]


def test_a_machine_without_a_sensor_is_proposed_nothing(site, browser):
    machine = a_machine(site=site)
    assert "Offer it every week" not in part(browser, "capacity:proposals", machine.public_id)


def test_a_new_token_is_told_on_the_page_of_its_own_machine_only(browser, site):
    first, second = (a_machine(site=site, name=name) for name in ("Press 3", "Press 4"))
    url = reverse("capacity:connect", args=[first.public_id])
    browser.post(url, {"connect-connection": "json"})
    assert "musd_" not in page(browser, "capacity:machine", second.public_id)
