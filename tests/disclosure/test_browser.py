"""The pages of disclosure in a real browser, on a desk and on a phone."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import Enterprise
from marketplace.accounts.selectors import viewer_for
from marketplace.common import clock
from marketplace.disclosure import services
from marketplace.disclosure.services import GrantDraft
from marketplace.disclosure.words import Group
from tests.browser import DESKTOP, PHONE, a_context, log_in, needs_browser, violations
from tests.builders import a_machine, a_membership, a_person, a_site, an_enterprise

pytestmark = [pytest.mark.browser, needs_browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PAGES = {
    "matrix": "/disclosure/",
    "grants": "/settings/disclosure/",
    "give": "/settings/disclosure/new/",
    "preview": "/settings/preview/coordinator-declared/",
    "preview-public": "/settings/preview/",
}


@pytest.fixture
def owner() -> str:
    """The e-mail of an owner with a machine, a grant to a buyer and a look by the platform's staff."""
    membership = a_membership(enterprise=an_enterprise(name="Ningbo Presses", registration_number="91330200"))
    enterprise = membership.enterprise
    a_machine(site=a_site(enterprise=enterprise), name="Press 3", model="Schuler MSP 400")
    viewer = viewer_for(membership.person, enterprise_public_id=enterprise.public_id)
    now = clock.now()
    draft = GrantDraft(
        group=Group.IDENTITY,
        purpose="they ask who we are before they send drawings",
        ends_at=now + timedelta(days=30),
        to_enterprise=an_enterprise(kind=Enterprise.Kind.BUYER).public_id,
    )
    services.give_grant(viewer=viewer, draft=draft, now=now)
    services.break_glass(
        by=a_person(is_staff=True), enterprise=enterprise.public_id, reason="ticket 4711: cannot log in",
        lasts=timedelta(hours=1), now=now, real_now=clock.real_now(),
    )  # fmt: skip
    return membership.person.email


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_are_accessible_and_never_wider_than_the_screen(browser, live_server, owner, size):
    context = a_context(browser, size=size, base_url=live_server.url)
    page = context.new_page()
    log_in(page, email=owner)
    for name, path in PAGES.items():
        page.goto(path)
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    context.close()
