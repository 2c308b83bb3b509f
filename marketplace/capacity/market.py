"""What the planner may know of machines: those offered on the network and the time they still sell.

Not for people: a factory never sees another's machines, a buyer sees none. The pages and the API read
`marketplace.capacity.selectors`.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from marketplace.accounts.models import Enterprise
from marketplace.capacity.hours import FULL_PRICE_PCT, Calendar, Hours
from marketplace.capacity.models import (
    CalendarException,
    CapacityWindow,
    Equipment,
    TakenTime,
    WeeklyHours,
)
from marketplace.capacity.periods import Priced, Span, clipped, covered, merged, subtracted
from marketplace.common.clock import real_now


@dataclass(frozen=True, slots=True)
class SellableWindow:
    """Time a machine sells, [starts_at, ends_at) in UTC, at `price_pct` of its price."""

    starts_at: datetime
    ends_at: datetime
    price_pct: int


def listed_equipment(
    *,
    verified_only: bool = False,
    regions: Collection[str] = (),
    processes: Collection[str] = (),
) -> QuerySet[Equipment]:
    """Machines offered on the network, with enterprise, site, device, capabilities and rates loaded, by id.

    Empty `regions` or `processes` mean any. A machine whose enterprise was rejected is never listed.
    """
    machines = Equipment.objects.filter(is_listed=True).exclude(
        enterprise__verification=Enterprise.Verification.REJECTED
    )
    if verified_only:
        machines = machines.filter(enterprise__verification=Enterprise.Verification.VERIFIED)
    if regions:
        machines = machines.filter(site__region__in=regions)
    if processes:
        machines = machines.filter(capabilities__process__in=processes).distinct()
    return (
        machines.select_related("enterprise", "site", "device")
        .prefetch_related("capabilities", "rates")
        .order_by("id")
    )


def equipment_named(public_ids: Collection[str]) -> list[Equipment]:
    """Machines by public id, listed or not, loaded as `listed_equipment`: those that have work already."""
    return list(
        Equipment.objects.filter(public_id__in=public_ids)
        .select_related("enterprise", "site", "device")
        .prefetch_related("capabilities", "rates")
        .order_by("id")
    )


def sellable_windows(
    *,
    equipment_ids: Collection[int],
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    freed: Collection[str] = (),
) -> dict[int, list[SellableWindow]]:
    """For each machine what it still sells in [starts_at, ends_at), never before `now`; empty lists included.

    A machine that is not offered on the network sells nothing.
    Weekly hours in the site's zone, without holidays, with exceptions; explicit windows over them (their price
    holds); less all taken time but expired holds. Sorted, disjoint; touching ones differ in price.
    What is taken under a reference in `freed` counts as free. Five queries, whatever the number of machines.
    `now` is business time; holds expire in real time.
    """
    starts_at = max(starts_at, now)
    ids = list(equipment_ids)
    if starts_at >= ends_at:
        return {one: [] for one in ids}
    offered = offered_periods(ids, starts_at=starts_at, ends_at=ends_at, listed_only=True)
    taken = taken_spans(ids, starts_at=starts_at, ends_at=ends_at, freed=freed)
    return {
        one: [SellableWindow(*period) for period in subtracted(offered.get(one, []), taken.get(one, []))]
        for one in ids
    }


def offered_periods(
    ids: Collection[int], *, starts_at: datetime, ends_at: datetime, listed_only: bool = False
) -> dict[int, list[Priced]]:
    """What the machines offer in [starts_at, ends_at), taken or not, on the network or (unless `listed_only`) not yet.

    Four queries. Sorted, disjoint, clipped.
    """
    windows = _explicit_windows(ids, starts_at=starts_at, ends_at=ends_at)
    found: dict[int, list[Priced]] = {}
    for one, calendar in _calendars(ids, listed_only=listed_only).items():
        weekly = calendar.offered(starts_at=starts_at, ends_at=ends_at)
        offered = covered(below=weekly, above=windows.get(one, []))
        found[one] = clipped(offered, starts_at=starts_at, ends_at=ends_at)
    return found


def taken_spans(
    ids: Collection[int], *, starts_at: datetime, ends_at: datetime, freed: Collection[str] = ()
) -> dict[int, list[Span]]:
    """What of [starts_at, ends_at) is taken on the machines, expired holds left out: sorted, disjoint, not clipped."""
    rows = (
        TakenTime.objects.filter(equipment_id__in=ids, period__overlap=(starts_at, ends_at))
        .exclude(expired_holds(at=real_now()))
        .exclude(reference__in=set(freed) - {""})
        .values_list("equipment_id", "period")
        .order_by("equipment_id", "period")
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for equipment_id, period in rows:
        found[equipment_id].append((period.lower, period.upper))
    return found


def expired_holds(*, at: datetime) -> Q:
    """Holds that stand for nothing any more at the real time `at`."""
    return Q(kind=TakenTime.Kind.HOLD, expires_at__lte=at)


def _calendars(ids: Collection[int], *, listed_only: bool) -> dict[int, Calendar]:
    machines = Equipment.objects.filter(id__in=ids)
    if listed_only:
        machines = machines.filter(is_listed=True)
    week: dict[int, dict[int, list[Hours]]] = defaultdict(lambda: defaultdict(list))
    for equipment_id, weekday, starts, ends, price_pct in WeeklyHours.objects.filter(
        equipment_id__in=ids
    ).values_list("equipment_id", "weekday", "starts", "ends", "price_pct"):
        week[equipment_id][weekday].append(Hours(starts, ends, price_pct))
    exceptions: dict[int, dict[date, Hours | None]] = defaultdict(dict)
    for row in CalendarException.objects.filter(equipment_id__in=ids):
        exceptions[row.equipment_id][row.on] = exception_hours(row)
    return {
        equipment_id: Calendar(
            zone=zone,
            week=week.get(equipment_id, {}),
            exceptions=exceptions.get(equipment_id, {}),
            holidays_of=country if observes_holidays else "",
        )
        for equipment_id, zone, country, observes_holidays in machines.values_list(
            "id", "site__time_zone", "site__country", "observes_holidays"
        )
    }


def exception_hours(row: CalendarException) -> Hours | None:
    """The hours of an exceptional day; None is closed."""
    if row.is_closed or row.starts is None or row.ends is None:
        return None
    return Hours(row.starts, row.ends, FULL_PRICE_PCT)


def _explicit_windows(
    ids: Collection[int], *, starts_at: datetime, ends_at: datetime
) -> dict[int, list[Priced]]:
    rows = CapacityWindow.objects.filter(
        equipment_id__in=ids, period__overlap=(starts_at, ends_at)
    ).values_list("equipment_id", "period", "price_pct")
    found: dict[int, list[Priced]] = defaultdict(list)
    for equipment_id, period, price_pct in rows:
        found[equipment_id].append(Priced(period.lower, period.upper, price_pct))
    return {one: merged(periods) for one, periods in found.items()}
