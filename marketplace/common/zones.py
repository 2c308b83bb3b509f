"""The time zones this installation knows."""

import zoneinfo
from contextlib import AbstractContextManager, nullcontext
from functools import cache

from django.http import HttpRequest
from django.utils import timezone


@cache
def known_zones() -> frozenset[str]:
    """IANA names; read once, for `zoneinfo.available_timezones` looks through the disk each time."""
    return frozenset(zoneinfo.available_timezones())


def for_visitors(request: HttpRequest, zone: str) -> AbstractContextManager[object]:
    """Where whoever opens a link has not told a zone yet, as on the first page of all, times are those of `zone`."""
    of_person = str(getattr(request.user, "time_zone", ""))
    is_told = bool(of_person) or request.COOKIES.get("tz", "") in known_zones()
    return nullcontext() if is_told or zone not in known_zones() else timezone.override(zone)
