"""A real browser for tests: Debian's Chromium by Playwright, and the axe check of accessibility."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-dev-shm-usage", "--no-first-run",
]  # fmt: skip
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # what passed is not written up
}
FOUND = """options => axe.run(options).then(({violations}) => violations.map(
  ({id, help, nodes}) => `${id}: ${help}: ${nodes[0].html.slice(0, 160)}`))"""
LATE_FRAME_MS = 400
KEYS = """(field, code) => { for (const key of code) {
  field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  field.value += key;
} }"""

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium was found; set CHROMIUM to its path")


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Playwright keeps an event loop in this thread; Django's rows stay usable beside it."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def a_context(
    browser: Browser,
    *,
    size: dict[str, int] = DESKTOP,
    theme: str = "light",
    language: str = "en",
    base_url: str,
) -> BrowserContext:
    """A visitor in Shanghai with an empty cookie jar, to whom nothing moves: colours are judged at once."""
    context = browser.new_context(
        viewport=size,
        base_url=base_url,
        locale="zh-CN" if language.startswith("zh") else "en-GB",
        timezone_id="Asia/Shanghai",
        has_touch=size is PHONE,
        reduced_motion="reduce",
    )
    context.add_init_script(f"localStorage.getItem('theme') ?? localStorage.setItem('theme', '{theme}')")
    return context


def log_in(page: Page, *, email: str, password: str = "correct horse battery") -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.click("main button.btn-primary")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA: rule, help and the first element.

    Where it finds something it looks again a little later: on a busy machine colours may be those of a frame that was
    late. What is wrong stays wrong.
    """
    found = _found(page)
    if found:
        page.wait_for_timeout(LATE_FRAME_MS)
        found = _found(page)
    return found


def _found(page: Page) -> list[str]:
    """The script is given to each document once; it comes to half a megabyte."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return list(page.evaluate(FOUND, RULES))


def scan(page: Page, code: str) -> None:
    """As a scanner types: each key faster than the 35 ms that a person needs, then Enter.

    Keys that Playwright sends one by one are as slow as the machine is busy; here all but Enter come in one task.
    """
    field = page.locator("[data-scan-code]")
    field.focus()
    field.evaluate(KEYS, code)
    page.keyboard.press("Enter")


def wait_until(page: Page, condition: str, *, within_s: float = 5) -> None:
    """Poll a JavaScript expression; Playwright's own way evaluates text in the page, which our policy forbids."""
    deadline = time.monotonic() + within_s
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, f"not within {within_s} s: {condition}"
        page.wait_for_timeout(50)


def aside(act: Callable[[], object]) -> object:
    """Do something that pushes to pages: in a thread without Playwright's event loop, where pushes can be sent."""

    def run() -> object:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(run).result()


def complaints_of(page: Page) -> list[str]:
    """Grows with every error the page's scripts or its security policy report."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    return heard
