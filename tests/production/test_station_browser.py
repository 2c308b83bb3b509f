"""The station in a real browser: quick to the first tally, and nothing is lost where there is no network."""

import time
from urllib.parse import urlsplit

import pytest
from django.test import Client

from marketplace.production.models import Tally
from tests.browser import PHONE, a_context, complaints_of, needs_browser, violations, wait_until
from tests.production.stations import PIN, path, set_pin
from tests.production.work import a_shop

pytestmark = [pytest.mark.browser, needs_browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TAP = "button[value='good:{}']"
SHOWS = "document.getElementById('station-progress').textContent.startsWith('{}')"
QUEUE = "document.getElementById('station-queue').textContent"
PAGES = (
    "caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(cache => cache.keys()))))"
    ".then(found => found.flat().filter(each => /^.w.(?!offline)[^/]+.$/.test(new URL(each.url).pathname)))"
)


@pytest.fixture
def shop():
    found = a_shop(article=True, quantity=5_000)
    set_pin(found)
    return found


@pytest.fixture
def phone(browser, live_server):
    """Makes phones; they are switched off at the end, for they would go on asking."""
    contexts = []

    def make(**options):
        contexts.append(a_context(browser, size=PHONE, base_url=live_server.url, **options))
        return contexts[-1].new_page()

    yield make
    for context in contexts:
        context.close()


def open_station(phone, shop, **options):
    page = phone(**options)
    page.goto(path(shop))
    page.fill("#pin", PIN)
    page.click("button.btn-primary")
    page.wait_for_selector("[data-taps]")
    page.wait_for_load_state()  # before its script has run, a tap is a form sent the plain way
    return page


def kept(page):
    """The worker is there and has taken the page along."""
    wait_until(page, "navigator.serviceWorker.controller !== null", within_s=10)
    wait_until(page, f"{PAGES}.then(all => all.length === 1)", within_s=10)
    return page


def told(number):
    deadline = time.monotonic() + 10
    while Tally.objects.count() < number:
        assert time.monotonic() < deadline, Tally.objects.count()
        time.sleep(0.1)
    return Tally.objects.order_by("pk")


def test_from_the_scan_to_the_first_tally_within_ten_seconds_without_an_account(phone, shop):
    Client().get(path(shop, "pin/"))  # a server that is up has served somebody before
    page = phone()
    began = time.monotonic()
    open_station(lambda: page, shop)
    page.click(TAP.format(1))
    wait_until(
        page, "document.getElementById('station-progress').textContent.startsWith('1 of')", within_s=10
    )

    assert time.monotonic() - began < 10
    assert told(1).get().quantity == 1


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "zh-hans")])
def test_it_is_accessible_fits_and_has_targets_for_gloves(phone, shop, theme, language):
    page = open_station(phone, shop, theme=theme, language=language)
    heard = complaints_of(page)

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sizes = page.evaluate(
        "[...document.querySelectorAll('main :is(button, select, summary, input:not([type=hidden], [type=file]))')]"
        ".filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 56
    assert heard == []


def test_taps_without_a_network_are_kept_over_a_reload_and_told_once_when_it_is_back(phone, shop):
    page = open_station(phone, shop)
    wait_until(page, "navigator.serviceWorker.controller !== null", within_s=10)
    wait_until(page, "caches.keys().then(names => names.length > 0)", within_s=10)
    page.reload()
    page.context.set_offline(True)

    for number in (1, 10, 1):
        page.click(TAP.format(number))
    page.click("button[value=undo]")
    wait_until(page, "document.getElementById('station-queue').textContent.startsWith('4 tallies queued')")
    page.reload()
    wait_until(page, "document.getElementById('station-queue').textContent.startsWith('4 tallies queued')")
    assert page.text_content("#station-waiting") == "+11 waiting"
    assert not Tally.objects.exists()

    page.context.set_offline(False)
    tallies = told(4)
    wait_until(page, "document.getElementById('station-queue').hidden", within_s=10)

    assert [(one.kind, one.quantity) for one in tallies] == [
        ("good", 1), ("good", 10), ("good", 1), ("correction", 1),
    ]  # fmt: skip
    assert shop.first.good == 11
    page.reload()
    page.wait_for_timeout(500)
    assert Tally.objects.count() == 4


def test_a_station_opens_and_counts_without_a_network_on_a_phone_that_was_in(phone, shop):
    page = kept(open_station(phone, shop))
    page.click(TAP.format(10))
    wait_until(page, SHOWS.format("10 of"), within_s=10)
    heard = complaints_of(page)
    page.close()
    page.context.set_offline(True)

    page = page.context.new_page()
    page.goto(path(shop))
    wait_until(page, f"{QUEUE}.startsWith('Offline since')")
    assert page.text_content("#station-progress").startswith("10 of")
    page.click(TAP.format(1))
    page.click("button[value=scrap]")
    page.reload()
    wait_until(page, f"{QUEUE}.startsWith('2 tallies queued')")
    assert "Offline since" in page.text_content("#station-queue")
    page.click(TAP.format(1))
    wait_until(page, f"{QUEUE}.startsWith('3 tallies queued')")
    assert violations(page) == []
    assert Tally.objects.count() == 1

    page.context.set_offline(False)
    tallies = told(4)
    wait_until(page, "document.getElementById('station-queue').hidden", within_s=10)
    page.reload()
    page.wait_for_timeout(500)
    assert [(one.kind, one.quantity) for one in tallies] == [
        ("good", 10), ("good", 1), ("scrap", 1), ("good", 1),
    ]  # fmt: skip
    assert Tally.objects.count() == 4
    assert (shop.first.good, shop.first.scrap) == (12, 1)
    assert heard == []


def test_a_phone_that_was_locked_keeps_nothing_of_the_station(phone, shop):
    page = kept(open_station(phone, shop))
    page.click("text=Lock this phone")
    page.wait_for_selector("#pin")
    wait_until(page, f"{PAGES}.then(all => all.length === 0)")
    assert page.evaluate("Object.keys(localStorage)") == ["theme"]
    page.context.set_offline(True)
    page.goto(path(shop))
    page.wait_for_selector("#page-title:has-text('No network')")
    assert shop.first.run.operation.name not in page.content()


def test_a_phone_with_taps_that_were_not_taken_is_not_locked(phone, shop):
    page = kept(open_station(phone, shop))
    page.context.set_offline(True)
    page.click(TAP.format(1))
    page.click("text=Lock this phone")
    page.wait_for_selector("#messages:has-text('needs the network')")
    page.reload()
    wait_until(page, f"{QUEUE}.startsWith('1 tally queued')")


def test_another_pin_takes_the_kept_page_off_the_phone_and_leaves_the_taps(phone, shop):
    page = kept(open_station(phone, shop))
    page.context.set_offline(True)
    page.click(TAP.format(1))
    set_pin(shop, pin="2718")
    page.context.set_offline(False)
    page.wait_for_selector("#messages:has-text('Enter the PIN again')")
    wait_until(page, f"{PAGES}.then(all => all.length === 0)")

    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("#offline-waiting:has-text('1 tally waits')")
    assert violations(page) == []
    page.context.set_offline(False)
    page.wait_for_selector("#pin", timeout=15_000)
    page.fill("#pin", "2718")
    page.click("button.btn-primary")
    assert told(1).get().quantity == 1


def let_the_session_end(page):
    """Without network: what was kept says so itself."""
    page.evaluate(
        """async () => {
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            const old = await cache.match(location.pathname);
            const headers = new Headers(old.headers);
            headers.set("Kept-At", Date.now() - 12 * 3600 * 1000 - 1);
            await cache.put(location.pathname, new Response(await old.text(), { headers }));
          }
        }"""
    )
    page.context.set_offline(True)


def test_a_page_is_not_kept_longer_than_its_session_lasts(phone, shop):
    page = kept(open_station(phone, shop))
    let_the_session_end(page)
    page.reload()
    page.wait_for_selector("#page-title:has-text('No network')")


def test_work_whose_session_is_over_is_not_named_on_the_phone(phone, shop):
    page = kept(open_station(phone, shop))
    let_the_session_end(page)
    page.goto("/w/of-another-card/")
    page.wait_for_selector("#page-title:has-text('No network')")
    wait_until(page, "Object.keys(localStorage).every(name => !name.startsWith('station:'))", within_s=5)
    assert page.locator("#offline-stations a").count() == 0


def test_work_that_opens_without_a_network_is_named_where_other_work_does_not(phone, shop):
    page = kept(open_station(phone, shop))
    page.context.set_offline(True)
    page.goto("/w/of-another-card/")
    page.wait_for_selector("#offline-stations a")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click("#offline-stations a")
    page.wait_for_selector("[data-taps]")
    assert urlsplit(page.url).path == path(shop)


def test_a_new_release_brings_its_own_worker_and_pages_stay_open_without_a_network(phone, shop, monkeypatch):
    page = kept(open_station(phone, shop))
    before = page.evaluate("caches.keys()")
    monkeypatch.setattr("marketplace.production.kept.release", lambda: "another")
    page.evaluate("navigator.serviceWorker.getRegistration().then(each => each.update())")
    wait_until(page, "caches.keys().then(names => names.join() === 'station-another')", within_s=10)
    wait_until(page, f"{PAGES}.then(all => all.length === 1)")
    assert before != ["station-another"]
    page.context.set_offline(True)
    page.reload()
    page.click(TAP.format(1))
    wait_until(page, f"{QUEUE}.startsWith('1 tally queued')")
    page.context.set_offline(False)
    assert told(1).get().quantity == 1


def test_nothing_but_stations_and_what_they_are_made_of_is_kept(phone, shop):
    page = kept(open_station(phone, shop))
    page.goto("/accounts/login/")
    page.goto(path(shop, "pin/"))
    page.goto(path(shop))
    wait_until(page, f"{PAGES}.then(all => all.length === 1)")
    found = page.evaluate(
        "caches.keys().then(([name]) => caches.open(name)).then(cache => cache.keys())"
        ".then(all => all.map(each => new URL(each.url).pathname))"
    )
    asked = page.evaluate(
        "performance.getEntriesByType('resource').map(each => new URL(each.name).pathname)"
        ".filter(path => path.startsWith('/static/'))"
    )
    assert set(asked) <= set(found)
    assert {one for one in found if not one.startswith("/static/")} == {"/w/offline/", path(shop)}


def test_a_phone_whose_clock_is_wrong_tells_the_right_time(phone, shop):
    page = open_station(phone, shop)
    page.evaluate("() => { const now = Date.now; Date.now = () => now() + 10 * 24 * 3600 * 1000 }")
    page.click(TAP.format(1))
    tally = told(1).get()
    assert abs((tally.received_at - tally.made_at).total_seconds()) < 10


def test_what_is_told_twice_by_an_answer_that_was_lost_counts_once(phone, shop):
    page = open_station(phone, shop)
    lost = []

    def lose_the_answer(route):
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    page.route("**/queue/", lose_the_answer)
    page.click(TAP.format(10))
    wait_until(
        page, "document.getElementById('station-progress').textContent.startsWith('10 of')", within_s=15
    )

    assert lost
    assert Tally.objects.count() == 1


def test_the_station_works_without_scripts(browser, live_server, shop):
    context = browser.new_context(viewport=PHONE, base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(path(shop))
    page.fill("#pin", PIN)
    page.click("button.btn-primary")
    page.click(TAP.format(10))
    page.click("button[value=scrap]")
    page.click("button[value=undo]")
    assert [one.kind for one in told(3)] == ["good", "scrap", "correction"]
    assert (shop.first.good, shop.first.scrap) == (10, 0)
    context.close()
