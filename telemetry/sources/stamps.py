"""Times as live sources write them."""

from datetime import UTC, datetime

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # what a clock without battery shows
LATEST = datetime(2200, 1, 1, tzinfo=UTC)  # not included; far from what databases and calendars cannot hold


class StampInvalid(ValueError):
    """A text is no time, has no zone, or lies before 1970 or after 2199."""

    code = "telemetry:stamp-invalid"

    def __init__(self, *, text: str) -> None:
        super().__init__(f"{text[:40]!r} is no ISO time with a zone between 1970 and 2199")
        self.text = text


def parse_stamp(text: str) -> datetime:
    """Digits beyond the microsecond are cut off."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise StampInvalid(text=text) from None
    if at.tzinfo is None or not EARLIEST <= at < LATEST:
        raise StampInvalid(text=text)
    return at
