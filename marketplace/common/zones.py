"""The time zones this installation knows."""

import zoneinfo
from functools import cache


@cache
def known_zones() -> frozenset[str]:
    """IANA names; read once, for `zoneinfo.available_timezones` looks through the disk each time."""
    return frozenset(zoneinfo.available_timezones())
