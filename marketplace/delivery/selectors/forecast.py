"""One moment for when an order will be complete, and why: its last arrival, moved by the lateness there is so far.

Lateness flows with the goods: work that ends late delays what leaves its site after its planned end; a shipment that
leaves or travels late delays what leaves the site it goes to after its planned arrival. Slack in the plan is not
counted on, so the moment is rather late than early; a day before the end it is as good as the plan.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Max
from django.utils.translation import gettext as _

from marketplace.accounts.places import place_name
from marketplace.common.show.times import duration_text
from marketplace.delivery.models import Shipment
from marketplace.delivery.selectors.shipments import OPEN
from marketplace.orders.models import Order
from marketplace.production.selectors import Forecast as WorkForecast
from marketplace.production.selectors import forecast as work_forecast
from marketplace.trading.models import Deal

S = Shipment.Status
WORTH_TELLING = timedelta(minutes=30)  # less is no lateness


class Cause(StrEnum):
    WORK = "work"  # of a factory
    LEAVES = "leaves"  # a shipment leaves late
    WAY = "way"  # a shipment travels late


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """How much later than planned, and what is late (None: nothing is); said in words only where it is asked for."""

    by: timedelta = timedelta(0)
    cause: Cause | None = None
    place: str = ""  # the name of the factory, or the city it leaves in English
    step: str = ""

    def or_more(self, other: "Delay") -> "Delay":
        return other if other.by > self.by else self

    @property
    def because(self) -> str:
        late = duration_text(self.by)
        if self.cause == Cause.WORK:
            words = {"step": self.step, "factory": self.place, "late": late}
            return _("%(step)s at %(factory)s is %(late)s behind") % words
        words = {"city": place_name(self.place), "late": late}
        if self.cause == Cause.LEAVES:
            return _("a shipment from %(city)s leaves %(late)s late") % words
        return _("the way from %(city)s takes %(late)s longer") % words if self.cause else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A `Shipment` that is not received yet, as far as its moments go; `city` is the one it leaves, in English."""

    pk: int
    city: str
    from_site_id: int
    to_site_id: int | None
    departs_at: datetime
    arrives_at: datetime
    dispatched_at: datetime | None
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`complete_at` is None before a plan is agreed; when the order is done it is when its last piece came."""

    complete_at: datetime | None
    reason: str
    is_over: bool = False
    is_late: bool = False  # later than the order is due


def forecast(order: Order, *, now: datetime) -> Forecast:
    """At most six queries. The caller has shown that the order is the viewer's."""
    if order.status == Order.Status.DONE:
        received = Shipment.objects.filter(order=order).exclude(status=S.CANCELLED)
        last = received.aggregate(at=Max("received_at"))["at"]
        return Forecast(complete_at=last, reason=_("All pieces are accounted for."), is_over=True)
    if order.status not in {Order.Status.PLACED, Order.Status.RUNNING}:
        return Forecast(complete_at=None, reason=_("No plan is agreed yet."))
    promised = (
        Deal.objects.filter(order=order)
        .exclude(status=Deal.Status.FAILED)
        .aggregate(at=Max("promised_at"))["at"]
    )
    return _forecast(
        _trips_of(order), work_forecast(order.pk, now=now), promised=promised, due=order.due_at, now=now
    )


def _trips_of(order: Order) -> list[Trip]:
    """Those that are not received yet: what is there delays nothing more."""
    names = tuple(field.name for field in fields(Trip))
    columns = tuple("from_site__city" if name == "city" else name for name in names)
    found = Shipment.objects.filter(order=order, status__in=OPEN).order_by("departs_at", "id")
    return [Trip(**dict(zip(names, row, strict=True))) for row in found.values_list(*columns)]


def _forecast(
    trips: list[Trip],
    work: list[WorkForecast],
    *,
    promised: datetime | None,
    due: datetime,
    now: datetime,
) -> Forecast:
    delays = delays_of(trips, work, now=now)
    to_drops = [one for one in trips if one.to_site_id is None]
    expected = [(max(now, one.arrives_at + delays[one.pk].by), delays[one.pk]) for one in to_drops]
    if not expected and promised is not None:
        worst = _worst(work)
        expected = [(max(now, promised + worst.by), worst)]
    if not expected:
        return Forecast(complete_at=None, reason=_("No delivery is planned yet."))
    at, delay = max(expected, key=lambda one: one[0])
    return Forecast(complete_at=at, reason=_reason(delay, is_late=at > due), is_late=at > due)


def delays_of(trips: Iterable[Trip], work: Iterable[WorkForecast], *, now: datetime) -> dict[int, Delay]:
    """By key of the shipment: how much later than planned it arrives. Pure."""
    moments: list[tuple[datetime, int, WorkForecast | Trip]] = [(one.work.ends_at, 0, one) for one in work]
    for trip in trips:
        moments.append((trip.arrives_at, 1, trip))
        moments.append((trip.departs_at, 2, trip))
    sites: dict[int, Delay] = {}
    found: dict[int, Delay] = {}
    for _at, kind, what in sorted(moments, key=lambda moment: moment[:2]):
        if isinstance(what, WorkForecast):
            site = what.work.site_id
            sites[site] = sites.get(site, Delay()).or_more(_delay_of_work(what))
        elif kind == 2:  # it leaves
            found[what.pk] = _delay_of(what, site=sites.get(what.from_site_id, Delay()), now=now)
        elif what.to_site_id is not None:
            sites[what.to_site_id] = sites.get(what.to_site_id, Delay()).or_more(found[what.pk])
    return found


def _delay_of_work(one: WorkForecast) -> Delay:
    work = one.work
    by = one.finishes_at - work.ends_at
    if work.remaining <= 0 or by < WORTH_TELLING:
        return Delay()
    return Delay(by=by, cause=Cause.WORK, step=work.operation, place=work.enterprise)


def _delay_of(trip: Trip, *, site: Delay, now: datetime) -> Delay:
    """What has left travels as long as planned; what has not leaves now at the earliest."""
    on_way = trip.arrives_at - trip.departs_at
    if trip.dispatched_at is not None:
        at = max(now if trip.arrived_at is None else trip.arrived_at, trip.dispatched_at + on_way)
        return _way_delay(trip, at - trip.arrives_at, Cause.WAY)
    return site.or_more(_way_delay(trip, now - trip.departs_at, Cause.LEAVES))


def _way_delay(trip: Trip, by: timedelta, cause: Cause) -> Delay:
    return Delay() if by < WORTH_TELLING else Delay(by=by, cause=cause, place=trip.city)


def _worst(work: Iterable[WorkForecast]) -> Delay:
    worst = Delay()
    for one in work:
        worst = worst.or_more(_delay_of_work(one))
    return worst


def _reason(delay: Delay, *, is_late: bool) -> str:
    if delay.cause is None and is_late:
        return _("Everything goes as agreed last, which is later than the due date.")
    if delay.cause is None:
        return _("Everything goes as planned.")
    return _("Because %(because)s.") % {"because": delay.because}
