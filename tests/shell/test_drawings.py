"""Strips, charts, Gantts and maps as values."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone

from marketplace.common.show.charts import Chart, FlowMap, Gantt, GanttBar, MapFlow, MapPoint, Series, wall_ms
from marketplace.common.show.strips import WIDTH, strip_of

DAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_strip_is_clipped_and_its_hours_add_up():
    strip = strip_of(
        [("cutting", DAY - 5 * HOUR, DAY + 6 * HOUR), ("idle", DAY + 6 * HOUR, None)],
        starts_at=DAY,
        ends_at=DAY + 24 * HOUR,
    )
    assert [(piece.x, piece.width) for piece in strip.pieces] == [(0, WIDTH / 4), (WIDTH / 4, WIDTH * 3 / 4)]
    assert [(total.state, total.hours) for total in strip.totals] == [
        ("idle", "18.0 h"),
        ("cutting", "6.0 h"),
    ]


def test_a_machine_that_was_just_connected_is_no_machine_that_never_was():
    strip = strip_of(
        [
            ("never-connected", DAY, DAY + 24 * HOUR - timedelta(minutes=2)),
            ("idle", DAY + 24 * HOUR - timedelta(minutes=2), None),
        ],
        starts_at=DAY,
        ends_at=DAY + 24 * HOUR,
    )
    assert [(str(total.text), total.hours) for total in strip.totals] == [
        ("idle", "< 0.1 h"),
        ("not connected yet", "24.0 h"),
    ]
    assert [str(piece.text) for piece in strip.pieces] == ["not connected yet", "idle"]


def test_pieces_outside_the_strip_are_left_out():
    strip = strip_of([("off", DAY - 9 * HOUR, DAY)], starts_at=DAY, ends_at=DAY + HOUR)
    assert strip.pieces == ()


def test_ticks_stand_at_the_viewers_quarter_days():
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        strip = strip_of([], starts_at=DAY, ends_at=DAY + 24 * HOUR)
    assert [(tick.text, tick.x) for tick in strip.ticks] == [
        ("12:00", WIDTH * 4 / 24), ("18:00", WIDTH * 10 / 24), ("00:00", WIDTH * 16 / 24), ("06:00", WIDTH * 22 / 24),
    ]  # fmt: skip


def test_times_go_out_as_the_viewers_wall_clock():
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        assert wall_ms(DAY) - DAY.timestamp() * 1000 == 8 * 3_600_000


def a_bar(**more):
    return GanttBar(**{"row": 0, "starts_at": DAY, "ends_at": DAY + HOUR, "label": "500 pcs"} | more)


@pytest.mark.parametrize("bad", [{"row": 1}, {"row": -1}, {"ends_at": DAY}])
def test_a_bar_outside_the_rows_or_without_length_is_a_mistake(bad):
    with pytest.raises(ValueError, match="500 pcs"):
        Gantt(rows=["Press 3"], bars=[a_bar(**bad)], now=DAY)


def test_a_gantt_names_its_groups_in_the_order_of_its_bars():
    bars = [
        a_bar(row=1, group="coating"),
        a_bar(group="pressing", starts_at=DAY - HOUR),
        a_bar(group="coating"),
    ]
    gantt = Gantt(rows=["P", "C"], bars=bars, now=DAY, due=DAY + HOUR)
    assert gantt.groups == ["coating", "pressing"]
    assert [bar[3] for bar in gantt.to_json()["bars"]] == [0, 1, 0]


def test_series_have_a_value_for_each_x():
    with pytest.raises(ValueError, match="2 values for 1 x"):
        Chart(x=["Mon"], unit="h", series=[Series(name="idle", values=[1, 2])])


@pytest.mark.parametrize("bad", [{"lat": 91}, {"lon": 181}, {"lat": float("nan")}])
def test_a_place_is_on_earth(bad):
    with pytest.raises(ValueError, match="outside"):
        MapPoint(**{"label": "Ningbo", "lat": 29.9, "lon": 121.5} | bad)


def rendered(drawing):
    return Template(
        '{% load muster %}{% chart drawing id="it" title="Title" conclusion="So it is" %}'
    ).render(Context({"drawing": drawing}))


@pytest.mark.django_db
def test_every_drawing_says_its_conclusion_and_has_the_headings_of_a_table_twin():
    points = [MapPoint(label="Ningbo", lat=29.9, lon=121.5), MapPoint(label="Cixi", lat=30.2, lon=121.2)]
    flows = [MapFlow(from_point=0, to_point=1, weight=1, label="800 pieces")]
    drawings = {
        "Row Kind What Start End State": Gantt(rows=["Press 3"], bars=[a_bar()], now=DAY),
        "From To Goods": FlowMap(points=points, flows=flows),
        "Place Latitude Longitude": FlowMap(points=points),
        "Of idle, h": Chart(x=["Mon"], unit="h", series=[Series(name="idle", values=[1])]),
    }
    for headings, drawing in drawings.items():
        html = rendered(drawing)
        assert "So it is" in html
        found = re.findall(r"<th>(.*?)</th>", html, flags=re.DOTALL)
        assert " ".join(" ".join(found).split()) == headings


@pytest.mark.django_db
def test_what_comes_from_people_cannot_leave_the_data():
    html = rendered(Gantt(rows=["</script><script>alert(1)</script>"], bars=[a_bar()], now=DAY))
    assert "<script>alert" not in html
