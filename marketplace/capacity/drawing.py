"""A machine's time as drawings: the days ahead as a Gantt, the week as seven bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.capacity.forms.machines import WEEKDAYS
from marketplace.capacity.market import offered_periods
from marketplace.capacity.models import Equipment, TakenTime
from marketplace.capacity.periods import subtracted
from marketplace.capacity.standing import AHEAD
from marketplace.common.show.charts import Gantt, GanttBar

ROWS = (
    ("on-sale", _("for sale")),
    (TakenTime.Kind.BOOKING, _("booked")),
    (TakenTime.Kind.HOLD, _("held for a quote")),
    (TakenTime.Kind.OWN_JOB, _("own jobs")),
    (TakenTime.Kind.MAINTENANCE, _("maintenance")),
)
DAY_MIN = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysAhead:
    """The next fortnight: what is for sale and what is taken, in hours."""

    gantt: Gantt
    for_sale_h: float
    taken_h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekBar:
    """A period of a weekday within 1440 minutes; hours over midnight continue on the next day's bar."""

    x: int
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekDay:
    label: Promise | str
    bars: tuple[WeekBar, ...]
    hours: float


def days_ahead(machine: Equipment, *, taken: Sequence[TakenTime], now: datetime) -> DaysAhead:
    """`taken` is sorted and covers the fortnight from `now`."""
    ends_at = now + AHEAD
    spans = [(one.period.lower, one.period.upper) for one in taken]
    offered = offered_periods([machine.pk], starts_at=now, ends_at=ends_at)[machine.pk]
    for_sale = subtracted(offered, spans) if machine.is_listed else []
    row_of = {key: index for index, (key, _label) in enumerate(ROWS)}
    bars = [
        GanttBar(
            row=row_of["on-sale"],
            starts_at=window.starts_at,
            ends_at=window.ends_at,
            label=_("for sale at %(pct)s %% of the price") % {"pct": window.price_pct},
            group=ROWS[0][1],
        )
        for window in for_sale
    ]
    bars += [
        GanttBar(
            row=row_of[TakenTime.Kind(one.kind)],
            starts_at=max(one.period.lower, now),
            ends_at=min(one.period.upper, ends_at),
            label=one.title or one.get_kind_display(),
            group=one.get_kind_display(),
        )
        for one in taken
        if one.period.upper > now and one.period.lower < ends_at
    ]
    return DaysAhead(
        gantt=Gantt(rows=[label for _key, label in ROWS], bars=bars, now=now),
        for_sale_h=_hours([(one.starts_at, one.ends_at) for one in for_sale]),
        taken_h=_hours(
            [(max(start, now), min(end, ends_at)) for start, end in spans if end > now and start < ends_at]
        ),
    )


def week_of(machine: Equipment) -> list[WeekDay]:
    """Monday to Sunday, as offered by the local clock."""
    bars: dict[int, list[WeekBar]] = {day: [] for day in range(7)}
    for one in machine.weekly_hours.all():
        start = one.starts.hour * 60 + one.starts.minute
        end = one.ends.hour * 60 + one.ends.minute
        if end > start:
            bars[one.weekday].append(WeekBar(x=start, width=end - start))
            continue
        bars[one.weekday].append(WeekBar(x=start, width=DAY_MIN - start))
        if end:
            bars[(one.weekday + 1) % 7].append(WeekBar(x=0, width=end))
    return [
        WeekDay(label=label, bars=tuple(bars[day]), hours=sum(bar.width for bar in bars[day]) / 60)
        for day, label in WEEKDAYS
    ]


def _hours(spans: Sequence[tuple[datetime, datetime]]) -> float:
    return sum(((end - start) / timedelta(hours=1) for start, end in spans), 0.0)
