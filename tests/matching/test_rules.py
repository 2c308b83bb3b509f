from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.problem import Need
from matching.rules import (
    consumed,
    lot_minutes,
    machine_cents,
    most_good_pieces,
    round_half_up,
    run_minutes,
    setup_minutes,
    started_pieces,
)
from tests.matching.workshop import a_machine, a_mode

modes = st.builds(
    a_mode,
    run_min=st.integers(0, 90),
    run_units=st.integers(1, 2000),
    good_per_1000=st.integers(1, 1000),
    batch=st.booleans(),
)


def test_scrap_is_started_too():
    assert started_pieces(a_mode(good_per_1000=900), good=9) == 10
    assert started_pieces(a_mode(good_per_1000=900), good=10) == 12  # 11.1


def test_run_time_is_rounded_up_once():
    mode = a_mode(run_min=60, run_units=7)
    assert run_minutes(mode, started=10, speed_pct=100) == 86  # 85.7
    assert run_minutes(mode, started=10, speed_pct=130) == 66  # 65.9


def test_a_batch_takes_as_long_half_full_as_full():
    mode = a_mode(run_min=50, run_units=4, batch=True)
    assert [run_minutes(mode, started=n, speed_pct=100) for n in (0, 1, 4, 5)] == [0, 50, 50, 100]
    assert run_minutes(mode, started=5, speed_pct=300) == 34  # two of 16.7 up


@given(mode=modes, speed_pct=st.integers(1, 300), minutes=st.integers(0, 5000))
def test_the_most_pieces_that_fit_fit_and_one_more_does_not(mode, speed_pct, minutes):
    machine = a_machine(modes=[mode], speed_pct=speed_pct)
    most = most_good_pieces(mode, machine=machine, minutes=minutes, at_most=10**6)
    assert lot_minutes(mode, machine=machine, good=most, setup_min=0) <= minutes
    if most < 10**6:
        assert lot_minutes(mode, machine=machine, good=most + 1, setup_min=0) > minutes


def test_nothing_fits_into_less_than_no_time():
    assert most_good_pieces(a_mode(run_min=0), machine=a_machine(), minutes=-1, at_most=5) == 0


def test_needs_are_rounded_up():
    assert consumed(Need(item="x", num=15, den=14), started=10) == 11


@pytest.mark.parametrize(("before", "minutes"), [(None, 30), ("cut", 0), ("drill", 30), ("wash", 12)])
def test_the_set_up_depends_on_what_ran_before(before, minutes):
    machine = a_machine(changeovers=[("part/wash", "part/cut", 12)])
    earlier = None if before is None else a_mode(before)
    assert setup_minutes(machine, before=earlier, mode=a_mode("cut", setup_min=30)) == minutes


def test_a_listed_changeover_comes_before_the_same_family():
    machine = a_machine(changeovers=[("part/cut", "part/cut", 7)])
    assert setup_minutes(machine, before=a_mode("cut"), mode=a_mode("cut", setup_min=30)) == 7


def test_money_is_exact_until_it_is_rounded():
    window = a_machine(windows=[(0, 9, 130)]).windows[0]
    assert machine_cents(a_mode(cents_per_h=100), minutes=1, window=window) == Fraction(13, 6)
    assert machine_cents(a_mode(cents_per_h=100), minutes=1, window=None) == Fraction(5, 3)
    halves = [Fraction(1, 2), Fraction(3, 2), Fraction(-1, 2), Fraction(49, 100)]
    assert [round_half_up(each) for each in halves] == [1, 2, 0, 0]
