"""A buyer comes with an order: who could make it, which plans there are, who has agreed, who they are."""

import re

from tests.journeys.actor import PLANNED_WITHIN_S, Actor

PLAN_MS = PLANNED_WITHIN_S * 1000
AGES = re.compile(r"\b\d+ (?:s|min) ago\b|in \d+ h \d+ min")


def test_a_buyer_gets_an_order_agreed_by_factories_unknown_before(enter, live_stack, keys, tiny_world):
    buyer = enter()
    buyer.open("/accounts/signup/?kind=buyer")
    buyer.fill(
        enterprise_name="Harbour Schools",
        name="Ana Ruiz",
        email="ana@harbour.example",
        password1="correct horse 1",
    )
    buyer.press("Sign up")
    buyer.page.wait_for_url("**/orders/")
    buyer.check()

    order = post_an_order(buyer)
    buyer.press("See who can make it together")
    buyer.page.wait_for_selector(
        "#plan-options .m-progress, #plan-options .m-option__answer", timeout=PLAN_MS
    )
    buyer.page.wait_for_selector("button:has-text('Choose this plan')", timeout=PLAN_MS)
    buyer.check()
    secrets = secrets_of(tiny_world)
    look_at_the_plan(buyer, order=order, secrets=secrets)

    firms = [Actor(base_url=live_stack.base_url, token=token) for token in keys.firms.values()]
    choose_and_watch(buyer, firms=firms, order=order, secrets=secrets)
    joint = buyer.page.inner_text("#joint-plan")
    assert {firm.name for firm in tiny_world.firms if firm.name in buyer.page.content()}

    buyer.open(f"/orders/{order}/")
    buyer.page.wait_for_selector("#joint-plan h2")
    assert AGES.sub("", buyer.page.inner_text("#joint-plan")) == AGES.sub("", joint)


def post_an_order(buyer) -> str:
    """The public id of an order of the badge, as its page's address says."""
    buyer.open("/orders/new/")
    buyer.page.click("a:has-text('Steel badge')")
    buyer.check()
    buyer.fill(quantity=2000, title="Badges for all schools")
    buyer.page.fill("[name=variant_numbers_first]", "1")
    buyer.page.fill("[name=drops-0-name]", "Main gate")
    buyer.page.fill("[name=drops-0-city]", "Shaoxing")
    buyer.press("See who can make it")
    buyer.page.wait_for_url("**/orders/ord_*/")
    buyer.check()
    return buyer.page.url.rstrip("/").rsplit("/", 1)[1]


def secrets_of(world) -> set[str]:
    """What a buyer may not read before there is a contract."""
    return {firm.name for firm in world.firms} | {
        machine.name for firm in world.firms for machine in firm.machines
    }


def look_at_the_plan(buyer, *, order, secrets):
    buyer.page.click("a:has-text('Look at the plan') >> nth=0")
    buyer.page.wait_for_url("**/plans/pln_*/")
    buyer.page.wait_for_selector("#plan-gantt-figure canvas")
    buyer.page.wait_for_selector("#plan-map-figure canvas")
    buyer.check()
    assert "Factory A, " in buyer.page.content()
    assert "all there after" in buyer.title
    plan = buyer.page.url.rstrip("/").rsplit("/", 1)[1]
    told = [
        buyer.page.content(),
        *api_texts(buyer, f"orders/{order}", f"orders/{order}/plans", f"plans/{plan}"),
    ]
    assert not {secret for secret in secrets for text in told if secret in text}
    buyer.open(f"/orders/{order}/")


def choose_and_watch(buyer, *, firms, order, secrets):
    """The page follows the answers by itself; nobody is named before the last one."""
    buyer.page.wait_for_selector("button:has-text('Choose this plan')")
    buyer.press("Choose this plan", confirm=True)
    buyer.page.wait_for_selector("#joint-plan h2")
    buyer.check()
    buyer.page.evaluate("window.isSamePage = true")
    offers = [(firm, package["id"]) for firm in firms for package in firm.offers()]
    assert offers
    for number, (firm, package) in enumerate(offers, start=1):
        told = [buyer.page.content(), *api_texts(buyer, f"orders/{order}", f"orders/{order}/deal")]
        assert not {secret for secret in secrets for text in told if secret in text}
        firm.accept(package)
        buyer.page.wait_for_selector(f"#joint-plan >> text={number} of {len(offers)} offers answered")
    buyer.page.wait_for_selector("#joint-plan .m-state:has-text('agreed')")
    buyer.page.wait_for_selector("#joint-gantt-figure canvas")
    assert buyer.page.evaluate("window.isSamePage"), "the page was loaded again"
    buyer.check()


def api_texts(buyer, *paths) -> list[str]:
    """What the API tells this buyer."""
    answers = [buyer.context.request.get(f"/api/v1/{path}") for path in paths]
    assert [answer.status for answer in answers] == [200] * len(paths)
    return [answer.text() for answer in answers]
