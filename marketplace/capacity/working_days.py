"""Working days: those that are neither weekend nor public holiday, by the local calendar."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from marketplace.capacity.hours import public_holidays

SATURDAY = 5


def after_working_days(now: datetime, num_days: int, *, country: str, zone: str) -> datetime:
    """The same local time of day, that many working days later, in the zone of `now`. `country` is ISO 3166."""
    at = now.astimezone(ZoneInfo(zone))
    while num_days:
        at += timedelta(days=1)
        if at.weekday() < SATURDAY and at.date() not in public_holidays(country, at.year):
            num_days -= 1
    return at.astimezone(now.tzinfo)
