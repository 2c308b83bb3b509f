"""Arithmetic of offered and taken time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.capacity.periods import Priced, clipped, covered, merged, subtracted

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines are shared
EPOCH = datetime(2026, 3, 2, tzinfo=UTC)
HOURS = 60


def at(hour: int) -> datetime:
    return EPOCH + timedelta(hours=hour)


def priced(first: int, last: int, price_pct: int = 100) -> Priced:
    return Priced(at(first), at(last), price_pct)


def hours_of(periods: list[Priced]) -> dict[int, int]:
    """Price by hour: the plain model the arithmetic is compared with."""
    return {
        hour: p.price_pct for p in periods for hour in range(HOURS) if p.starts_at <= at(hour) < p.ends_at
    }


def is_tidy(periods: list[Priced]) -> bool:
    pairs = pairwise(periods)
    return all(p.starts_at < p.ends_at for p in periods) and all(a.ends_at <= b.starts_at for a, b in pairs)


spans = st.tuples(st.integers(0, HOURS - 1), st.integers(1, 12)).map(
    lambda pair: (pair[0], min(pair[0] + pair[1], HOURS))
)
some_periods = st.lists(
    st.tuples(spans, st.sampled_from([80, 100])).map(lambda one: priced(*one[0], one[1])), max_size=8
)


def test_touching_periods_of_one_price_become_one():
    assert merged([priced(4, 6), priced(2, 4)]) == [priced(2, 6)]


def test_touching_periods_of_two_prices_stay_two():
    assert merged([priced(2, 4, 80), priced(4, 6)]) == [priced(2, 4, 80), priced(4, 6)]


def test_what_is_taken_at_the_edge_takes_nothing():
    assert subtracted([priced(2, 4)], [(at(0), at(2)), (at(4), at(6))]) == [priced(2, 4)]


def test_one_taken_time_may_cut_several_periods():
    assert subtracted([priced(0, 4), priced(5, 9)], [(at(3), at(6))]) == [priced(0, 3), priced(6, 9)]


def test_an_explicit_window_sets_the_price_where_it_lies():
    assert covered(below=[priced(0, 8)], above=[priced(2, 4, 80)]) == [
        priced(0, 2),
        priced(2, 4, 80),
        priced(4, 8),
    ]


@patient
@given(some_periods)
def test_merging_keeps_every_offered_hour_and_no_other(periods):
    result = merged(periods)
    assert is_tidy(result)
    assert set(hours_of(result)) == set(hours_of(periods))


@patient
@given(some_periods, some_periods)
def test_covering_keeps_the_upper_price_and_every_hour(below, above):
    below, above = merged(below), merged(above)
    result = covered(below=below, above=above)
    assert is_tidy(result)
    assert hours_of(result) == hours_of(below) | hours_of(above)


@patient
@given(some_periods, some_periods)
def test_subtracting_leaves_exactly_the_hours_not_taken(offered, taken):
    offered = merged(offered)
    spans_taken = [(p.starts_at, p.ends_at) for p in merged([p._replace(price_pct=100) for p in taken])]
    result = subtracted(offered, spans_taken)
    assert is_tidy(result)
    gone = set(hours_of(taken))
    assert hours_of(result) == {h: p for h, p in hours_of(offered).items() if h not in gone}


@patient
@given(some_periods)
def test_clipping_keeps_what_lies_inside(periods):
    result = clipped(merged(periods), starts_at=at(10), ends_at=at(20))
    assert hours_of(result) == {h: p for h, p in hours_of(merged(periods)).items() if 10 <= h < 20}
