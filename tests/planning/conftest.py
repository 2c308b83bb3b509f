"""These tests are about solving itself: each of them has the solver's own process."""

import pytest


@pytest.fixture
def solved_once() -> None:
    """Nothing is answered from memory here."""
