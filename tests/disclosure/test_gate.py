"""Aggregates over rivals: five owners at least, none above a quarter, rounded, no way to subtract."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.disclosure.gate import LEAST_OWNERS, MOST_SHARE_PCT, Withheld, gate, shown_total


def test_five_equal_owners_are_shown_rounded():
    cell = gate({n: 13.0 for n in range(5)}, round_to=10)
    assert (cell.amount, cell.num_owners, cell.withheld) == (60, 5, None)


def test_four_owners_are_withheld_and_not_even_counted():
    cell = gate({n: 100.0 for n in range(4)}, round_to=10)
    assert (cell.amount, cell.num_owners, cell.withheld) == (None, None, Withheld.TOO_FEW)


def test_owners_with_nothing_to_sell_are_no_crowd_to_hide_in():
    assert gate({0: 10, 1: 10, 2: 10, 3: 10, 4: 0.0, 5: 0.0}, round_to=1).withheld == Withheld.TOO_FEW


def test_one_owner_above_a_quarter_hides_the_cell():
    amounts = {n: 10.0 for n in range(6)}
    assert gate(amounts, round_to=1).withheld is None
    assert gate({**amounts, 0: 17.0}, round_to=1).withheld == Withheld.DOMINATED


def test_exactly_a_quarter_is_shown():
    assert gate({0: 25, 1: 25, 2: 25, 3: 20, 4: 5}, round_to=1).amount == 100


def test_a_total_does_not_give_a_hidden_cell_away():
    shown, hidden = gate({n: 10 for n in range(5)}, round_to=1), gate({0: 777}, round_to=1)
    assert shown_total([shown, hidden]) == 50


@given(st.dictionaries(st.integers(0, 50), st.floats(0, 1000), max_size=20))
def test_whatever_is_shown_stands_on_five_owners_without_a_giant(amounts):
    cell = gate(amounts, round_to=1)
    if cell.amount is not None:
        held = [amount for amount in amounts.values() if amount > 0]
        assert len(held) >= LEAST_OWNERS
        assert max(held) * 100 <= sum(held) * MOST_SHARE_PCT
