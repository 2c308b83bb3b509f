"""Between enterprises: what is not yours does not exist, and who may only look cannot act."""

import re

import pytest

from tests.journeys.actor import Actor, an_order_body, wait_for
from tests.journeys.person import PASSWORD

UNKNOWN = "0" * 16
# What differs between any two answers: tokens of forms, the clock, the number of the request.
CHANGING = re.compile(
    r'<script id="shell-settings".*?</script>|<time .*?</time>|csrfmiddlewaretoken" value="[^"]*"'
    r'|"X-CSRFToken": "[^"]*"|"request_id": ?"[^"]*"',
    re.DOTALL,
)
PAGES = (
    "/orders/{order}/", "/orders/{order}/options/", "/orders/{order}/plan/", "/orders/new/?from={order}",
    "/plans/{plan}/", "/products/{product}/", "/products/{product}/edit/", "/offers/{package}/", "/machines/{machine}/",
    "/machines/{machine}/edit/", "/data/{device}/", "/data/{device}/connect/", "/settings/sites/{site}",
)  # fmt: skip
API = (
    "orders/{order}", "orders/{order}/plans", "orders/{order}/deal", "plans/{plan}", "products/{product}",
    "packages/{package}", "machines/{machine}", "machines/{machine}/windows", "machines/{machine}/sellable",
    "machines/{machine}/taken", "devices/{device}", "devices/{device}/state", "devices/{device}/hours", "sites/{site}",
)  # fmt: skip


@pytest.fixture(scope="module")
def ids(live_stack, keys, tiny_world) -> dict[str, str]:
    """Public ids of everything that one buyer and one factory have after a plan was chosen."""
    buyer = Actor(base_url=live_stack.base_url, token=keys.buyers["buyer"])
    firms = [Actor(base_url=live_stack.base_url, token=token) for token in keys.firms.values()]
    operation = {"code": "press", "name": "Press", "process": "press", "makes": "lid", "weight_g": 50}
    product = buyer.post("products", {"code": "lid", "name": "Secret lid", "operations": [operation]})
    order = buyer.post(
        "orders", an_order_body(product=product["id"], world=tiny_world, title="Lids", quantity=900)
    )
    plan = next(plan for plan in buyer.plans(order["id"]) if plan["finish_min"] is not None)
    buyer.post(f"orders/{order['id']}/deal", {"plan": plan["id"]})
    firm, packages = next((firm, found) for firm in firms if (found := firm.offers()))
    return {
        "product": product["id"],
        "order": order["id"],
        "plan": plan["id"],
        "package": packages[0]["id"],
        "machine": firm.rows("machines")[0]["id"],
        "device": firm.rows("devices")[0]["id"],
        "site": firm.rows("sites")[0]["id"],
    }


def test_what_belongs_to_others_looks_as_if_it_did_not_exist(enter, ids):
    """For a buyer, a factory and a coordinator who have nothing to do with it."""
    unknown = {kind: f"{public_id[:4]}{UNKNOWN}" for kind, public_id in ids.items()}
    paths = [*PAGES, *(f"/api/v1/{path}" for path in API)]
    for kind in ("buyer", "factory", "coordinator"):
        stranger = enter()
        sign_up(stranger, kind=kind)
        for path in paths:
            foreign, nowhere = (answer(stranger, path.format(**names)) for names in (ids, unknown))
            assert foreign == nowhere, path
            assert foreign[0] in {403, 404}, path
            if path in PAGES and kind != "coordinator":
                assert foreign[0] == 404 or "new" in path, path


def test_a_viewer_sees_everything_and_changes_nothing(enter, live_stack, keys, tiny_world, ids):
    owner, viewer = enter(), enter()
    owner.log_in("buyer@muster.example", password="muster-demo")
    owner.open("/settings/people/")
    owner.fill(email="eye@muster.example")
    owner.page.select_option("#id_role", "viewer")
    owner.press("Make the link")
    link = owner.page.input_value("[data-copy-from]")
    owner.check()

    viewer.open(link.removeprefix(live_stack.base_url))
    viewer.fill(name="Eve Looker", password1=PASSWORD)
    viewer.press("Sign up and join")
    viewer.page.wait_for_url("**/orders/")
    viewer.open(f"/orders/{ids['order']}/")
    viewer.page.wait_for_selector("#joint-plan h2")
    assert viewer.page.locator("main button:has-text('Withdraw')").count() == 0
    assert viewer.page.locator("main button:has-text('Cancel')").count() == 0

    with viewer.expecting(403, 422):
        for path in (f"/orders/{ids['order']}/withdraw/", f"/orders/{ids['order']}/cancel/"):
            assert post(viewer, path) == 403
    buyer = Actor(base_url=live_stack.base_url, token=keys.buyers["buyer"])
    assert buyer.get(f"orders/{ids['order']}/deal")["status"] == "offering"
    assert buyer.get(f"orders/{ids['order']}")["status"] == "offered"


def test_a_plan_that_is_being_made_can_be_stopped(enter, live_stack, keys, tiny_world):
    buyer = Actor(base_url=live_stack.base_url, token=keys.buyers["buyer"])
    product = next(row["id"] for row in buyer.rows("products") if row["code"] == "badge")
    numbers = {"first": 1, "last": 2_000, "prefix": "T"}
    body = an_order_body(
        product=product, world=tiny_world, title="Stopped", quantity=2_000, variant={"numbers": numbers}
    )
    order = buyer.post("orders", body)
    person = enter()
    person.log_in("buyer@muster.example", password="muster-demo")
    person.open(f"/orders/{order['id']}/")
    person.press("See who can make it together")
    for plan in buyer.get(f"orders/{order['id']}/plans"):
        stop = f"form[action*='{plan['id']}'] button:has-text('Stop')"
        person.page.click(stop)
        person.page.wait_for_selector(stop, state="detached")

    def stopped():
        plans = buyer.get(f"orders/{order['id']}/plans")
        return plans if all(plan["status"] in {"done", "cancelled"} for plan in plans) else None

    assert len(wait_for(stopped, within_s=30)) == 2
    person.page.wait_for_selector("form[action*='/stop/'] button", state="detached")
    person.check()


def sign_up(person, *, kind):
    person.page.goto(f"/accounts/signup/?kind={kind}")
    person.fill(enterprise_name=f"Stranger {kind}", name="Sam Strange", email=f"{kind}@strange.example")
    if kind == "factory":
        person.fill(city="Shanghai")
    person.fill(password1="correct horse 1")
    person.press("Sign up")
    person.page.wait_for_url(lambda url: "signup" not in url)


def answer(person, path) -> tuple[int, str]:
    """Status and words of a page or an API answer, without what differs between any two requests."""
    response = person.context.request.get(path)
    words = response.text()
    for public_id in re.findall(r"\b[a-z]{3}_[0-9a-z]{16}\b", path):
        words = words.replace(public_id, "ID")
    return response.status, CHANGING.sub("", words)


def post(person, path) -> int:
    """A form sent by hand, with this person's own token."""
    token = next(cookie["value"] for cookie in person.context.cookies() if cookie["name"] == "csrftoken")
    response = person.context.request.post(
        path, form={"csrfmiddlewaretoken": token}, headers={"Referer": ""}, max_redirects=0
    )
    return response.status
