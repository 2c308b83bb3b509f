"""Every page that somebody can reach by its links, in both languages, light and dark, on a desk and on a phone."""

import re
from urllib.parse import urlsplit

import pytest

from tests.browser import DESKTOP, PHONE
from tests.journeys.actor import Actor, an_order_body

MOST_BYTES = 600_000  # of a page with all that it loads, as it comes over the wire
WEIGHED_IN = "en"  # what a page loads is the same in every language; elsewhere the browser's cache helps
ID = re.compile(r"\b[a-z]{2,3}_[0-9a-z]{16}\b")
LEFT_OUT = ("/static/", "/admin/", "/api/", "/jsi18n/", "/accounts/logout/")
FILES = (".csv", ".ics", ".jpg", ".pdf", "/pdf/", ".xlsx")  # are downloaded, not shown
LINKS = "[...document.querySelectorAll('a[href]')].map((link) => link.href)"
LOOKS = {"en": ((DESKTOP, "light"), (PHONE, "dark")), "zh-hans": ((DESKTOP, "dark"), (PHONE, "light"))}
STARTS = {
    "visitor": ("/", "/accounts/signup/?kind=factory", "/accounts/login/", "/accounts/password/reset/"),
    "factory": ("/", "/booked/", "/accounts/password/change/"),
    "buyer": ("/", "/materials/"),
    "coordinator": ("/",),
}
LEAST_PAGES = {"visitor": 4, "factory": 14, "buyer": 12, "coordinator": 6}


@pytest.fixture(scope="module")
def trade(live_stack, keys, tiny_world):
    """The world's order is planned and chosen and one of its factories has accepted; a second is a draft."""
    buyer = Actor(base_url=live_stack.base_url, token=keys.buyers["buyer"])
    product = next(row["id"] for row in buyer.rows("products"))
    for title, first in (("Chosen", 1), ("Draft", 9_001)):
        numbers = {"first": first, "last": first + 1_999, "prefix": "T"}
        body = an_order_body(
            product=product, world=tiny_world, title=title, quantity=2_000, variant={"numbers": numbers}
        )
        order = buyer.post("orders", body)
        if title == "Chosen":
            plan = next(plan for plan in buyer.plans(order["id"]) if plan["finish_min"] is not None)
            buyer.post(f"orders/{order['id']}/deal", {"plan": plan["id"]})
    firms = [Actor(base_url=live_stack.base_url, token=token) for token in keys.firms.values()]
    firm, packages = next((firm, found) for firm in firms if (found := firm.offers()))
    firm.accept(packages[0]["id"])


# One worker each, of about the same length; three are enough for pytest-xdist to hand no other to a worker beforehand.
SHARES = (
    (("factory", "en"), ("visitor", "en"), ("visitor", "zh-hans")),
    (("factory", "zh-hans"), ("buyer", "en"), ("coordinator", "en")),
    (("coordinator", "zh-hans"), ("buyer", "zh-hans")),
)


@pytest.mark.parametrize(
    ("role", "language"),
    [
        pytest.param(role, language, marks=pytest.mark.xdist_group(f"share-{number}"))
        for number, share in enumerate(SHARES)
        for role, language in share
    ],
)
def test_every_page_is_usable_and_light(enter, trade, role, language):
    person = enter(language=language)
    if role != "visitor":
        person.log_in(f"{role}@muster.example", password="muster-demo")
    weigh = weighed(person) if language == WEIGHED_IN else []
    waiting, seen, heavy = list(STARTS[role]), set(), []
    while waiting:
        path = waiting.pop(0)
        if (kind := ID.sub("ID", path)) in seen:
            continue
        seen.add(kind)
        weigh.clear()
        person.page.goto(path)
        for size, theme in LOOKS[language]:
            look(person, size=size, theme=theme)
        if sum(weigh) > MOST_BYTES:
            heavy.append(f"{path}: {sum(weigh):,} bytes")
        waiting += [found for link in person.page.evaluate(LINKS) if (found := own_path(link, person=person))]
    assert len(seen) >= LEAST_PAGES[role], sorted(seen)
    assert not heavy, "\n".join(heavy)


def look(person, *, size, theme):
    person.page.set_viewport_size(size)
    person.page.evaluate(
        "theme => { document.documentElement.dataset.bsTheme = theme; document.dispatchEvent(new Event('theme')); }",
        theme,
    )
    person.check()


def weighed(person) -> list[int]:
    """Grows by the bytes of each answer as they come over the wire, without the help of the cache."""
    sizes: list[int] = []
    network = person.context.new_cdp_session(person.page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    network.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    return sizes


def own_path(link, *, person) -> str:
    """Path and query of a link that stays here; empty for others."""
    parts = urlsplit(link)
    if (
        f"{parts.scheme}://{parts.netloc}" != person.base_url
        or parts.path.startswith(LEFT_OUT)
        or parts.path.endswith(FILES)
    ):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")
