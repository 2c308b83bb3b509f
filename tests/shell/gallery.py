"""One page with every component, served by tests only (`pytest.mark.urls("tests.shell.gallery")`)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.template.context import make_context
from django.urls import path
from django.views.decorators.http import require_safe

from config.urls import urlpatterns as of_muster
from marketplace.common import clock
from marketplace.common.errors import Conflict, NotFound
from marketplace.common.show.charts import (
    Chart,
    FlowMap,
    Gantt,
    GanttBar,
    GanttGap,
    MapFlow,
    MapPoint,
    Series,
)
from marketplace.common.show.states import LOOKS

TEMPLATE = Path(__file__).parent / "templates" / "gallery" / "all.html"
START = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
CITIES = (
    ("Ningbo", 29.878, 121.549), ("Cixi", 30.176, 121.246), ("Yuyao", 30.05, 121.149), ("Hangzhou", 30.294, 120.161),
    ("Shanghai", 31.222, 121.458), ("Suzhou", 31.304, 120.595), ("Wenzhou", 27.999, 120.667), ("Taizhou", 28.663, 121.433),
    ("Shaoxing", 30.002, 120.579), ("Jiaxing", 30.752, 120.75), ("Yiwu", 29.315, 120.077), ("Nantong", 31.98, 120.89),
)  # fmt: skip


class GalleryForm(forms.Form):
    name = forms.CharField(help_text="What you call it.")
    quantity = forms.IntegerField(min_value=1)
    process = forms.ChoiceField(choices=[("press", "pressing"), ("coat", "coating")])
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    verified_only = forms.BooleanField(required=False)
    days = forms.MultipleChoiceField(
        choices=[("1", "Monday"), ("2", "Tuesday")], widget=forms.CheckboxSelectMultiple, required=False
    )


def a_gantt(*, rows: int = 24) -> Gantt:
    bars = [
        GanttBar(
            row=row,
            starts_at=START + (row % 5 * 7 + run * 40) * HOUR,
            ends_at=START + (row % 5 * 7 + run * 40 + 8 + row % 3 * 9) * HOUR,
            label=f"{(row + 1) * 4000:,} pcs",
            group=("pressing", "coating", "embossing")[row * 3 // rows],
            state="late" if (row, run) == (3, 1) else "",
        )
        for row in range(rows)
        for run in range(4)
    ]
    gaps = [
        GanttGap(
            from_row=row, to_row=row + rows // 3, departs_at=START + 40 * HOUR, arrives_at=START + 52 * HOUR
        )
        for row in range(0, rows // 3, 2)
    ]
    names = [f"Factory {chr(65 + row // 2 % 26)} · M{row + 1}" for row in range(rows)]
    return Gantt(rows=names, bars=bars, gaps=gaps, now=START + 60 * HOUR, due=START + 150 * HOUR)


def a_map() -> FlowMap:
    points = [
        MapPoint(
            label=name, lat=lat, lon=lon, weight=i + 1, group=("pressing", "coating", "embossing")[i % 3]
        )
        for i, (name, lat, lon) in enumerate(CITIES)
    ]
    flows = [
        MapFlow(
            from_point=i,
            to_point=(i * 5 + 3) % len(points),
            weight=1000 * (i + 1),
            label=f"{1000 * (i + 1):,} pcs",
        )
        for i in range(len(points))
    ]
    return FlowMap(points=points, flows=flows)


def a_chart() -> Chart:
    return Chart(
        x=[START + hour * HOUR for hour in range(48)],
        unit="kW",
        series=[
            Series(name="Press 3", values=[20 + hour % 7 for hour in range(48)], kind="line"),
            Series(
                name="Press 4",
                values=[None if hour == 9 else 12 + hour % 5 for hour in range(48)],
                kind="step",
            ),
        ],
    )


def bars_chart() -> Chart:
    return Chart(
        x=["Mon", "Tue", "Wed"],
        unit="h",
        is_stacked=True,
        series=[
            Series(name="cutting", values=[6, 8, 2], tone="good"),
            Series(name="idle", values=[10, 8, 12], tone="attention"),
            Series(name="off", values=[8, 8, 10], tone="neutral"),
        ],
    )


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    strip = [
        ("off", START, START + 6 * HOUR), ("cutting", START + 6 * HOUR, START + 11 * HOUR),
        ("idle", START + 11 * HOUR, START + 15.5 * HOUR), ("cutting", START + 15.5 * HOUR, START + 22 * HOUR),
        ("silent", START + 22 * HOUR, None),
    ]  # fmt: skip
    data = {
        "states": LOOKS, "gantt": a_gantt(rows=int(request.GET.get("rows", 24))),
        "map": a_map(), "chart": a_chart(), "bars": bars_chart(), "strip": strip,
        "strip_start": START, "strip_end": START + 24 * HOUR, "form": GalleryForm({"name": ""}),
        "seen": now - 40 * HOUR / 60,
        "due": now + 30 * HOUR, "page": Paginator(range(100), 10).page(2), "rows": range(1, 9),
    }  # fmt: skip
    template = Engine.get_default().from_string(TEMPLATE.read_text())
    context = make_context(data, request)
    assert isinstance(context, Context)
    with context.bind_template(template):
        return HttpResponse(template.render(context))


def refuse(request: HttpRequest) -> HttpResponse:
    raise Conflict("Somebody was first.")


def lose(request: HttpRequest) -> HttpResponse:
    raise NotFound("There is no such thing.")


urlpatterns = [path("gallery", gallery), path("refuse", refuse), path("lose", lose), *of_muster]
