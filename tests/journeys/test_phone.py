"""On a phone a long table shows its first rows, and of each row what matters; the rest is one tap away."""

import pytest

from marketplace.trading.models import Run
from tests.browser import DESKTOP, PHONE
from tests.journeys.test_operator import log_in
from tests.production.work import a_shop

NUM_RUNS = 24
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop():
    found = a_shop(num_runs=NUM_RUNS, quantity=2_400)
    assert Run.objects.count() == NUM_RUNS
    return found


def at_work(visit, shop, *, size):
    person = visit(size=size)
    log_in(person, shop.owner)
    person.open("/booked/")
    return person


def test_a_phone_shows_twenty_rows_until_all_are_asked_for(visit, shop):
    person = at_work(visit, shop, size=PHONE)
    rows = person.page.locator("#all-work tbody tr:visible")
    assert rows.count() == 20
    person.press(f"Show all {NUM_RUNS}")
    assert rows.count() == NUM_RUNS
    assert not person.page.locator(".m-table__all").is_visible()
    person.check()


def test_a_row_tells_more_when_asked(visit, shop):
    person = at_work(visit, shop, size=PHONE)
    first = person.page.locator("#all-work tbody tr").first
    pay = first.locator("[data-label=Pay]")
    assert not pay.is_visible()
    more = first.locator(".m-table__more")
    more.click()
    assert pay.is_visible()
    assert (more.inner_text(), more.get_attribute("aria-expanded")) == ("Less", "true")
    more.click()
    assert not pay.is_visible()


def test_a_filter_looks_through_the_rows_that_are_not_shown(visit, shop):
    person = at_work(visit, shop, size=PHONE)
    person.page.fill("[data-table=all-work] [data-table-filter]", "press")
    assert person.page.locator("#all-work tbody tr:visible").count() == NUM_RUNS


def test_a_desk_shows_all_of_it(visit, shop):
    person = at_work(visit, shop, size=DESKTOP)
    assert person.page.locator("#all-work tbody tr:visible").count() == NUM_RUNS
    assert person.page.locator("#all-work tbody tr").first.locator("[data-label=Pay]").is_visible()
    assert person.page.locator(".m-table__more:visible, .m-table__all:visible").count() == 0
