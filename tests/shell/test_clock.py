"""Business time: real without a row, fast or still with one, and it goes on where a stopped world left off."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from marketplace.common import clock

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, tzinfo=UTC)
REAL = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh():
    clock.forget()
    yield
    clock.forget()


def test_without_a_row_business_time_is_real_time():
    with time_machine.travel(REAL, tick=False):
        assert clock.now() == REAL
        assert clock.speed() == 1.0


def test_a_minute_is_ten_hours_at_600_fold():
    with time_machine.travel(REAL, tick=False) as real:
        clock.set_clock(speed=600, business_at=START)
        real.shift(60)
        clock.forget()
        assert clock.now() == START + timedelta(hours=10)


def test_a_change_of_speed_does_not_move_business_time():
    with time_machine.travel(REAL, tick=False) as real:
        clock.set_clock(speed=600, business_at=START)
        real.shift(60)
        clock.set_clock(speed=0)
        real.shift(60)
        clock.forget()
        assert clock.now() == START + timedelta(hours=10)


def test_a_stopped_world_resumes_where_it_was_last_alive():
    with time_machine.travel(REAL, tick=False) as real:
        clock.set_clock(speed=600, business_at=START)
        real.shift(60)
        clock.touch()
        real.shift(24 * 3600)
        clock.resume()
        assert clock.now() == START + timedelta(hours=10)
        assert clock.speed() == 600
