"""What people write stays text in a spreadsheet."""

import pytest

from marketplace.common.sheets import csv_response


def cells(*row):
    return csv_response(name="x.csv", header=["a"], rows=[row]).content.decode().splitlines()[1]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"])
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(start):
    assert cells(f"{start}cmd").startswith("'" + start)


def test_a_line_break_does_not_hide_a_formula():
    text = csv_response(name="x.csv", header=["a"], rows=[("\n=cmd",)]).content.decode()
    assert "'\n=cmd" in text


def test_numbers_stay_numbers():
    assert cells(-5, "plain", None) == "-5,plain,"
