"""Times as people read them: short local time, the zone on hover, ages and durations in two units."""

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86_400
HOUR_MIN = 60
DAY_MIN = 1440


def locale() -> str:
    """The CLDR locale of the active language; English days come before months and hours to 24."""
    return "zh_Hans" if (get_language() or "en").startswith("zh") else "en_GB"


def local_text(at: datetime, *, now: datetime, zone: tzinfo | None = None, style: str = "datetime") -> str:
    """`Sun 22 Nov 14:05`, with the year where it is not this one; `style` is datetime, date or time."""
    local = at.astimezone(zone or timezone.get_current_timezone())
    if style == "time":
        return clock_text(local)
    day = day_text(local.date(), today=now.astimezone(local.tzinfo).date())
    return day if style == "date" else f"{day} {clock_text(local)}"


def clock_text(local: datetime) -> str:
    return f"{local:%H:%M}"


def day_text(day: date, *, today: date) -> str:
    return _day_text(day, is_this_year=day.year == today.year, locale=locale())


@lru_cache(maxsize=2000)  # a page names few days many times
def _day_text(day: date, *, is_this_year: bool, locale: str) -> str:
    skeleton = "MMMEd" if is_this_year else "yMMMd"
    return format_skeleton(skeleton, datetime(day.year, day.month, day.day), locale=locale).replace(",", "")


def zone_text(at: datetime, *, zone: tzinfo | None = None) -> str:
    """The exact moment with its zone, for the hover: `2026-11-22 14:05:09 Asia/Shanghai (UTC+08:00)`."""
    local = at.astimezone(zone or timezone.get_current_timezone())
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M:%S} {local.tzinfo} (UTC{offset[:3]}:{offset[3:]})"


def named_zone(name: str) -> tzinfo | None:
    return ZoneInfo(name) if name else None


def age_text(age: timedelta) -> str:
    """`12 s ago`; one unit, rounded down. A moment ahead of us counts as now."""
    seconds = max(0, int(age.total_seconds()))
    if seconds < MINUTE_S:
        return _("%(n)s s ago") % {"n": seconds}
    if seconds < HOUR_S:
        return _("%(n)s min ago") % {"n": seconds // MINUTE_S}
    if seconds < DAY_S:
        return _("%(n)s h ago") % {"n": seconds // HOUR_S}
    return ngettext("%(n)s day ago", "%(n)s days ago", seconds // DAY_S) % {"n": seconds // DAY_S}


def duration_text(minutes: float | timedelta) -> str:
    """`3 d 4 h`, `2 h 15 min`, `45 min`: two units at most, rounded to the smaller one."""
    if isinstance(minutes, timedelta):
        minutes = minutes.total_seconds() / MINUTE_S
    sign = "-" if minutes < 0 else ""
    total = round(abs(minutes))
    if total >= DAY_MIN:
        hours = round(total / HOUR_MIN)
        return sign + _joined((hours // 24, _("%(n)s d")), (hours % 24, _("%(n)s h")))
    if total >= HOUR_MIN:
        return sign + _joined((total // HOUR_MIN, _("%(n)s h")), (total % HOUR_MIN, _("%(n)s min")))
    return sign + _("%(n)s min") % {"n": total}


def _joined(*parts: tuple[int, str]) -> str:
    return " ".join(text % {"n": number} for number, text in parts if number)


def until_text(left: timedelta) -> str:
    """`in 2 d 4 h`; a moment that has passed is `now`."""
    minutes = int(left.total_seconds() // MINUTE_S)
    if minutes <= 0:
        return _("now")
    if minutes >= DAY_MIN:
        return _("in %(n)s d %(h)s h") % {"n": minutes // DAY_MIN, "h": minutes % DAY_MIN // HOUR_MIN}
    if minutes >= HOUR_MIN:
        return _("in %(n)s h %(m)s min") % {"n": minutes // HOUR_MIN, "m": minutes % HOUR_MIN}
    return _("in %(n)s min") % {"n": minutes}
