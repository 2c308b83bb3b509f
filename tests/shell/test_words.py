"""How numbers, times and states are put into words."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.utils import timezone, translation

from marketplace.common.form_fields import DayInput
from marketplace.common.show.amounts import quantity_text
from marketplace.common.show.icons import UnknownIcon, icon_svg
from marketplace.common.show.states import LOOKS, look_of
from marketplace.common.show.times import age_text, duration_text, local_text, until_text, zone_text

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 22, 6, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0 s ago"), (0, "0 s ago"), (59.9, "59 s ago"), (60, "1 min ago"), (3599, "59 min ago"), (3600, "1 h ago"),
     (86_399, "23 h ago"), (86_400, "1 day ago"), (200_000, "2 days ago")],
)  # fmt: skip
def test_ages(seconds, text):
    assert age_text(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "0 min"), (45, "45 min"), (60, "1 h"), (135, "2 h 15 min"), (1439, "23 h 59 min"), (1440, "1 d"),
     (1469, "1 d"), (1471, "1 d 1 h"), (1500, "1 d 1 h"), (2870, "2 d"), (-135, "-2 h 15 min"),
     (timedelta(days=3, hours=4), "3 d 4 h")],
)  # fmt: skip
def test_durations(minutes, text):
    assert duration_text(minutes) == text


@pytest.mark.parametrize(
    ("left", "text"),
    [(timedelta(seconds=-1), "now"), (timedelta(seconds=59), "now"), (timedelta(minutes=5), "in 5 min"),
     (timedelta(hours=2, minutes=1), "in 2 h 1 min"), (timedelta(days=2, hours=4), "in 2 d 4 h")],
)  # fmt: skip
def test_countdowns(left, text):
    assert until_text(left) == text


def test_local_times_are_those_of_the_zone_in_the_language_of_the_page():
    assert local_text(AT, now=AT, zone=SHANGHAI) == "Sun 22 Nov 14:05"
    assert local_text(AT, now=AT, zone=SHANGHAI, style="time") == "14:05"
    assert local_text(AT, now=AT, zone=ZoneInfo("America/New_York"), style="date") == "Sun 22 Nov"
    with translation.override("zh-hans"):
        assert local_text(AT, now=AT, zone=SHANGHAI) == "11月22日周日 14:05"


def test_another_year_is_named():
    assert "2025" in local_text(AT.replace(year=2025), now=AT, zone=SHANGHAI)


def test_the_viewers_zone_counts_where_none_is_named():
    with timezone.override(SHANGHAI):
        assert local_text(AT, now=AT, style="time") == "14:05"


def test_the_hover_names_second_and_zone():
    assert zone_text(AT, zone=SHANGHAI) == "2026-11-22 14:05:09 Asia/Shanghai (UTC+08:00)"


def test_amounts_carry_their_unit():
    assert quantity_text(1) == "1 piece"
    assert quantity_text(4_700_000) == "4,700,000 pieces"
    assert quantity_text(12.5, "kWh", digits=1) == "12.5\u00a0kWh"


def test_every_state_has_a_text_and_an_icon_of_the_library():
    for name, look in LOOKS.items():
        assert str(look.text), name
        assert "<path" in icon_svg(look.icon), name
        assert look.tone in {"good", "attention", "bad", "active", "neutral"}, name


def test_an_unknown_state_is_shown_as_it_is_and_an_unknown_icon_is_a_mistake():
    assert look_of("FEED_HOLD").text == "FEED_HOLD"
    assert str(look_of("").text) == "unknown"
    with pytest.raises(UnknownIcon):
        icon_svg("no-such-icon")


def test_many_grams_are_kilograms_to_the_gram():
    assert [quantity_text(grams, "g").replace("\u00a0", " ") for grams in (9_999, 10_000, 738_350)] == [
        "9,999 g",
        "10 kg",
        "738.35 kg",
    ]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_picker_of_days_gets_a_day_it_can_read_in_every_language(language):
    class Form(forms.Form):
        on = forms.DateField(widget=DayInput(), initial=date(2026, 3, 13))

    with translation.override(language):
        assert 'type="date"' in str(Form()["on"])
        assert 'value="2026-03-13"' in str(Form()["on"])
