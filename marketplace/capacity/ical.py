"""A calendar for other programs (RFC 5545): what the machines offer, and what they are held, booked and used for.

Every moment is in UTC, which every program shows by its reader's clock. The same time has the same UID whenever it
is asked for: taken time that of its row, offered time that of its machine and start, cut at Mondays so that it does
not depend on the day of asking. What is said is what the owner sees on the machine's page.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta

from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from marketplace.capacity.hours import FULL_PRICE_PCT
from marketplace.capacity.market import offered_periods, taken_spans
from marketplace.capacity.models import CalendarFeed, Equipment, TakenTime
from marketplace.capacity.periods import Priced, clipped, subtracted
from marketplace.capacity.selectors import machines_of_feed, taken_of_machines

WEEK = timedelta(weeks=1)
WEEKS_BACK = 1
WEEKS_AHEAD = 8
PRODUCT = "-//Muster//Machine time//EN"
REFRESH = timedelta(minutes=30)


def calendar_of(feed: CalendarFeed, *, now: datetime) -> bytes:
    """From the Monday (UTC) of last week, nine weeks. The same bytes as long as nothing changed."""
    machines = list(machines_of_feed(feed))
    starts_at = _monday(now) - WEEKS_BACK * WEEK
    ends_at = _monday(now) + WEEKS_AHEAD * WEEK
    with translation.override(feed.language):
        calendar = _empty(feed, machines)
        for event in _events(machines, starts_at=starts_at, ends_at=ends_at):
            calendar.add_component(event)
    data: bytes = calendar.to_ical()
    return data


def _empty(feed: CalendarFeed, machines: Sequence[Equipment]) -> Calendar:
    calendar = Calendar()
    name = feed.equipment.name if feed.equipment else feed.enterprise.name
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    if machines:
        calendar.add("x-wr-timezone", machines[0].site.time_zone)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT30M")
    return calendar


def _events(machines: Sequence[Equipment], *, starts_at: datetime, ends_at: datetime) -> Iterator[Event]:
    by_id = {machine.pk: machine for machine in machines}
    for row in taken_of_machines(by_id, starts_at=starts_at, ends_at=ends_at):
        yield _taken(row, by_id[row.equipment_id])
    offered = offered_periods(by_id, starts_at=starts_at, ends_at=ends_at, listed_only=True)
    spans = taken_spans(by_id, starts_at=starts_at, ends_at=ends_at)
    for machine in machines:
        free = subtracted(offered.get(machine.pk, []), spans.get(machine.pk, []))
        for period in _by_week(free, starts_at=starts_at, ends_at=ends_at):
            yield _offered(period, machine)


def _taken(row: TakenTime, machine: Equipment) -> Event:
    name = " · ".join(part for part in (row.own_reference, row.title) if part)
    event = _event(
        uid=f"{row.public_id}@muster",
        stamp=row.created_at,
        machine=machine,
        what=f"{row.get_kind_display()} {name}".strip(),
    )
    event.add("dtstart", row.period.lower.astimezone(UTC))
    event.add("dtend", row.period.upper.astimezone(UTC))
    event.add("status", "TENTATIVE" if row.kind == TakenTime.Kind.HOLD else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("categories", [str(row.get_kind_display())])
    return event


def _offered(period: Priced, machine: Equipment) -> Event:
    is_full = period.price_pct == FULL_PRICE_PCT
    what = _("for sale") if is_full else _("for sale at %(pct)s %% of the price") % {"pct": period.price_pct}
    starts_at = period.starts_at.astimezone(UTC)
    event = _event(
        uid=f"{machine.public_id}-{starts_at:%Y%m%dT%H%M%SZ}@muster",
        stamp=machine.created_at,
        machine=machine,
        what=what,
    )
    event.add("dtstart", starts_at)
    event.add("dtend", period.ends_at.astimezone(UTC))
    event.add("transp", "TRANSPARENT")
    event.add("categories", [_("for sale")])
    return event


def _event(*, uid: str, stamp: datetime, machine: Equipment, what: str) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", stamp.astimezone(UTC).replace(microsecond=0))
    event.add("summary", f"{machine.name}: {what}")
    event.add("location", machine.site.name)
    return event


def _by_week(periods: Iterable[Priced], *, starts_at: datetime, ends_at: datetime) -> Iterator[Priced]:
    found = list(periods)
    while starts_at < ends_at:
        yield from clipped(found, starts_at=starts_at, ends_at=starts_at + WEEK)
        starts_at += WEEK


def _monday(at: datetime) -> datetime:
    day = at.astimezone(UTC).date()
    return datetime.combine(day - timedelta(days=day.weekday()), time(0), tzinfo=UTC)
