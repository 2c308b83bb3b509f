import pytest

from tests.browser import a_browser


@pytest.fixture(scope="module")
def browser():
    with a_browser() as started:
        yield started
