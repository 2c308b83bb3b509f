"""Aggregates over rivals: five owners at least, none above a quarter, rounded, no way to subtract."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.disclosure.gate import LEAST_OWNERS, MOST_SHARE_PCT, Withheld, gate, shown_total


def test_five_equal_owners_are_shown_rounded():
    cell = gate([13.0] * 5, round_to=10)
    assert (cell.amount, cell.num_owners, cell.withheld) == (60, 5, None)


def test_four_owners_are_withheld_and_not_even_counted():
    cell = gate([100.0] * 4, round_to=10)
    assert (cell.amount, cell.num_owners, cell.withheld) == (None, None, Withheld.TOO_FEW)


def test_owners_with_nothing_to_sell_are_no_crowd_to_hide_in():
    assert gate([10, 10, 10, 10, 0.0, 0.0], round_to=1).withheld == Withheld.TOO_FEW


def test_one_owner_above_a_quarter_hides_the_cell():
    assert gate([10.0] * 6, round_to=1).withheld is None
    assert gate([10.0] * 5 + [17.0], round_to=1).withheld == Withheld.DOMINATED


def test_exactly_a_quarter_is_shown():
    assert gate([25, 25, 25, 20, 5], round_to=1).amount == 100


def test_a_total_does_not_give_a_hidden_cell_away():
    shown, hidden = gate([10] * 5, round_to=1), gate([777], round_to=1)
    assert shown_total([shown, hidden]) == 50


@given(st.lists(st.floats(0, 1000), max_size=20))
def test_whatever_is_shown_stands_on_five_owners_without_a_giant(amounts):
    cell = gate(amounts, round_to=1)
    if cell.amount is not None:
        held = [amount for amount in amounts if amount > 0]
        assert len(held) >= LEAST_OWNERS
        assert max(held) * 100 <= sum(held) * MOST_SHARE_PCT
