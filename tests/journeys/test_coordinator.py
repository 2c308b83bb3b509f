"""A coordinator comes and is verified: need exactly, capacity as aggregates that pass the gate, who is on the network."""

import pytest

from marketplace.accounts.models import Enterprise
from marketplace.accounts.services import decide_verification
from marketplace.common import clock
from tests.browser import aside
from tests.builders import a_machine, a_person, a_site, an_enterprise
from tests.journeys.actor import Actor, an_order_body

NUM_MORE_FACTORIES = 5  # with the two of the world, no owner of presses holds more than a quarter


@pytest.fixture
def more_presses(keys):
    """Pressing has seven owners now, embossing two as before."""
    for number in range(NUM_MORE_FACTORIES):
        enterprise = an_enterprise(name=f"Press Works {number}")
        a_machine(
            site=a_site(enterprise=enterprise), hours=tuple((day, "00:00", "00:00") for day in range(7))
        )


def test_a_coordinator_sees_need_exactly_and_capacity_through_the_gate(
    enter, live_stack, keys, tiny_world, more_presses
):
    person = enter()
    person.open("/")
    person.page.click("a:has-text('I coordinate')")
    person.check()
    person.fill(enterprise_name="Relief Office East", name="Chen Yu")
    person.fill(email="chen@relief.example", password1="correct horse 1")
    person.press("Sign up")
    person.page.wait_for_url("**/control-room/")
    person.check()
    assert person.title == "Have your office verified"
    assert person.context.request.get("/api/v1/need").status == 403

    ask_to_be_verified(person)
    person.open("/control-room/")
    assert person.title == "Your office is being verified"
    verify("Relief Office East")
    person.page.wait_for_selector("#page-title:has-text('No need is reported')")
    person.check()

    post_orders(Actor(base_url=live_stack.base_url, token=keys.buyers["buyer"]), world=tiny_world)
    person.open("/control-room/")
    assert person.title == "3,250 pieces wanted and not yet booked"
    assert "3,250 pieces" in person.page.inner_text("#need tbody tr")

    pressing, embossing = (row_of(person, process) for process in ("pressing", "embossing"))
    assert "7 owners" in pressing
    assert "withheld" not in pressing
    assert embossing.count("withheld") == 4
    assert "owners" not in embossing
    assert "withheld" in person.context.request.get("/api/v1/capacity").text()

    person.page.locator("nav a:has-text('Network'):visible").click()
    person.check()
    assert person.title == "8 factories offer machines"
    assert all(person.says(firm.name) for firm in tiny_world.firms)


def ask_to_be_verified(person):
    person.page.click("main a:has-text('registration number')")
    person.page.wait_for_selector("main [name=registration_number]")
    person.fill(registration_number="CN-4711")
    send(person, "Save")
    person.open("/settings/sites/new")
    person.fill(name="Head office", city="Ningbo")
    send(person, "Save")
    person.open("/control-room/")
    send(person, "Ask to be verified")


def send(person, name):
    """A form whose answer is another page; who goes elsewhere before it has come may not have sent it.

    The page with the form has come whole: the end of its own loading would be taken for the answer.
    """
    person.settle()
    with person.page.expect_navigation():
        person.press(name)


def verify(name):
    """Platform staff look at it and find it genuine."""
    office = Enterprise.objects.get(name=name)
    aside(
        lambda: decide_verification(
            by=a_person(is_staff=True), enterprise_id=office.pk, is_genuine=True, now=clock.real_now()
        )
    )


def post_orders(buyer, *, world):
    """Two orders of one product to one place, open for planning; the plans are not waited for."""
    product = next(row["id"] for row in buyer.rows("products"))
    for title, quantity, first in (("First", 2_000, 1), ("Second", 1_250, 5_001)):
        numbers = {"first": first, "last": first + quantity - 1, "prefix": "T"}
        body = an_order_body(
            product=product, world=world, title=title, quantity=quantity, variant={"numbers": numbers}
        )
        order = buyer.post("orders", body)
        buyer.post(f"orders/{order['id']}/open")


def row_of(person, process) -> str:
    return person.page.inner_text(f"#capacity tbody tr:has-text('{process}')")
