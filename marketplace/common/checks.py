"""Checks of plain values at the door: each raises `InvalidInput` naming field, value and rule."""

import math
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import InvalidInput

FIRST_YEAR, END_YEAR = 2000, 2200


@contextmanager
def below(path: str) -> Iterator[None]:
    """Puts `path` in front of the fields that checks inside complain about."""
    try:
        yield
    except InvalidInput as error:
        error.field = f"{path}.{error.field}".rstrip(".")
        raise


def is_storable_text(text: str) -> bool:
    """PostgreSQL can hold it: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def require_whole(value: object, *, field: str, least: int, most: int) -> None:
    """A whole number from `least` to `most`, both included; True, 5.0 and "5" are none."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(_("This must be a whole number."), field=field, value=repr(value)[:80])
    if not least <= value <= most:
        raise InvalidInput(
            _("This must be from %(least)s to %(most)s.") % {"least": f"{least:,}", "most": f"{most:,}"},
            field=field,
            value=value,
            rule=f"{least} <= value <= {most}",
        )


def require_text(value: object, *, field: str, most: int, least: int = 0) -> None:
    """Text of `least` to `most` characters without control characters or half of a surrogate pair."""
    if not isinstance(value, str):
        raise InvalidInput(_("This must be text."), field=field, value=repr(value)[:80])
    if len(value.strip()) < least:
        raise InvalidInput(_("This must not be empty."), field=field)
    if len(value) > most:
        raise InvalidInput(
            _("This may have at most %(most)s characters.") % {"most": most},
            field=field,
            rule=f"length <= {most}",
        )
    if not is_storable_text(value) or any(ord(each) < 32 and each not in "\n\t" for each in value):
        raise InvalidInput(_("This must not hold control characters."), field=field)


def require_texts(values: object, *, field: str, most: int, longest: int) -> None:
    """At most `most` different non-empty texts of at most `longest` characters."""
    if not isinstance(values, list | tuple) or len(values) > most:
        raise InvalidInput(_("This must be a list of at most %(most)s texts.") % {"most": most}, field=field)
    for index, value in enumerate(values):
        require_text(value, field=f"{field}.{index}", least=1, most=longest)
    if len(set(values)) != len(values):
        raise InvalidInput(_("The same text is here twice."), field=field)


def require_moment(value: object, *, field: str) -> None:
    """A date and time with a time zone, in this century or the next."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InvalidInput(_("This must be a date and time with a time zone."), field=field)
    if not FIRST_YEAR <= value.year < END_YEAR:
        raise InvalidInput(_("This date is too far away."), field=field, value=value.isoformat())


def require_number(value: object, *, field: str, least: float, most: float) -> None:
    """A finite number from `least` to `most`, both included."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not least <= value <= most:  # type: ignore[arg-type,operator]
        raise InvalidInput(
            _("This must be a number from %(least)s to %(most)s.") % {"least": least, "most": most},
            field=field,
            value=repr(value)[:80],
        )


def require_choice(value: object, *, field: str, choices: Collection[str]) -> None:
    if not isinstance(value, str) or value not in choices:
        raise InvalidInput(
            _("This must be one of: %(choices)s.") % {"choices": ", ".join(choices)},
            field=field,
            value=repr(value)[:80],
        )
