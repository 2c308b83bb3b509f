"""A whole Muster with the `tiny` world in it, and people at browsers."""

from collections.abc import Callable, Iterator

import pytest

from scenarios import tiny
from scenarios.keys import Keys
from scenarios.world import World
from tests.browser import needs_browser
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
    from scenarios.seeding import seed
    from tests.journeys.rows import remove_all_rows

    with django_db_blocker.unblock():
        yield seed(tiny_world, keys_file=tmp_path_factory.mktemp("world") / "keys.json")
        remove_all_rows()


@pytest.fixture
def enter(request, browser, live_stack: Supervised, keys) -> Iterator[Enter]:
    """`enter(size=…, language=…, theme=…)`: somebody comes; at the end nothing may have gone wrong for them."""
    people = request.node.stash[PEOPLE] = []

    def come(**how: object) -> Person:
        people.append(Person(browser, base_url=live_stack.base_url, **how))
        return people[-1]

    yield come
    faults = [fault for person in people for fault in person.faults]
    for person in people:
        person.context.close()
    assert not faults, "\n".join(faults)
