"""What a cell's text means: numbers, days and times. Each raises `InvalidInput` naming field and value."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import InvalidInput

THOUSANDS = re.compile(r"-?\d{1,3}([, ]\d{3})+(\.\d+)?")
NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?")
WALL_TIME = re.compile(r"(\d{1,2}):(\d{2})(:00)?")
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
MOMENT = re.compile(
    r"(?P<day>\S+?)(?:[ T]+(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(?P<offset>Z|[+-]\d{2}:\d{2})?)?"
)
SEPARATORS = re.compile(r"[,;，、；\n]")


def read_decimal(text: str, *, field: str) -> Decimal:
    """`1500`, `1,500`, `1 500`, `12.5`. A lone comma is no decimal point: it is refused, not guessed."""
    plain = _plain(text)
    if THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "").replace(" ", "")
    if not NUMBER.fullmatch(plain):
        raise _wrong(_("This must be a number, as in 1500, 1,500 or 12.5."), field, text)
    return Decimal(plain)


def read_whole(text: str, *, field: str) -> int:
    number = read_decimal(text, field=field)
    if number != number.to_integral_value():
        raise _wrong(_("This must be a whole number."), field, text)
    return int(number)


def read_words(text: str) -> tuple[str, ...]:
    """Words between commas or semicolons, each once, in their order."""
    return tuple(dict.fromkeys(word.strip() for word in SEPARATORS.split(text) if word.strip()))


def read_day(text: str, *, field: str) -> date:
    """`2026-03-02`, `2026/3/2`, `2026年3月2日`; nothing where day and month could be confused."""
    found = DAY.fullmatch(_plain(text))
    wrong = _wrong(_("This must be a date, as in 2026-03-02."), field, text)
    if found is None:
        raise wrong
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError as error:
        raise wrong from error


def read_wall_time(text: str, *, field: str) -> time:
    """`8:15`, `08:15`; `24:00` is midnight."""
    found = WALL_TIME.fullmatch(_plain(text))
    hour, minute = (int(found[1]), int(found[2])) if found else (99, 0)
    if (hour, minute) == (24, 0):
        return time(0)
    if hour > 23 or minute > 59:
        raise _wrong(_("This must be a time, as in 08:15."), field, text)
    return time(hour, minute)


def read_moment(text: str, *, field: str) -> datetime:
    """`2026-03-02 08:15`, by the local clock (naive) or with an offset (aware); `24:00` is the next midnight."""
    found = MOMENT.fullmatch(_plain(text))
    wrong = _wrong(_("This must be a date and time, as in 2026-03-02 08:15."), field, text)
    if found is None:
        raise wrong
    wall = (found["time"] or "00:00").rjust(len("00:00"), "0")
    try:
        day = read_day(found["day"], field=field)
        if wall == "24:00":
            day, wall = day + timedelta(days=1), "00:00"
        return datetime.fromisoformat(f"{day.isoformat()}T{wall}{found['offset'] or ''}")
    except (ValueError, InvalidInput, OverflowError) as error:
        raise wrong from error


def _plain(text: str) -> str:
    """Full-width digits and all kinds of spaces made ordinary."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _wrong(rule: str | Promise, field: str, value: str) -> InvalidInput:
    return InvalidInput(rule, field=field, value=value[:80])
