"""What people write into cells: numbers, days and times in many ways, and what is too unclear to take."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from marketplace.common.errors import InvalidInput
from marketplace.common.sheets import (
    read_day,
    read_decimal,
    read_moment,
    read_wall_time,
    read_whole,
    read_words,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1500", "1500"), ("1,500", "1500"), ("1 500", "1500"), ("1\u00a0500", "1500"), ("1\u202f500.5", "1500.5"),
     ("１５００", "1500"), ("1,234,567.25", "1234567.25"), ("-3", "-3"), ("0.5", "0.5")],
)  # fmt: skip
def test_numbers_are_read_with_separators_of_thousands(text, number):
    assert read_decimal(text, field="rate") == Decimal(number)


@pytest.mark.parametrize(
    "text", ["1,5", "1.234,5", "12,34", "1e5", "NaN", "inf", "0x10", "1 50", "", "-", "9" * 30]
)
def test_a_number_that_could_be_another_is_refused(text):
    with pytest.raises(InvalidInput) as refused:
        read_decimal(text, field="rate")
    assert refused.value.field == "rate" and refused.value.facts["value"] == text


def test_a_whole_number_has_no_fraction():
    assert read_whole("12.0", field="lot") == 12
    with pytest.raises(InvalidInput):
        read_whole("12.5", field="lot")


@pytest.mark.parametrize("text", ["2026-03-02", "2026/3/2", "2026.3.2", "2026年3月2日"])
def test_days_are_read_year_first(text):
    assert read_day(text, field="on") == date(2026, 3, 2)


@pytest.mark.parametrize("text", ["02/03/2026", "3.2.26", "2026-02-30", "today", "46083"])
def test_a_day_that_could_be_another_is_refused(text):
    with pytest.raises(InvalidInput):
        read_day(text, field="on")


@pytest.mark.parametrize(
    ("text", "at"),
    [("8:15", time(8, 15)), ("08:15:00", time(8, 15)), ("24:00", time(0)), ("２２：００", time(22))],
)
def test_times_of_day_are_read(text, at):
    assert read_wall_time(text, field="from") == at


@pytest.mark.parametrize("text", ["25:00", "8.15", "8", "12:60", "08:15:30"])
def test_other_times_are_refused(text):
    with pytest.raises(InvalidInput):
        read_wall_time(text, field="from")


@pytest.mark.parametrize(
    ("text", "at"),
    [("2026-03-02 8:15", datetime(2026, 3, 2, 8, 15)), ("2026/3/2 08:15:30", datetime(2026, 3, 2, 8, 15, 30)),
     ("2026-03-02", datetime(2026, 3, 2)), ("2026-03-02 24:00", datetime(2026, 3, 3)),
     ("2026-03-02T08:15Z", datetime(2026, 3, 2, 8, 15, tzinfo=UTC)),
     ("2026-10-25 02:30+00:00", datetime(2026, 10, 25, 2, 30, tzinfo=UTC))],
)  # fmt: skip
def test_moments_are_local_unless_they_name_an_offset(text, at):
    assert read_moment(text, field="from") == at


@pytest.mark.parametrize(
    "text", ["", "8:15", "2026-03-02 25:00", "2026-13-01 08:00", "9999-12-31 24:00", "soon"]
)
def test_other_moments_are_refused(text):
    with pytest.raises(InvalidInput):
        read_moment(text, field="from")


def test_words_are_read_each_once_in_their_order():
    assert read_words("steel， brass;steel") == ("steel", "brass")
