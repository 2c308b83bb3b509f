from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.working_time import WorkingTime
from tests.matching.workshop import a_machine

moments = st.integers(-20, 60)


@st.composite
def machines(draw):
    """A machine with a few breaks; some of them touch."""
    marks = sorted(draw(st.sets(st.integers(0, 40), max_size=8)))
    pairs = [(a, b) for a, b in pairwise(marks) if draw(st.booleans())]
    return a_machine(windows=[(0, 50)], breaks=pairs)


def working(machine, start, end):
    """Minutes counted one by one."""
    return sum(not any(each.start <= t < each.end for each in machine.breaks) for t in range(start, end))


@given(machine=machines(), start=moments, length=st.integers(0, 60))
def test_minutes_between_leave_out_breaks(machine, start, length):
    counted = working(machine, start, start + length)
    assert WorkingTime(machine).minutes_between(start, start + length) == counted


@given(machine=machines(), start=moments, minutes=st.integers(0, 40))
def test_the_earliest_end_is_the_first_with_enough_minutes(machine, start, minutes):
    end = WorkingTime(machine).earliest_end(start, minutes)
    assert working(machine, start, end) == minutes
    assert end == start or working(machine, start, end - 1) < minutes


@given(machine=machines(), end=moments, minutes=st.integers(0, 40))
def test_the_latest_start_is_the_last_with_enough_minutes(machine, end, minutes):
    start = WorkingTime(machine).latest_start(end, minutes)
    assert working(machine, start, end) == minutes
    assert start == end or working(machine, start + 1, end) < minutes


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (0, 10, 0),
        (5, 10, 0),
        (10, 20, 1),
        (5, 15, None),
        (25, 28, None),
        (30, 40, 2),
        (30, 41, None),
        (-1, 5, None),
    ],
)
def test_a_period_has_the_window_that_holds_it_whole(start, end, found):
    machine = a_machine(windows=[(0, 10), (10, 20), (30, 40)])
    expected = None if found is None else machine.windows[found]
    assert WorkingTime(machine).window_of(start, end) == expected


@pytest.mark.parametrize(
    ("start", "first"), [(-5, 0), (0, 0), (9, 0), (10, 1), (20, 2), (29, 2), (39, 2), (40, 3)]
)
def test_windows_from_a_moment_are_those_that_end_after_it(start, first):
    machine = a_machine(windows=[(0, 10), (10, 20), (30, 40)])
    assert WorkingTime(machine).windows_from(start) == machine.windows[first:]
