"""Reading machines, always as somebody: a factory sees its own, everybody else sees none."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.market import expired_holds
from marketplace.capacity.models import (
    CalendarException,
    CalendarFeed,
    CapacityWindow,
    Equipment,
    TakenTime,
)
from marketplace.common.clock import real_now
from marketplace.common.errors import NotFound
from marketplace.common.hashing import hash_token


def own_machines(*, viewer: Viewer) -> QuerySet[Equipment]:
    """The viewer's machines, by own number. Nothing for a visitor, a buyer or a coordinator."""
    if not viewer.is_factory or viewer.enterprise_id is None:
        return Equipment.objects.none()
    return (
        Equipment.objects.filter(enterprise_id=viewer.enterprise_id)
        .select_related("enterprise", "site", "device")
        .order_by("own_number", "id")
    )


def own_machine(*, viewer: Viewer, machine: str) -> Equipment:
    """The machine with this public id; `NotFound` for a foreign one as for one that does not exist."""
    found = own_machines(viewer=viewer).filter(public_id=machine).first()
    if found is None:
        raise NotFound(_("There is no such machine."))
    return found


def machine_details(*, viewer: Viewer, machine: str) -> Equipment:
    """As `own_machine`, with capabilities, rates, week and exceptions loaded (five queries)."""
    found = machines_with_details(viewer=viewer).filter(public_id=machine).first()
    if found is None:
        raise NotFound(_("There is no such machine."))
    return found


def machines_with_details(*, viewer: Viewer) -> QuerySet[Equipment]:
    """The viewer's machines with capabilities, rates, week and exceptions loaded."""
    return own_machines(viewer=viewer).prefetch_related(
        "capabilities",
        "rates",
        "weekly_hours",
        Prefetch("exceptions", CalendarException.objects.order_by("on")),
    )


def taken_time(
    *, machine: Equipment, starts_at: datetime, ends_at: datetime, kinds: Collection[str] = ()
) -> QuerySet[TakenTime]:
    """What of the machine's time in [starts_at, ends_at) is taken, expired holds left out; `kinds` empty: any."""
    rows = TakenTime.objects.filter(equipment=machine, period__overlap=(starts_at, ends_at))
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return rows.exclude(expired_holds(at=real_now())).select_related("created_by").order_by("period")


def offered_windows(*, machine: Equipment, since: datetime) -> QuerySet[CapacityWindow]:
    """Time the machine offers beside its week that ends after `since`."""
    return CapacityWindow.objects.filter(equipment=machine, period__endswith__gt=since).order_by("period")


def feeds_of(*, viewer: Viewer) -> QuerySet[CalendarFeed]:
    """The living calendars of the viewer's factory: of all machines, and of one each."""
    if not viewer.is_factory or viewer.enterprise_id is None:
        return CalendarFeed.objects.none()
    return CalendarFeed.objects.filter(enterprise_id=viewer.enterprise_id, revoked_at=None)


def feed_by_token(token: str) -> CalendarFeed:
    """The living calendar at this secret address; `NotFound` for any other."""
    living = CalendarFeed.objects.filter(token_hash=hash_token(token), revoked_at=None)
    found = living.select_related("enterprise", "equipment").first()
    if found is None:
        raise NotFound(_("There is no such calendar."))
    return found


def machines_of_feed(feed: CalendarFeed) -> QuerySet[Equipment]:
    """The machine, or all machines of the enterprise, by own number."""
    machines = Equipment.objects.filter(enterprise_id=feed.enterprise_id).select_related("site")
    if feed.equipment_id is not None:
        machines = machines.filter(pk=feed.equipment_id)
    return machines.order_by("own_number", "id")


def taken_of_machines(ids: Collection[int], *, starts_at: datetime, ends_at: datetime) -> QuerySet[TakenTime]:
    """What of the machines' time in [starts_at, ends_at) is taken, expired holds left out."""
    rows = TakenTime.objects.filter(equipment_id__in=ids, period__overlap=(starts_at, ends_at))
    return rows.exclude(expired_holds(at=real_now())).order_by("equipment_id", "period")
