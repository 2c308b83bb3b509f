"""A whole Muster with the `tiny` world in it, and people at browsers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from scenarios import tiny
from scenarios.keys import Keys
from scenarios.world import World
from tests.browser import needs_browser
from tests.emptying import remove_all_rows
from tests.journeys.person import Person
from tests.supervised import Supervised

Enter = Callable[..., Person]
PEOPLE = pytest.StashKey[list[Person]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            item.add_marker(needs_browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failed journey tells what each of its people had before their eyes."""
    report = yield
    if report.failed and report.when == "call":
        for number, person in enumerate(item.stash.get(PEOPLE, []), start=1):
            report.sections.append((f"browser of person {number}", person.told()))
    return report


@pytest.fixture(scope="session")
def tiny_world() -> World:
    return tiny.generate(1)


@pytest.fixture(scope="module")
def keys(live_stack: Supervised, tiny_world, django_db_blocker, tmp_path_factory) -> Iterator[Keys]:
    """The world is in the running Muster; nobody but the journey's people acts in it."""
    from marketplace.common import clock
    from scenarios.seeding import seed

    with django_db_blocker.unblock():
        yield seed(tiny_world, keys_file=tmp_path_factory.mktemp("world") / "keys.json")
        remove_all_rows(but_of={"django_celery_beat"})  # beat keeps its timetable
        clock.forget()


@pytest.fixture
def enter(request, browser, live_stack: Supervised, keys) -> Iterator[Enter]:
    """`enter(size=…, language=…, theme=…)`: somebody comes; at the end nothing may have gone wrong for them."""
    with people(request.node, browser, base_url=live_stack.base_url) as come:
        yield come


@pytest.fixture
def visit(request, django_db_setup, browser, live_server) -> Iterator[Enter]:
    """As `enter`, where this process serves the pages to an empty Muster from NOW on: quick, but without workers.

    Its server speaks no websocket; pages that say so do nothing wrong.
    """
    from marketplace.common import clock
    from tests.builders import NOW

    clock.set_clock(speed=1, business_at=NOW)
    with people(request.node, browser, base_url=live_server.url, deaf_to="WebSocket") as come:
        yield come
    clock.forget()


@contextmanager
def people(
    node: pytest.Item, browser: Browser, *, base_url: str, deaf_to: str | None = None
) -> Iterator[Enter]:
    """Makes people at `base_url` and listens to them; what names `deaf_to` is no fault."""
    present = node.stash[PEOPLE] = []

    def come(**how: object) -> Person:
        present.append(Person(browser, base_url=base_url, **how))
        return present[-1]

    yield come
    faults = [fault for person in present for fault in person.faults]
    for person in present:
        person.context.close()
    heard = [fault for fault in faults if deaf_to is None or deaf_to not in fault]
    assert not heard, "\n".join(heard)
