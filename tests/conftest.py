"""Fixtures for all tests: servers that start when first needed, and a whole running Muster for journeys.

Tests of pure packages (PURE) run without Django and without a server.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import pytest_django
import redis
from playwright.sync_api import Browser

from embedded.ports import free_port
from embedded.state import open_state
from tests.browser import a_browser
from tests.emptying import remove_all_rows
from tests.schema import kept_tables
from tests.servers import end_run, start_shared_servers, this_run, worker_environ
from tests.supervised import Supervised, start

TESTS = Path(__file__).parent
PURE = {TESTS / name for name in ("matching", "scheduling", "telemetry", "embedded", "architecture")}
LIVE_WITHIN_S = 180
PLANNED_WITHIN_S = "3"  # plans of tests are small
SOLVED_WITHIN_S = "4"  # of each plan; journeys are about what people see, not about the last per cent


def pytest_configure(config: pytest.Config) -> None:
    """Before pytest-django looks: say where the servers will be, unless only pure tests were asked for.

    The process that hands tests to workers names no settings: workers inherit its environment, and would
    read their settings before they have said which database, Redis number and broker are theirs.
    """
    if _asks_for_pure_tests_only(config):
        return
    environ = worker_environ(this_run(), worker=os.environ.get("PYTEST_XDIST_WORKER", "main"))
    if config.getoption("numprocesses", None):
        return
    os.environ |= {"SOLVER_TIME_LIMIT_S": PLANNED_WITHIN_S} | environ
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    from django.conf import settings

    assert os.environ["MQTT_URL"] == settings.MQTT_URL, "settings were read before the servers were known"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """What needs a whole running Muster comes last: its beat and worker would act in the tables of other tests.

    The tests of such a file stay together, since what they prepare is prepared once; of these the longest files come
    first, so that the workers end at about the same time.
    """
    live = Counter(item.path for item in items if _is_live(item))
    for item in items:
        if item.path in live:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    yield
    items.sort(key=lambda item: (item.path in live, -live[item.path]))


def pytest_unconfigure(config: pytest.Config) -> None:
    if "MUSTER_TEST_ROOT" in os.environ and (run := this_run()).owner == os.getpid():
        end_run(run)


@pytest.fixture(scope="session")
def servers() -> None:
    """PostgreSQL and Redis are up at DATABASE_URL and REDIS_URL."""
    start_shared_servers(this_run())


@pytest.fixture(autouse=True)
def fresh_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test that uses a server starts with the rate limits unspent; Celery's and Channels' keys stay."""
    yield
    if "servers" in request.fixturenames:
        with redis.from_url(os.environ["REDIS_URL"]) as connection:
            for key in connection.scan_iter(":1:*", count=1000):
                connection.delete(key)


@pytest.fixture(autouse=True)
def own_anchor(request: pytest.FixtureRequest) -> Iterator[None]:
    """The audit log of each test is anchored in a file of its own, which is only made if something is logged."""
    if "servers" not in request.fixturenames:
        yield
        return
    from django.test import override_settings

    with override_settings(AUDIT_ANCHOR=this_run().folder / "audit" / f"{uuid4().hex}.log"):
        yield


@pytest.fixture(autouse=True)
def own_language(request: pytest.FixtureRequest) -> Iterator[None]:
    """A page asked for in one language leaves it active in the thread."""
    yield
    if "servers" in request.fixturenames:
        from django.utils import translation

        translation.deactivate()


@pytest.fixture(scope="session")
def solver_memory() -> object:
    """What the solver has said to the tests of this worker."""
    from tests.solved import Memory

    return Memory()


@pytest.fixture(autouse=True)
def solved_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same problem is not solved anew for each test that begins with it; see `tests/solved.py`."""
    if "servers" in request.fixturenames:
        memory = request.getfixturevalue("solver_memory")
        monkeypatch.setattr("marketplace.planning.run.SolverProcess", memory.solver)
        monkeypatch.setattr("marketplace.planning.run.naive_finish", memory.naive_finish)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """No longer than a module: Playwright's event loop would be in the way of other modules' own."""
    with a_browser() as started:
        yield started


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: None, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """pytest-django asks for this before it makes the test database."""


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
) -> Iterator[None]:
    """This worker's test database, also where none of its tests is marked `django_db`: journeys live in it as well."""
    from django.db import connection
    from django.test import TransactionTestCase
    from django.test.utils import setup_databases

    with django_db_blocker.unblock(), prepared_tables() as are_prepared:
        setup_databases(
            verbosity=0, interactive=False, keepdb=are_prepared, aliases={"default"}, serialized_aliases=set()
        )
    TransactionTestCase._fixture_teardown = lambda case: remove_all_rows()  # Django's truncates every table
    yield
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # threads of tests may still be there


@contextmanager
def prepared_tables() -> Iterator[bool]:
    """Whether the test database was made beforehand, from what an earlier run kept."""
    from django.db import connection

    if "DATABASE_URL" in this_run().given:
        yield False
        return
    with kept_tables(this_run(), database=connection.creation._get_test_db_name()) as are_kept:
        yield are_kept


@pytest.fixture(scope="session")
def database_url(django_db_setup: None) -> str:
    """This worker's test database, for other processes."""
    from django.conf import settings

    return urlsplit(os.environ["DATABASE_URL"])._replace(path=settings.DATABASES["default"]["NAME"]).geturl()


@pytest.fixture(scope="session")
def mqtt_broker(database_url: str) -> Iterator[str]:
    """The URL of a running broker that knows the devices committed to this worker's test database."""
    run = this_run()
    if "MQTT_URL" not in run.given:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        environ = {"DATABASE_URL": database_url, "REDIS_URL": os.environ["REDIS_URL"]}
        broker = start(run.own(worker), "--servers-only", environ=environ)
        broker.wait_until_up(within_s=30)
        yield os.environ["MQTT_URL"]
        broker.stop()
    else:
        yield os.environ["MQTT_URL"]


@pytest.fixture(scope="session")
def live_stack(database_url: str, mqtt_broker: str) -> Iterator[Supervised]:
    """Web, worker, beat and ingest over this worker's test database, under the product's own supervisor.

    `live_stack.base_url` is where to go. Tests that write rows use `transactional_db`, so that others see them.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    names = ("ENVIRONMENT", "SCENARIO", "SECRET_KEY", "REDIS_URL", "MQTT_URL")
    environ = {name: os.environ[name] for name in names}
    environ |= {
        "DATABASE_URL": database_url,
        "PORT": str(free_port()),
        "SOLVER_TIME_LIMIT_S": SOLVED_WITHIN_S,
    }
    with redis.from_url(os.environ["REDIS_URL"]) as connection:
        connection.flushdb()  # tasks that earlier tests have left in the queue
    stack = start(open_state(this_run().folder / f"live-{worker}"), environ=environ)
    stack.wait_until_up(within_s=LIVE_WITHIN_S)
    yield stack
    stack.stop()


def _is_live(item: pytest.Item) -> bool:
    return "live_stack" in getattr(item, "fixturenames", ())


def _asks_for_pure_tests_only(config: pytest.Config) -> bool:
    asked = [
        Path(config.invocation_params.dir, argument.partition("::")[0]).resolve() for argument in config.args
    ]
    return all(any(path == pure or pure in path.parents for pure in PURE) for path in asked)
