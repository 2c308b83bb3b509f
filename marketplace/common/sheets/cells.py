"""A cell as text: one way to write each kind of value, whichever file it came from."""

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal

ZERO_YEARS = (1899, 1900)  # Excel's day 0: such a moment is a time of day


def text_of(value: object) -> str:
    """Plain digits, `2026-03-02`, `2026-03-02 08:15`, `08:15`, `yes`, `no`; control characters become spaces."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case float():
            return _number_text(value)
        case datetime():
            return _moment_text(value)
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes" if not value.second else "seconds")
        case timedelta():
            return _span_text(value)
        case _:
            return _clean(str(value))


def _number_text(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    if value.is_integer():
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def _moment_text(value: datetime) -> str:
    if value.year in ZERO_YEARS:
        return text_of(value.time())
    if value.time() == time(0) and value.tzinfo is None:
        return value.date().isoformat()
    return value.isoformat(" ", "minutes" if not value.second and not value.microsecond else "auto")


def _span_text(value: timedelta) -> str:
    """A length of time in a cell for hours: `24:00` is midnight at the end of the day."""
    minutes = round(value.total_seconds() / 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}" if 0 <= minutes <= 1440 else str(value)


def _clean(text: str) -> str:
    """Without NUL and the other control characters that files drag along; line breaks and tabs stay."""
    return "".join(
        character if ord(character) >= 32 or character in "\n\t" else " "
        for character in text.replace("\r\n", "\n").replace("\x00", "")
    )
