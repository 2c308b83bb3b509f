"""What was asked for a machine's time when it was kept: its rates, and the percentage of its price at any moment."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from marketplace.capacity.hours import FULL_PRICE_PCT, Calendar, Hours
from marketplace.capacity.models import AskedTerms, Rate
from marketplace.capacity.periods import Priced, clipped, covered


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Of one machine. `windows` are sorted and disjoint; `rates` are not rows of the database."""

    machine: str
    enterprise: str
    rates: Sequence[Rate]
    calendar: Calendar
    windows: Sequence[Priced]

    @property
    def lowest_pct(self) -> int:
        """What time counts for that was not offered then."""
        return min(self._pcts(), default=FULL_PRICE_PCT)

    @property
    def highest_pct(self) -> int:
        return max(self._pcts(), default=FULL_PRICE_PCT)

    def _pcts(self) -> list[int]:
        week = [hours.price_pct for day in self.calendar.week.values() for hours in day]
        return [*week, *(window.price_pct for window in self.windows)]

    def priced(self, *, starts_at: datetime, ends_at: datetime) -> list[Priced]:
        """All of [starts_at, ends_at) with the percentage asked then: sorted, disjoint, without a gap."""
        weekly = self.calendar.offered(starts_at=starts_at, ends_at=ends_at)
        offered = clipped(covered(below=weekly, above=self.windows), starts_at=starts_at, ends_at=ends_at)
        return covered(below=[Priced(starts_at, ends_at, self.lowest_pct)], above=offered)


def asked_on(occasion: str, *, enterprises: Collection[str]) -> dict[str, Asked]:
    """By machine, of all machines of these enterprises. One query; empty where nothing was kept."""
    rows = AskedTerms.objects.filter(occasion=occasion, enterprise__in=enterprises).order_by("machine")
    return {row.machine: _asked(row) for row in rows} if occasion else {}


def kept_at(occasion: str) -> datetime | None:
    """When it was kept."""
    return AskedTerms.objects.filter(occasion=occasion).values_list("kept_at", flat=True).first()


def _asked(row: AskedTerms) -> Asked:
    return Asked(
        machine=row.machine,
        enterprise=row.enterprise,
        rates=[Rate(**rate) for rate in row.rates],
        calendar=Calendar(zone=row.zone, week=_week(row.week)),
        windows=[
            Priced(datetime.fromisoformat(starts), datetime.fromisoformat(ends), price_pct)
            for starts, ends, price_pct in row.windows
        ],
    )


def _week(rows: Sequence[tuple[int, str, str, int]]) -> Mapping[int, Sequence[Hours]]:
    found: dict[int, list[Hours]] = defaultdict(list)
    for weekday, starts, ends, price_pct in rows:
        found[weekday].append(Hours(time.fromisoformat(starts), time.fromisoformat(ends), price_pct))
    return found
