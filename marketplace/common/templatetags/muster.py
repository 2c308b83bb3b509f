"""The components of every page, as template tags; how to use them is in docs/components.md."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.template import Context
from django.template.base import Parser, Token
from django.template.loader import render_to_string
from django.template.loader_tags import BlockNode
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from marketplace.common import clock
from marketplace.common.money import format_cents
from marketplace.common.show import amounts, times
from marketplace.common.show.charts import Drawing
from marketplace.common.show.icons import icon_svg
from marketplace.common.show.inputs import input_html
from marketplace.common.show.states import look_of
from marketplace.common.show.strips import strip_of

NUM_GROUP_COLOURS = 6  # --m-group-0 … --m-group-5 in tokens.css

register = template.Library()


class Again(template.Node):
    """Not a BlockNode itself, for that would stand in the way of the block it repeats."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: Context) -> SafeString:
        return BlockNode(self.name, template.NodeList()).render(context)


@register.tag
def again(parser: Parser, token: Token) -> Again:
    """`{% again title %}` shows a block of this page a second time (a title is tab and heading)."""
    _, name = token.split_contents()
    return Again(name)


@register.simple_block_tag
def squeeze(content: str) -> str:
    """Text on one line: what a template breaks for its own sake does not reach the page."""
    return mark_safe(" ".join(content.split()))  # noqa: S308 - rendered already, and escaped with that


@register.simple_tag
def icon(name: str, size: int = 18) -> SafeString:
    return icon_svg(name, size_px=size)


@register.simple_tag
def state(name: str, label: str | Promise = "", tone: str = "") -> SafeString:
    """A badge: icon and text; `label` replaces the usual word, `tone` the usual tone."""
    look = look_of(str(name))
    return format_html(
        '<span class="m-state m-state--{}">{}<span>{}</span></span>',
        tone or look.tone,
        icon_svg(look.icon, size_px=14),
        label or look.text,
    )


@register.simple_tag
def age(at: datetime | None, limit: int = 0) -> SafeString:
    """How long ago, ticking on its own; older than `limit` business seconds it is marked stale."""
    if at is None:
        return format_html('<span class="m-age">{}</span>', "–")
    past = clock.now() - at
    return format_html(
        '<time class="m-age{}" datetime="{}" data-age data-limit="{}" title="{}">{}</time>',
        " m-age--stale" if limit and past > timedelta(seconds=limit) else "",
        at.isoformat(),
        limit,
        times.zone_text(at),
        times.age_text(past),
    )


@register.simple_tag
def until(at: datetime | None) -> SafeString:
    """How long from now, counting down on its own; a past moment reads `now`."""
    if at is None:
        return format_html('<span class="m-age">{}</span>', "–")
    return format_html(
        '<time class="m-age" datetime="{}" data-until title="{}">{}</time>',
        at.isoformat(),
        times.zone_text(at),
        times.until_text(at - clock.now()),
    )


@register.simple_tag
def localtime(at: datetime | None, style: str = "datetime", zone: str = "") -> SafeString:
    """Local time, the exact moment with its zone on hover; `zone` names another than the viewer's."""
    if at is None:
        return format_html("{}", "–")
    tz = times.named_zone(zone)
    return format_html(
        '<time class="m-time" datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        times.zone_text(at, zone=tz),
        times.local_text(at, now=clock.now(), zone=tz, style=style),
    )


@register.simple_tag
def day(on: date | None) -> str:
    """A calendar day, `Wed 1 Apr`, with the year where it is not this one."""
    if on is None:
        return "–"
    return times.day_text(on, today=clock.now().astimezone(timezone.get_current_timezone()).date())


@register.simple_tag
def money(cents: int | None, currency: str) -> SafeString:
    text = "–" if cents is None else format_cents(cents, currency)
    return format_html('<span class="m-number">{}</span>', text.replace(" ", amounts.SPACE))


@register.simple_tag
def quantity(value: float | Decimal | None, unit: str = "piece", digits: int = 0) -> SafeString:
    text = "–" if value is None else amounts.quantity_text(value, unit, digits=digits)
    return format_html('<span class="m-number">{}</span>', text)


@register.simple_tag
def duration(minutes: float | timedelta | None) -> SafeString:
    text = "–" if minutes is None else times.duration_text(minutes)
    return format_html('<span class="m-number">{}</span>', text)


@register.filter
def with_component_class(field: BoundField) -> SafeString:
    """The field's input with Tabler's class for its kind, its help and errors named for screen readers."""
    return input_html(field)


@register.simple_block_tag(takes_context=True)
def live(context: Context, content: str, topics: str, id: str, url: str = "") -> SafeString:
    """A part of the page that reads itself again, with the header, when one of the topics (separated by spaces) moves."""
    return format_html(
        '<div id="{id}" data-live-topic="{topics}" hx-get="{url}" hx-trigger="look" hx-select="#{id}" '
        'hx-target="this" hx-swap="outerMorph" hx-select-oob="#page-title,#page-subtitle,#page-actions">{content}</div>',
        id=id,
        topics=topics,
        url=url or context["request"].get_full_path(),
        content=content,
    )


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """This page's query string with some parameters changed; None drops one."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        parameters.pop(name, None)
        if value is not None:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.inclusion_tag("components/strip.html")
def strip(
    intervals: Iterable[tuple[str, datetime, datetime | None]],
    starts_at: datetime,
    ends_at: datetime,
    label: str | Promise = "",
) -> dict[str, object]:
    """A strip of (state, start, end) pieces between two moments, with the hours of each state in words."""
    return {"strip": strip_of(intervals, starts_at=starts_at, ends_at=ends_at), "label": label}


@register.inclusion_tag("components/chart.html")
def chart(
    drawing: Drawing, id: str, title: str | Promise, conclusion: str | Promise = "", height: int = 320
) -> dict[str, object]:
    """A drawing with its title, its conclusion as text and its table twin; `height` in pixels."""
    return {
        "drawing": drawing,
        "groups": [(index % NUM_GROUP_COLOURS, name) for index, name in enumerate(drawing.groups)],
        "data": drawing.to_json(),
        "id": id,
        "title": title,
        "conclusion": conclusion,
        "height": height,
    }


@register.inclusion_tag("components/stat.html")
def stat(
    label: str | Promise, value: str, unit: str | Promise = "", hint: str | Promise = "", tone: str = ""
) -> dict[str, object]:
    """A number with its label and unit; `hint` is a line below (an age, a comparison)."""
    return {"label": label, "value": value, "unit": unit, "hint": hint, "tone": tone}


@register.inclusion_tag("components/progress.html")
def progress(done: float, total: float, label: str | Promise, tone: str = "active") -> dict[str, object]:
    """How far something is; `label` says it in words with units."""
    share = 0.0 if total <= 0 else min(1.0, max(0.0, done / total))
    return {"percent": round(share * 100, 1), "label": label, "tone": tone}


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    icon_name: str, text: str | Promise, url: str = "", action: str | Promise = "", hint: str | Promise = ""
) -> dict[str, object]:
    """What stands where nothing is yet, and the way to the first one."""
    return {"icon_name": icon_name, "text": text, "url": url, "action": action, "hint": hint}


@register.simple_block_tag
def table(
    content: str, id: str, caption: str | Promise, filter: bool = False, csv: str = "", stack: bool = False
) -> SafeString:
    """A table around `<thead>…<tbody>…`: headings sort, `filter` gives a search field, `csv` names the export.

    A cell's `data-value` is what it sorts and exports by. With `stack`, rows become cards on the phone; each cell
    then names its heading in `data-label`.
    """
    return render_to_string(
        "components/table.html",
        {"content": content, "id": id, "caption": caption, "filter": filter, "csv": csv, "stack": stack},
    )
