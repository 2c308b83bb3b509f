"""The marked world, for the tests that let somebody of each audience read everything in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.disclosure.world import World


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Made once for a file, and never committed. Its parts are imported once the settings are known."""
    from django.conf import settings
    from django.db import transaction
    from rest_framework.throttling import SimpleRateThrottle

    from marketplace.common import clock
    from tests.disclosure.world import a_marked_world

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(SimpleRateThrottle, "allow_request", lambda self, request, view: True)
        patch.setattr(settings, "SOLVER", {**settings.SOLVER, "time_limit_s": 2})
        yield a_marked_world()
        transaction.set_rollback(True)
    clock.forget()
