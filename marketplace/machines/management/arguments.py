"""Arguments that several commands take."""

import argparse
from datetime import UTC, date, datetime, time


def utc_moment(text: str) -> datetime:
    """A day like 2018-12-10, or a moment with its zone like 2018-12-10T08:00Z."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day and no moment like 2018-12-10T08:00Z") from None
    if moment.tzinfo is None and len(text) > len("2018-12-10"):
        raise argparse.ArgumentTypeError(f"{text!r} has no time zone: 2018-12-10T08:00Z")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def utc_midnight(text: str) -> datetime:
    """The beginning of a day like 2018-12-10."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date like 2018-12-10") from None
