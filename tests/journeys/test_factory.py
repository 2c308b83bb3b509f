"""A factory comes with two idle presses: listed, connected, seen at work, offered an order, and booked."""

import time

from tests.journeys.actor import Actor, an_order_body
from tests.journeys.machine import Machine

SECONDS_TO_LIST = 120
FIELDS_TO_LIST = 14
REGION = "Jiangsu"  # where no other factory of the world is
QUANTITY = 4_000


def test_a_factory_lists_a_machine_is_seen_and_takes_one_of_two_runs(enter, live_stack, keys, tiny_world):
    owner = enter()
    owner.open("/accounts/signup/?kind=factory")
    owner.fill(
        enterprise_name="Changzhou Press Works",
        city="Changzhou",
        name="Li Wei",
        email="li@press.example",
        password1="correct horse 1",
    )
    owner.press("Sign up")
    owner.page.wait_for_url("**/factory/")
    owner.check()

    owner.page.click("a:has-text('List your first machine')")
    started = time.monotonic()
    owner.check()
    assert (
        owner.page.locator("main form :is(input, select):visible").count() <= FIELDS_TO_LIST + 6
    )  # days of a week
    list_a_press(owner, name="Press North")
    assert time.monotonic() - started < SECONDS_TO_LIST
    secret = owner.page.input_value("[data-copy-from]")
    machine_page = owner.page.url
    owner.check()
    owner.page.click("main a:has-text('How to connect it')")
    owner.page.wait_for_url("**/connect/")
    device = owner.page.url.split("/")[-3]
    assert owner.says(f"muster/1/{device}/obs")
    owner.check()
    owner.open(machine_page)
    assert owner.page.locator("[data-copy-from]").count() == 0, "the key is shown a second time"

    watch_it_work(owner, device=device, token=secret, url=live_stack.environ["MQTT_URL"])

    owner.open("/machines/new/?kind=press")
    list_a_press(owner, name="Press South", connection="none")
    buyer = Actor(base_url=live_stack.base_url, token=keys.buyers["buyer"])
    owner.open("/factory/")
    offer_both_presses(buyer, world=tiny_world)
    owner.page.wait_for_selector("#page-title:has-text('1 offer waits for your answer')")
    owner.check()

    take_one_and_decline_one(owner)
    owner.open("/booked/")
    assert owner.title == "1 run is booked on your machines"
    assert owner.says("Press North") != owner.says("Press South")
    owner.open(machine_page)


def list_a_press(owner, *, name, connection="json"):
    owner.fill(name=name, process="press", run_units=200, setup_min=20, price="120", connection=connection)
    owner.fill(starts="00:00", ends="00:00")
    owner.press("Publish")
    owner.page.wait_for_url("**/machines/mac_*/")


def watch_it_work(owner, *, device, token, url):
    """Its page says cutting and idle as the machine says it, without a reload."""
    owner.page.wait_for_selector("text=Never connected")
    owner.page.evaluate("window.isSamePage = true")
    with Machine(device, token=token, url=url) as press:
        press.says("ACTIVE", count=100)
        owner.page.wait_for_selector("#device-panel .m-state:has-text('cutting')")
        owner.check()
        press.says("READY", count=103)
        owner.page.wait_for_selector("#device-panel .m-state:has-text('idle')")
        press.says("UNAVAILABLE", count=None)
        owner.page.wait_for_selector("#device-panel .m-state:has-text('off')")
    assert owner.page.evaluate("window.isSamePage"), "the page was loaded again"


def offer_both_presses(buyer, *, world):
    """An order that only this factory's region may make, and a plan of it that is chosen."""
    operation = {"code": "press", "name": "Press", "process": "press", "makes": "lid", "weight_g": 50}
    product = buyer.post("products", {"code": "lid", "name": "Steel lid", "operations": [operation]})
    body = an_order_body(
        product=product["id"], world=world, title="Lids", quantity=QUANTITY, regions=[REGION]
    )
    order = buyer.post("orders", body)
    fastest = next(plan for plan in buyer.plans(order["id"]) if plan["goal"] == "fastest")
    assert fastest["finish_min"] is not None, fastest
    buyer.post(f"orders/{order['id']}/deal", {"plan": fastest["id"]})


def take_one_and_decline_one(owner):
    owner.page.click("main a:has-text('Steel lid')")
    owner.page.wait_for_url("**/offers/pkg_*/")
    owner.check()
    runs = owner.page.locator("input[name=runs]")
    assert runs.count() == 2
    runs.nth(1).uncheck()
    owner.fill(reason="Die of the second press is worn")
    owner.press("Accept only the ticked runs")
    owner.page.wait_for_selector("text=accepted in part")
    owner.check()
