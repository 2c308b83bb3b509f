from scheduling.budget import Budget
from scheduling.flow.pace import Pace
from scheduling.options import SolveOptions


class Hands:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def a_pace(*, work=None):
    clock = Hands()
    options = SolveOptions(time_limit_s=30, seed=1, work=work)
    return Pace(Budget(options, stop=lambda: False, clock=clock), share=0.9), clock


def test_no_step_begins_that_would_end_too_late_if_it_took_as_long_as_the_longest():
    pace, clock = a_pace()
    pace.begin()
    for now, is_over in ((0, False), (10, False), (12, False), (16.9, False), (17.1, True)):
        clock.now = now
        assert pace.is_over() == is_over, now


def test_what_lies_between_two_searches_is_no_step():
    pace, clock = a_pace()
    pace.begin()
    clock.now = 2
    assert not pace.is_over()
    clock.now = 20
    pace.begin()
    assert not pace.is_over()


def test_steps_on_a_finer_grid_are_thought_longer():
    pace, clock = a_pace()
    pace.begin()
    clock.now = 6
    assert not pace.is_over()
    pace.begin(times=4)
    assert pace.is_over()


def test_counted_work_does_not_look_at_the_clock():
    pace, clock = a_pace(work=5)
    pace.begin()
    clock.now = 1000
    assert not pace.is_over()
