"""Somebody at a browser of their own. Whatever goes wrong in it is remembered and fails the journey."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from tests.browser import DESKTOP, a_context, violations

PASSWORD = "correct horse battery"
SETTLED_WITHIN_MS = 20_000
QUIET_MS, LOOK_MS = 100, 25  # no request for so long, looked at so often
# Endless movements, such as those of a progress bar, are not waited for, nor those that stand without an end.
STILL = """within => Promise.race([
  new Promise((pass) => setTimeout(pass, within)),
  Promise.allSettled(document.getAnimations()
    .filter((each) => each.effect?.getComputedTiming().endTime < 10_000).map((each) => each.finished)),
])"""
LEFT = "net::ERR_ABORTED"  # a request of a page that was left before the answer came


class Person:
    """`faults` grows with every script error, refused policy, failed request and unusable page."""

    def __init__(
        self, browser: Browser, *, base_url: str, size: dict[str, int] = DESKTOP, theme: str = "light", language: str = "en"
    ) -> None:  # fmt: skip
        self.base_url = base_url
        self.context = a_context(browser, size=size, theme=theme, language=language, base_url=base_url)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self._expected: set[int] = set()
        self._is_deaf = False
        self._on_the_way: set[Request] = set()
        self.page.on("request", self._note_request)
        self.page.on("requestfinished", self._note_end)
        self.page.on("requestfailed", self._note_end)
        self.page.set_default_timeout(SETTLED_WITHIN_MS)
        self.page.on("pageerror", lambda error: self._hear(f"script: {error}"))
        self.page.on("console", self._hear_console)
        self.page.on("requestfailed", self._hear_failure)
        self.page.on("response", self._hear_answer)

    def open(self, path: str) -> None:
        """Go there, wait until it stands still, and look whether everybody could use it."""
        self.page.goto(path)
        self.check()

    def check(self) -> None:
        """This page as it is now: accessible by WCAG 2.2 AA, no wider than the screen."""
        self.settle()
        where = urlsplit(self.page.url).path
        for violation in violations(self.page):
            self._hear(f"{where}: axe: {violation}")
        width = self.page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
        if width[0] > width[1]:
            self._hear(f"{where}: {width[0]} px wide on a screen of {width[1]} px")

    def settle(self) -> None:
        """Fragments and drawings have come, and nothing moves or changes colour any more."""
        self.page.wait_for_load_state()
        waited = quiet = 0
        while quiet < QUIET_MS:
            assert waited < SETTLED_WITHIN_MS, f"no answer: {[each.url for each in self._on_the_way]}"
            self.page.wait_for_timeout(LOOK_MS)
            waited += LOOK_MS
            quiet = 0 if self._on_the_way else quiet + LOOK_MS
        self.page.evaluate(STILL, SETTLED_WITHIN_MS)

    def fill(self, **values: object) -> None:
        """Fields of the page's main part, by their names."""
        for name, value in values.items():
            field = self.page.locator(f"main [name={name}]")
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(str(value))
            else:
                field.fill(str(value))

    def press(self, name: str, *, confirm: bool = False) -> None:
        """A button of the page's main part; `confirm` says yes in the dialog that follows."""
        self.page.locator("main").get_by_role("button", name=name).first.click()
        if confirm:
            self.page.locator("#confirm-dialog [data-confirm-yes]").click()

    def log_in(self, email: str, *, password: str = PASSWORD) -> None:
        self.page.goto("/accounts/login/")
        self.fill(login=email, password=password)
        self.page.click("main button.btn-primary")
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)

    @property
    def title(self) -> str:
        return self.page.inner_text("#page-title")

    def says(self, text: str) -> bool:
        return text in self.page.inner_text("main")

    def told(self) -> str:
        """Where this person is, what the page says, what went wrong, and a picture of it."""
        picture = Path(tempfile.gettempdir()) / f"muster-journey-{uuid.uuid4().hex[:8]}.png"
        self.page.screenshot(path=picture, full_page=True)
        lines = [self.page.url, str(picture), self.page.inner_text("body"), *self.faults]
        return "\n".join(lines)

    @contextmanager
    def expecting(self, *statuses: int) -> Iterator[None]:
        """Answers of these statuses are what the journey is about."""
        self._expected |= set(statuses)
        yield
        self.settle()
        self._expected -= set(statuses)

    @contextmanager
    def without_network(self) -> Iterator[None]:
        """Failed requests are what the journey is about."""
        self._is_deaf = True
        yield
        self._is_deaf = False

    def _note_request(self, request: Request) -> None:
        """Of a page that is left nobody waits for anything."""
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self._on_the_way.clear()
        self._on_the_way.add(request)

    def _note_end(self, request: Request) -> None:
        self._on_the_way.discard(request)

    def _hear(self, fault: str) -> None:
        if not self._is_deaf:
            self.faults.append(fault)

    def _hear_console(self, message: ConsoleMessage) -> None:
        is_status = "the server responded with a status of" in message.text  # told by _hear_answer
        if message.type == "error" and not is_status:
            self._hear(f"console: {message.text}")

    def _hear_failure(self, request: Request) -> None:
        if request.failure != LEFT:
            self._hear(f"request: {request.method} {request.url}: {request.failure}")

    def _hear_answer(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self._hear(f"answer: {response.status} {response.request.method} {response.url}")
