"""Arguments that several commands take."""

import argparse
from datetime import UTC, date, datetime, time


def utc_midnight(text: str) -> datetime:
    """The beginning of a day like 2018-12-10."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date like 2018-12-10") from None
