"""From a week of local hours to instants: time zones, hours over midnight, holidays, exceptions. Pure.

Hours belong to the local day on which they start: a night shift that begins before a holiday runs into it,
the one that would begin on the holiday does not. A wall-clock time that a change to summer time skips means
the moment of the change; one that comes twice in autumn means the first. So hours that touch on the wall
touch in time, on every day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from marketplace.capacity.periods import Priced, merged

FULL_PRICE_PCT = 100
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """From `starts` to `ends` by the wall clock; `ends` at or before `starts` is the next day."""

    starts: time
    ends: time
    price_pct: int = FULL_PRICE_PCT


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What a machine offers: a week (0 is Monday), and dates on which other hours (or none) hold."""

    zone: str
    week: Mapping[int, Sequence[Hours]]
    exceptions: Mapping[date, Hours | None] = field(default_factory=dict)
    holidays_of: str = ""  # country (ISO 3166) whose public holidays are closed; empty: none

    def offered(self, *, starts_at: datetime, ends_at: datetime) -> list[Priced]:
        """Offered periods that begin on the local days touching [starts_at, ends_at): sorted, disjoint, UTC.

        They are not clipped. An exception wins over a holiday: that is how a machine opens on one.
        """
        zone = ZoneInfo(self.zone)
        day = starts_at.astimezone(zone).date() - ONE_DAY
        last = ends_at.astimezone(zone).date()
        found: list[Priced] = []
        while day <= last:
            for hours in self._hours_on(day):
                next_day = day + ONE_DAY if hours.ends <= hours.starts else day
                starts, ends = instant(day, hours.starts, self.zone), instant(next_day, hours.ends, self.zone)
                if starts < ends:
                    found.append(Priced(starts, ends, hours.price_pct))
            day += ONE_DAY
        return merged(found)

    def _hours_on(self, day: date) -> Sequence[Hours]:
        if day in self.exceptions:
            hours = self.exceptions[day]
            return () if hours is None else (hours,)
        if self.holidays_of and day in public_holidays(self.holidays_of, day.year):
            return ()
        return self.week.get(day.weekday(), ())


@lru_cache(maxsize=100_000)
def instant(day: date, wall: time, zone: str) -> datetime:
    """The UTC moment at which clocks in `zone` first show `wall` on `day`.

    The fold of `wall` says nothing: times that differ in it alone are equal, and one answer is kept for both.
    """
    info = ZoneInfo(zone)
    local = datetime.combine(day, wall.replace(fold=0), tzinfo=info)
    moment = local.astimezone(UTC)
    if moment.astimezone(info).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    return _moment_of_change(local, info)


@lru_cache(maxsize=1_000)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Public holidays of a country; none where the country is not known."""
    if country not in holidays.list_supported_countries():
        return frozenset()
    return frozenset(holidays.country_holidays(country, years=year))


def _moment_of_change(skipped: datetime, zone: ZoneInfo) -> datetime:
    """The moment clocks jump over the local time `skipped`, to the second (changes happen on whole ones)."""
    before = skipped.replace(fold=1).astimezone(UTC)
    after = skipped.replace(fold=0).astimezone(UTC)
    old_offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    return after
