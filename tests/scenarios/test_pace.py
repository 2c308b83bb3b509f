"""Business time runs as fast as a story wants, and no faster than its people can act."""

import asyncio
from itertools import count

import pytest

from scenarios.pace import KEEPS_S, PATIENCE_S, Pace


class Clock:
    def __init__(self) -> None:
        self.speeds: list[float] = []

    async def set(self, speed: float) -> None:
        self.speeds.append(speed)


def played(*steps, each_s: float = KEEPS_S) -> list[float]:
    """The speeds that are set by these steps: calls of a pace that wants 600; it looks at its watch every `each_s`."""
    clock = Clock()
    ticks = count(0.0, each_s)
    pace = Pace(600.0, set_speed=clock.set, real=lambda: next(ticks))

    async def play() -> None:
        for step in steps:
            await step(pace)

    asyncio.run(play())
    return clock.speeds


def begin(pace):
    return pace.begin()


def took(seconds):
    return lambda pace: pace.took(seconds)


def waits(who, is_waiting=True):
    return lambda pace: pace.wait(who, is_waiting)


def test_quick_people_have_the_speed_that_is_wanted():
    assert played(begin, took(0.1), took(PATIENCE_S)) == [600.0]


def test_time_runs_slower_in_proportion_when_people_need_longer_and_fast_again_later():
    assert played(begin, took(3 * PATIENCE_S), took(0.1)) == [600.0, 200.0, 600.0]


def test_small_changes_are_not_made():
    assert played(begin, took(2 * PATIENCE_S), took(2.1 * PATIENCE_S)) == [600.0, 300.0]


def test_speed_is_not_changed_all_the_time():
    """Or nobody would know when work should have been done."""
    assert played(begin, took(3 * PATIENCE_S), took(0.1), took(0.1), each_s=1.0) == [600.0, 200.0]


def test_time_does_not_stand_still():
    assert played(begin, took(10_000 * PATIENCE_S)) == [600.0, 1.0]


def test_it_goes_on_when_nobody_waits_any_more():
    steps = [begin, waits("one"), waits("other"), waits("one", False), took(9.0), waits("other", False)]
    assert played(*steps) == [600.0, 1.0, 200.0]


@pytest.mark.parametrize("seconds", [0.0, 60.0])
def test_before_it_has_begun_nothing_is_set(seconds):
    assert played(took(seconds)) == []
