import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.counters import Counter, count
from tests.telemetry.samples import a_count


def _total(*values, rolls_over_at=None):
    counter = Counter()
    for value in values:
        counter = count(counter, a_count(value), rolls_over_at=rolls_over_at)
    return counter.total


@pytest.mark.parametrize(
    ("values", "total"),
    [
        ([500], 0),
        ([500, 503, 503, 510], 10),
        ([10, 20, 3, 5], 15),
        ([2948, 2959, 2963, 0, 2994], 46),
        ([2948, 2959, 2963, 0, 1, 2, 2994], 46),
        ([10, 0, *range(1, 13)], 12),
        ([100, 99, 100, 101], 1),
        ([5, "UNAVAILABLE", 7], 2),
        ([5, "nan", "-3", "6.5", 7], 2),
        ([5, "7.0"], 2),
        ([0, 0, 0], 0),
    ],
    ids=[
        "the first value is only a base",
        "growth and repetition",
        "a reset",
        "the real counter of Hurco01: a zero while it loads is no reset",
        "the same with pieces counted in between, which the restored value holds",
        "a real reset that passes the old value by single steps",
        "a correction by hand makes no pieces",
        "an unavailable value in between",
        "what is no whole number, not negative",
        "a whole number written with a point",
        "a counter that never counts",
    ],
)
def test_the_total_of(values, total):
    assert _total(*values) == total


def test_a_counter_that_rolls_over_goes_on():
    assert _total(9990, 9998, 3, rolls_over_at=10_000) == 13
    assert _total(9990, 9998, 3) == 11
    assert _total(500, 3, rolls_over_at=10_000) == 3


def _sequenced(*messages):
    counter = Counter()
    for value, sequence, session in messages:
        counter = count(counter, a_count(value, sequence, session))
    return counter.total


def test_a_message_that_comes_twice_counts_once():
    assert _sequenced((10, 1, "a"), (15, 2, "a"), (15, 2, "a"), (10, 1, "a"), (16, 3, "a")) == 6


def test_a_message_that_was_overtaken_is_no_reset():
    assert _sequenced((10, 1, "a"), (30, 3, "a"), (12, 2, "a"), (31, 4, "a")) == 21


def test_a_session_that_ended_does_not_come_back():
    assert _sequenced((100, 1, "a"), (110, 2, "a"), (0, 1, "b"), (105, 3, "a"), (4, 2, "b")) == 14


def test_a_new_session_may_number_from_the_start_and_go_on_counting():
    assert _sequenced((100, 7, "a"), (110, 8, "a"), (112, 1, "b"), (113, 2, "b")) == 13


_RAWS = st.lists(st.integers(0, 50), max_size=30)


@given(values=_RAWS)
def test_the_total_never_falls_and_never_exceeds_the_growth_seen(values):
    """Each piece counted was shown as growth, or by a counter that started again from zero."""
    counter, most = Counter(), 0
    for before, value in zip([None, *values], values, strict=False):
        after = count(counter, a_count(value))
        assert after.total >= counter.total
        if before is not None:
            most += value - before if value >= before else value
        counter = after
    assert 0 <= counter.total <= most


@given(values=_RAWS, repeated=st.data())
def test_repeating_messages_changes_no_total(values, repeated):
    messages = [(value, number, "a") for number, value in enumerate(values)]
    again = []
    for position, message in enumerate(messages):
        again += [message, *repeated.draw(st.lists(st.sampled_from(messages[: position + 1]), max_size=3))]

    assert _sequenced(*again) == _sequenced(*messages)
