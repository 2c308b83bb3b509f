"""Live pages against the whole running Muster: what moves is read again, also after the web was gone."""

import pytest

from marketplace.accounts import services
from marketplace.accounts.models import Enterprise
from tests.browser import a_context, aside, log_in, needs_browser
from tests.builders import NOW, a_membership, a_person, a_site, an_enterprise

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    needs_browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def enterprise():
    enterprise = an_enterprise(verified=False, verification="pending", registration_number="1")
    a_site(enterprise=enterprise)
    a_membership(enterprise=enterprise, person=a_person(email="li@example.org"))
    return enterprise


@pytest.fixture
def page(browser, live_stack, enterprise):
    context = a_context(browser, base_url=live_stack.base_url)
    page = context.new_page()
    log_in(page, email="li@example.org")
    page.goto("/settings/")
    yield page
    context.close()


def badge(page, state):
    page.wait_for_selector(f"[data-live-badge][data-state={state}]", timeout=20_000)


def decide(enterprise, *, is_genuine):
    staff = a_person(is_staff=True)
    services.decide_verification(by=staff, enterprise_id=enterprise.pk, is_genuine=is_genuine, now=NOW)


def test_a_page_shows_a_change_without_being_asked(page, enterprise):
    badge(page, "connected")
    page.wait_for_selector("#verification >> text=verification pending")
    aside(lambda: decide(enterprise, is_genuine=True))
    page.wait_for_selector("#verification .m-state >> text='verified'", timeout=10_000)


def test_a_page_that_lost_the_web_says_so_and_reads_again_when_it_is_back(page, enterprise, live_stack):
    badge(page, "connected")
    live_stack.kill("web")
    page.wait_for_selector("[data-live-badge]:not([data-state=connected])")
    Enterprise.objects.filter(pk=enterprise.pk).update(verification="rejected")  # no nudge can arrive
    badge(page, "connected")
    page.wait_for_selector("#verification >> text=verification rejected", timeout=10_000)
