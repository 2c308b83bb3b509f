"""ISO 11649: a mistyped reference is found."""

import pytest

from marketplace.payments.creditor_reference import (
    as_written,
    creditor_reference,
    in_fours,
    is_creditor_reference,
)


def test_the_example_of_the_standard():
    assert creditor_reference("539007547034") == "RF18539007547034"
    assert is_creditor_reference("RF18539007547034")


def test_people_write_it_in_groups_and_small_letters():
    assert as_written(" rf18 5390 0754 7034 ") == "RF18539007547034"
    assert in_fours("RF18539007547034") == "RF18 5390 0754 7034"


def test_every_single_wrong_digit_and_every_swap_of_neighbours_is_found():
    right = creditor_reference("2026000017")
    for at in range(4, len(right)):
        for digit in "0123456789":
            wrong = right[:at] + digit + right[at + 1 :]
            assert is_creditor_reference(wrong) == (wrong == right)
    for at in range(4, len(right) - 1):
        swapped = right[:at] + right[at + 1] + right[at] + right[at + 2 :]
        assert is_creditor_reference(swapped) == (swapped == right)


@pytest.mark.parametrize(
    "text", ["", "RF", "RF00", "XX18539007547034", "RF18" + "1" * 22, "RF1853900754703ä"]
)
def test_other_texts_are_none(text):
    assert not is_creditor_reference(text)


@pytest.mark.parametrize("body", ["", "a" * 22, "12-3", "ä"])
def test_a_body_that_cannot_stand_in_one_is_refused(body):
    with pytest.raises(ValueError):
        creditor_reference(body)
