"""The pages of devices in a real browser: usable by everybody, and moving when a machine speaks."""

from datetime import timedelta

import httpx
import pytest

from marketplace.common import clock
from tests.browser import (
    DESKTOP,
    PHONE,
    a_context,
    complaints_of,
    log_in,
    needs_browser,
    violations,
)
from tests.builders import a_device, a_membership, a_site
from tests.machines.messages import a_message, a_payload, said
from tests.supervised import Supervised

pytestmark = [pytest.mark.browser, needs_browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NO_SOCKET = "WebSocket connection to"  # the plain server speaks HTTP only
HEARD_WITHIN_MS = 15_000


@pytest.fixture
def fleet():
    """Somebody with a machine of each kind; their e-mail and a machine that talks."""
    membership = a_membership()
    site = a_site(enterprise=membership.enterprise)
    talking = a_device(site=site, name="Press 3")
    now = clock.now()
    for execution, ago_min in (("READY", 90), ("ACTIVE", 60), ("READY", 0)):
        at = now - timedelta(minutes=ago_min)
        said(a_message(talking, seq=ago_min, execution=execution, count=100, at=at, now=at), now=at)
    said(a_message(talking, seq=999, execution="DANCING", now=now), now=now)
    a_device(site=site, name="Press 4")
    return membership.person.email, talking


@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [(DESKTOP, "light", "en"), (PHONE, "dark", "zh-hans")],
    ids=["desktop", "phone"],
)
def test_the_pages_are_accessible_and_fit(browser, live_server, fleet, size, theme, language):
    email, device = fleet
    context = a_context(browser, size=size, theme=theme, language=language, base_url=live_server.url)
    page = context.new_page()
    heard = complaints_of(page)
    log_in(page, email=email)
    for url in (
        "/data/",
        "/devices/new/",
        f"/devices/{device.public_id}/",
        f"/devices/{device.public_id}/connect/",
    ):
        page.goto(url)
        page.wait_for_load_state("load")
        assert violations(page) == [], url
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), url
    assert [text for text in heard if NO_SOCKET not in text and "404" not in text] == []
    context.close()


def test_the_page_that_waits_shows_the_first_message_by_itself(browser, live_stack: Supervised):
    membership = a_membership()
    device = a_device(site=a_site(enterprise=membership.enterprise), name="Press 3")
    context = a_context(browser, base_url=live_stack.base_url)
    page = context.new_page()
    log_in(page, email=membership.person.email)
    page.goto(f"/devices/{device.public_id}/connect/")
    page.wait_for_selector("[data-live-badge][data-state=connected]", timeout=HEARD_WITHIN_MS)
    assert page.inner_text("h1") == "Waiting for the first message of Press 3"

    answer = httpx.post(
        f"{live_stack.base_url}/api/v1/observations",
        content=a_payload(at=None, execution="ACTIVE"),
        headers={"Authorization": "Bearer device-token", "Content-Type": "application/x-ndjson"},
    )

    assert answer.json()["stored"] == 1
    page.get_by_text("Last message").wait_for(timeout=HEARD_WITHIN_MS)
    assert page.inner_text("h1") == "Press 3 is connected"
    context.close()
