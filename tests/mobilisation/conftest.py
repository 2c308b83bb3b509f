"""For tests of pages and of the API: the clock they read stands still."""

import pytest


@pytest.fixture
def at_now():
    from marketplace.common import clock
    from tests.builders import NOW

    clock.set_clock(speed=0, business_at=NOW)
    yield
    clock.forget()
