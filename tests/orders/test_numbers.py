"""Number ranges are dealt out exactly once."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.common.errors import InvalidInput
from marketplace.orders.numbers import NumberRange, deal_number_range, read_number_range

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines are shared
ranges = st.tuples(st.integers(0, 10**6), st.integers(1, 300)).map(
    lambda one: NumberRange(first=one[0], last=one[0] + one[1] - 1)
)
lots = st.lists(st.integers(0, 60), max_size=12)


def numbers(parts) -> list[int]:
    return [number for part in parts for number in range(part.first, part.last + 1)]


@st.composite
def ranges_with_dealt_parts(draw):
    whole = draw(ranges)
    cuts = draw(st.lists(st.integers(whole.first, whole.last), max_size=6, unique=True))
    ordered = sorted(cuts)
    parts = [
        whole.part(first=first, last=last) for first, last in zip(ordered[::2], ordered[1::2], strict=False)
    ]
    return whole, draw(st.permutations(parts))


@patient
@given(ranges, lots)
def test_no_number_goes_to_two_lots_and_each_lot_gets_as_many_as_it_has_pieces(whole, quantities):
    shares = [numbers(parts) for parts in deal_number_range(whole, quantities)]
    dealt = [number for share in shares for number in share]
    assert dealt == list(range(whole.first, whole.first + len(dealt)))
    assert len(dealt) == min(sum(quantities), whole.size)
    left = whole.size
    for share, quantity in zip(shares, quantities, strict=True):
        assert len(share) == min(quantity, left)
        left -= len(share)


@patient
@given(ranges_with_dealt_parts(), lots)
def test_what_standing_lots_have_is_not_dealt_again(given_range, quantities):
    whole, dealt_before = given_range
    shares = deal_number_range(whole, quantities, dealt=dealt_before)
    new = [number for parts in shares for number in numbers(parts)]
    old = numbers(dealt_before)
    assert not set(new) & set(old)
    assert len(new) == len(set(new)) == min(sum(quantities), whole.size - len(old))
    assert set(new) <= set(range(whole.first, whole.last + 1))


@patient
@given(ranges_with_dealt_parts())
def test_lots_for_all_free_numbers_get_every_one_of_them(given_range):
    whole, dealt_before = given_range
    free = whole.size - len(numbers(dealt_before))
    (parts,) = deal_number_range(whole, [free], dealt=dealt_before)
    assert sorted(numbers(parts) + numbers(dealt_before)) == list(range(whole.first, whole.last + 1))


def test_surplus_pieces_get_no_number():
    whole = NumberRange(first=1, last=10)
    assert deal_number_range(whole, [8, 4, 3]) == [
        (NumberRange(first=1, last=8),),
        (NumberRange(first=9, last=10),),
        (),
    ]


def test_a_number_is_written_with_its_prefix_and_zeros():
    assert NumberRange(first=1, last=9, prefix="A-", digits=4).written(7) == "A-0007"


def test_a_stored_range_reads_back():
    whole = NumberRange(first=5, last=9, prefix="N", digits=3)
    assert read_number_range(whole.as_value()) == whole


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"first": 5, "last": 4}, "last"),
        ({"first": True, "last": 4}, "first"),
        ({"first": 1.0, "last": 4}, "first"),
        ({"first": "1", "last": 4}, "first"),
        ({"first": -1, "last": 4}, "first"),
        ({"first": 1, "last": 10**16}, "last"),
        ({"first": 1, "last": 4, "digits": 0}, "digits"),
        ({"first": 1, "last": 4, "prefix": "x" * 21}, "prefix"),
        ({"first": 1, "last": 4, "step": 2}, "step"),
        ({"first": 1}, ""),
        ([1, 4], ""),
        (None, ""),
    ],
)
def test_a_range_that_is_none_is_refused_by_its_field(value, field):
    with pytest.raises(InvalidInput) as refusal:
        read_number_range(value)
    assert refusal.value.field == field
