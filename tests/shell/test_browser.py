"""The shell and its components in a real browser: usable by everybody, nothing shifts, nothing breaks."""

import json

import pytest
from playwright.sync_api import expect

from marketplace.common import clock
from tests.browser import (
    DESKTOP,
    PHONE,
    a_context,
    complaints_of,
    log_in,
    needs_browser,
    violations,
    wait_until,
)
from tests.builders import NOW, a_membership, a_person, a_site, an_enterprise

pytestmark = [
    pytest.mark.browser,
    needs_browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.shell.gallery"),
]
LOOKS = [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")]
LOOK_NAMES = ["desktop-light", "desktop-dark", "phone-light", "phone-dark"]
VISITORS = [
    "/",
    "/accounts/signup/",
    "/accounts/signup/?kind=factory",
    "/accounts/login/",
    "/nothing",
    "/accounts/password/reset/",
]
MEMBERS = [
    "/settings/",
    "/settings/profile",
    "/settings/sites/",
    "/settings/sites/new",
    "/settings/people/",
    "/settings/tokens/",
    "/accounts/2fa/",
    "/accounts/password/change/",
    "/accounts/email/",
]
# A heading in the middle of the page scrolled to an edge of the screen: its top and bottom, and where no bar is.
BETWEEN_THE_BARS = """at => {
  const found = [...document.querySelectorAll("main h2")], one = found[found.length >> 1];
  one.scrollIntoView({ block: at, behavior: "instant" });
  const { top, bottom } = one.getBoundingClientRect(), bar = document.querySelector(".m-bottom-bar");
  const fixed = getComputedStyle(bar).position === "fixed";
  return [top, bottom, [document.querySelector(".m-topbar").getBoundingClientRect().bottom,
    fixed ? bar.getBoundingClientRect().top : innerHeight]];
}"""
NO_SOCKET = "WebSocket connection to"  # this server speaks HTTP only


@pytest.fixture
def visit(browser, live_server):
    """Open a page with a look; its complaints come along."""
    contexts = []

    def go(url="", *, size=DESKTOP, theme="light", email="", language="en"):
        context = a_context(browser, size=size, theme=theme, language=language, base_url=live_server.url)
        contexts.append(context)
        page = context.new_page()
        heard = complaints_of(page)
        if email:
            log_in(page, email=email)
        if url:
            page.goto(url)
            page.wait_for_load_state("networkidle")
        return page, heard

    yield go
    for context in contexts:
        context.close()


@pytest.fixture
def member():
    membership = a_membership(
        person=a_person(email="li@example.org", name="Li Wei"), enterprise=an_enterprise(name="Blue Rail")
    )
    a_membership(enterprise=membership.enterprise, role="viewer")
    a_site(enterprise=membership.enterprise)
    return membership


def scripts_complained(heard):
    return [text for text in heard if NO_SOCKET not in text and "404" not in text]


@pytest.mark.parametrize(("size", "theme"), [LOOKS[0], LOOKS[3]], ids=[LOOK_NAMES[0], LOOK_NAMES[3]])
def test_pages_of_visitors_are_accessible(visit, size, theme):
    page, heard = visit(size=size, theme=theme)
    for url in VISITORS:
        page.goto(url)
        page.wait_for_load_state("networkidle")
        assert violations(page) == [], url
        assert fits(page), url
    assert scripts_complained(heard) == []


@pytest.mark.parametrize(("size", "theme"), [LOOKS[0], LOOKS[3]], ids=[LOOK_NAMES[0], LOOK_NAMES[3]])
def test_pages_of_members_are_accessible(visit, member, size, theme):
    page, heard = visit(size=size, theme=theme, email="li@example.org")
    for url in MEMBERS:
        page.goto(url)
        page.wait_for_load_state("load")
        assert violations(page) == [], url
        assert fits(page), url
    assert scripts_complained(heard) == []


@pytest.mark.parametrize(("size", "theme"), LOOKS, ids=LOOK_NAMES)
def test_every_component_is_accessible(visit, size, theme):
    page, heard = visit("/gallery", size=size, theme=theme)
    page.wait_for_selector("#gantt-figure canvas")
    assert violations(page) == []
    assert fits(page)
    assert scripts_complained(heard) == []


def fits(page):
    """No page scrolls sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_drawings_do_not_shift_the_page(visit):
    page, _ = visit()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => {"
        " for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;"
        "}).observe({type: 'layout-shift', buffered: true})"
    )
    page.goto("/gallery")
    page.wait_for_selector("#map-figure canvas")
    page.wait_for_timeout(500)
    assert page.evaluate("window.shift") < 0.01


def test_a_drawing_follows_its_data(visit):
    page, _ = visit("/gallery")
    page.wait_for_selector("#bars-figure canvas")
    page.evaluate(
        "() => { const it = document.getElementById('bars'); const data = JSON.parse(it.textContent);"
        " data.series[0].values = [23, 23, 23]; it.textContent = JSON.stringify(data);"
        " document.dispatchEvent(new Event('htmx:after:swap')); }"
    )
    shown = "echarts.getInstanceByDom(document.getElementById('bars-drawing')).getOption().series[0].data"
    wait_until(page, f"JSON.stringify({shown}) === '[23,23,23]'")


def test_a_live_drawing_is_read_again_and_stays(visit):
    page, heard = visit("/gallery")
    page.wait_for_selector("#gantt-drawing canvas")
    page.wait_for_selector("#map-drawing canvas")
    page.evaluate("document.querySelector('#gantt-drawing canvas').dataset.mark = 'the first'")
    with page.expect_response("**/gallery"):
        page.evaluate("htmx.trigger(document.getElementById('living'), 'look')")
    page.wait_for_timeout(500)
    assert page.locator("#gantt-drawing canvas").count() == 1
    assert page.get_attribute("#gantt-drawing canvas", "data-mark") == "the first"
    assert page.evaluate(f"{INK}('#gantt-drawing canvas')") > 5_000
    assert scripts_complained(heard) == []


def test_a_drawing_has_a_table_twin_that_stays_open_and_sorted_while_the_page_lives(visit):
    page, heard = visit("/")  # tells the server the time zone
    page.goto("/gallery")
    page.click("#gantt-twin summary")
    page.click("#gantt-table th:nth-child(4) button")
    page.click("#gantt-table th:nth-child(4) button")
    latest = page.inner_text("#gantt-table tbody tr:first-child")
    assert page.locator("#gantt-table tbody tr").count() == 24 * 4
    assert "Sun 8 Mar 12:00" in latest
    with page.expect_response("**/gallery"):
        page.evaluate("htmx.trigger(document.getElementById('living'), 'look')")
    page.wait_for_timeout(500)
    assert page.inner_text("#gantt-table tbody tr:first-child") == latest
    for name, rows in (("map", 12), ("chart", 48), ("bars", 3)):
        page.click(f"#{name}-twin summary")
        expect(page.locator(f"#{name}-table tbody tr")).to_have_count(rows)
    assert violations(page) == []
    assert scripts_complained(heard) == []


def test_a_live_table_keeps_its_order_and_filter(visit):
    page, _ = visit("/gallery")
    page.click("#runs th:nth-child(2) button")
    page.fill("[data-table=runs] [data-table-filter]", "piece")
    with page.expect_response("**/gallery"):
        page.evaluate("htmx.trigger(document.getElementById('living-table'), 'look')")
    page.wait_for_timeout(500)
    assert page.locator("#runs tbody tr:visible").count() == 8
    assert page.get_attribute("#runs th:nth-child(2)", "aria-sort") == "ascending"
    with page.expect_download() as download:
        page.click("[data-table-csv='runs.csv']")
    assert len(download.value.path().read_text("utf-8-sig").splitlines()) == 9


INK = """(selector => {
  const canvas = document.querySelector(selector);
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  return data.filter((value, index) => index % 4 === 3 && value > 0).length;
})"""


def test_a_table_sorts_filters_and_exports_safely(visit):
    page, _ = visit("/gallery")
    table = page.locator("#runs")
    page.click("#runs th:nth-child(2) button")
    first = table.locator("tbody tr").first
    assert first.locator("td").first.inner_text() == "=SUM(A1)"
    page.click("#runs th:nth-child(2) button")
    assert first.locator("td").first.inner_text() == "M8"
    page.fill("[data-table=runs] [data-table-filter]", "m3")
    assert table.locator("tbody tr:visible").count() == 1
    assert page.inner_text("[data-table=runs] [data-table-count]") == "1 of 9 rows"
    page.fill("[data-table=runs] [data-table-filter]", "12,345.00cny")  # groups are found as they are typed
    assert table.locator("tbody tr:visible").count() == 8
    page.fill("[data-table=runs] [data-table-filter]", "")
    with page.expect_download() as download:
        page.click("[data-table-csv='runs.csv']")
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0] == "Machine,Quantity,Price,Time"
    assert any(line.startswith("'=SUM(A1),-5,") for line in lines)


def test_a_dangerous_act_is_confirmed_first(visit):
    page, _ = visit("/gallery")
    page.locator("main").get_by_role("button", name="Remove").click()
    dialog = page.locator("#confirm-dialog")
    dialog.get_by_text("Remove Press 3?").wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert page.url.endswith("/gallery")
    page.locator("main").get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove").click()
    page.wait_for_selector("text=Somebody was first.")


def test_one_goes_anywhere_by_the_keyboard(visit, member):
    page, _ = visit("/settings/", email="li@example.org")
    page.keyboard.press("Control+k")
    page.keyboard.type("api")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/tokens/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "m-skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_what_is_scrolled_to_is_not_behind_the_bars(visit, member, size):
    page, _ = visit("/gallery", email="li@example.org", size=size)
    for at in ("start", "end"):
        top, bottom, free = page.evaluate(BETWEEN_THE_BARS, at)
        assert 0 < free[0] <= top and bottom <= free[1], at


def test_the_theme_is_remembered(visit):
    page, _ = visit("/")
    page.click("[data-theme-switch]")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_ages_and_the_clock_run_at_the_speed_of_business_time(visit, member):
    clock.set_clock(speed=600, business_at=NOW)
    page, _ = visit("/gallery", email="li@example.org")
    shown = page.inner_text("[data-clock]")
    assert shown.startswith("Mon 2 Mar ")
    wait_until(page, f"document.querySelector('[data-clock]').textContent !== {json.dumps(shown)}")
    assert page.evaluate("document.querySelector('[data-age]').classList.contains('m-age--stale')")


def test_a_factory_signs_up_with_keyboard_and_atlas(visit):
    page, _ = visit("/accounts/signup/?kind=factory")
    page.fill("[name=enterprise_name]", "Beilun Press Works")
    page.locator("[name=city]").press_sequentially("ningb", delay=20)
    page.wait_for_selector("[role=option] >> text=Ningbo")
    page.keyboard.press("Enter")
    wait_until(page, "document.querySelector('[name=lat]').value.startsWith('29.87')")
    page.fill("[name=name]", "Li Wei")
    page.fill("[name=email]", "li@example.org")
    page.fill("[name=password1]", "correct horse 1")
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/factory/")
    assert any(cookie["name"] == "sessionid" for cookie in page.context.cookies())


def test_a_place_is_tapped_on_the_map(visit, member):
    page, _ = visit("/settings/sites/new", email="li@example.org")
    page.wait_for_selector("[data-place-canvas] canvas")
    page.wait_for_timeout(300)
    page.locator("[data-place-canvas]").click(position={"x": 200, "y": 150})
    wait_until(page, "document.querySelector('[name=lat]').value !== ''")
    assert page.input_value("[name=city]")
