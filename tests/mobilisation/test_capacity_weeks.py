"""Weeks of capacity stand still, so that two looks tell no more than one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from marketplace.accounts.models import Enterprise
from marketplace.mobilisation.selectors import capacity, first_week
from tests.builders import a_machine, a_site, a_viewer, an_enterprise

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "since", [timedelta(), timedelta(minutes=1), timedelta(days=6, hours=23, minutes=59)]
)
def test_weeks_begin_on_the_coming_monday(since):
    assert first_week(MONDAY + since) == MONDAY + timedelta(days=7)


def test_looks_at_any_time_of_a_week_show_the_same_hours():
    for number in range(6):
        site = a_site(enterprise=an_enterprise(name=f"Works {number}"))
        a_machine(site=site, process="press", hours=[(day, "08:00", "19:37") for day in range(7)])
    office = a_viewer(enterprise=an_enterprise(kind=Enterprise.Kind.COORDINATOR))

    looks = []
    for hours in (1, 60, 167):
        cache.delete("idle-hours:2026-03-09")
        looks.append(capacity(office, now=MONDAY + timedelta(hours=hours)))

    assert looks[0].rows[0].weeks[0].amount
    assert looks[0] == looks[1] == looks[2]
