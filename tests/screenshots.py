"""Takes the README's pictures from a demonstration of its own: `make screenshots`.

docs/screenshots/joint-plan.png is the buyer's plan; every picture, on desktop and phone and in both languages, goes to
.screenshots/ to be looked at.
"""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from embedded.ports import free_port
from embedded.state import open_state
from tests.browser import DESKTOP, PHONE, a_browser, a_context, log_in
from tests.supervised import PROJECT, Supervised, start

UP_WITHIN_S = 180
BOOKED_WITHIN_S = 600  # planning, choosing and the answers of 62 factories
SETTLE_MS = 4000  # charts are drawn, the first live numbers have come
LOOKED_AT = PROJECT / ".screenshots"
README_PICTURE = PROJECT / "docs" / "screenshots" / "joint-plan.png"
README_SIZE = {"width": 1280, "height": 1200}  # the joint Gantt with the figures above it
README_FROM = "#joint-plan"
LANGUAGES = ("en", "zh-hans")
SIZES = {"desktop": DESKTOP, "phone": PHONE}


def main() -> None:
    LOOKED_AT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="muster-screenshots-") as folder:
        environ = {"ENVIRONMENT": "demo", "SCENARIO": "plates", "PORT": str(free_port())}
        muster = start(open_state(Path(folder)), environ=environ)
        muster.wait_until_up(within_s=UP_WITHIN_S)
        muster.wait_for(lambda: "Booked:" in muster.log("scenario"), within_s=BOOKED_WITHIN_S)
        with a_browser() as browser:
            for language in LANGUAGES:
                for name, size in SIZES.items():
                    take_all(browser, muster, language=language, size=size, suffix=f"{name}-{language}")
                if language == "en":
                    take_readme_picture(browser, muster)
        muster.stop()


def take_all(
    browser: Browser, muster: Supervised, *, language: str, size: dict[str, int], suffix: str
) -> None:
    """The first page of each of the three roles, and the buyer's plan."""
    order, password = said(muster, r"/orders/(\w+)/"), said(muster, r"password (\S+) as")
    pages = {"buyer": {"plan": f"/orders/{order}/"}, "factory": {}, "coordinator": {}}
    for role, others in pages.items():
        context = a_context(browser, size=size, language=language, base_url=muster.base_url)
        page = context.new_page()
        log_in(page, email=f"{role}@muster.example", password=password)
        if language != "en":
            speak_chinese(page)
        for name, path in {role: "/", **others}.items():
            take(page, path, LOOKED_AT / f"{name}-{suffix}.png")
        context.close()


def take_readme_picture(browser: Browser, muster: Supervised) -> None:
    order, password = said(muster, r"/orders/(\w+)/"), said(muster, r"password (\S+) as")
    context = a_context(browser, size=README_SIZE, base_url=muster.base_url)
    page = context.new_page()
    log_in(page, email="buyer@muster.example", password=password)
    README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
    take(page, f"/orders/{order}/", README_PICTURE, top=README_FROM)
    context.close()


def speak_chinese(page: Page) -> None:
    """The choice stays with the person, so the button is gone from the next visit on."""
    button = page.get_by_role("button", name="简体中文")
    if button.is_visible():
        button.click()
        page.wait_for_load_state()


def said(muster: Supervised, pattern: str) -> str:
    found = re.search(pattern, muster.log("scenario"))
    assert found is not None, f"the scenario did not say {pattern}"
    return found[1]


def take(page: Page, path: str, target: Path, *, top: str = "") -> None:
    """`top` is where the picture begins, if not at the top of the page."""
    page.goto(path)
    page.wait_for_timeout(SETTLE_MS)
    if top:
        page.locator(top).evaluate("element => element.scrollIntoView()")
        page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=target)
    sys.stdout.write(f"{target}\n")


if __name__ == "__main__":
    main()
