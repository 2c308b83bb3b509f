"""One moment for when an order will be complete, and why: its last arrival, moved by the lateness there is so far.

Lateness flows with the goods: work that ends late delays what leaves its site after its planned end; a shipment that
leaves or travels late delays what leaves the site it goes to after its planned arrival. Slack in the plan is not
counted on, so the moment is rather late than early; a day before the end it is as good as the plan.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils.translation import gettext as _

from marketplace.accounts.places import place_name
from marketplace.common.show.times import duration_text
from marketplace.delivery.models import Shipment
from marketplace.orders.models import Order
from marketplace.production.selectors import Forecast as WorkForecast
from marketplace.production.selectors import forecast as work_forecast
from marketplace.trading.models import Deal

S = Shipment.Status
WORTH_TELLING = timedelta(minutes=30)  # less is no lateness


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """How much later than planned, and what is late in words (empty: nothing is)."""

    by: timedelta = timedelta(0)
    because: str = ""

    def or_more(self, other: "Delay") -> "Delay":
        return other if other.by > self.by else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`complete_at` is None before a plan is agreed; when the order is done it is when its last piece came."""

    complete_at: datetime | None
    reason: str
    is_over: bool = False
    is_late: bool = False  # later than the order is due


def forecast(order: Order, *, now: datetime) -> Forecast:
    """Seven queries. The caller has shown that the order is the viewer's."""
    shipments = list(
        Shipment.objects.filter(order=order)
        .exclude(status=S.CANCELLED)
        .select_related("from_site", "to_site", "to_drop")
        .order_by("departs_at", "id")
    )
    if order.status == Order.Status.DONE:
        last = max((one.received_at for one in shipments if one.received_at), default=None)
        return Forecast(complete_at=last, reason=_("All pieces are accounted for."), is_over=True)
    if order.status not in {Order.Status.PLACED, Order.Status.RUNNING}:
        return Forecast(complete_at=None, reason=_("No plan is agreed yet."))
    work = work_forecast(order.pk, now=now)
    promised = (
        Deal.objects.filter(order=order)
        .exclude(status=Deal.Status.FAILED)
        .aggregate(at=Max("promised_at"))["at"]
    )
    return _forecast(shipments, work, promised=promised, due=order.due_at, now=now)


def _forecast(
    shipments: list[Shipment],
    work: list[WorkForecast],
    *,
    promised: datetime | None,
    due: datetime,
    now: datetime,
) -> Forecast:
    delays = delays_of(shipments, work, now=now)
    to_drops = [one for one in shipments if one.to_drop_id is not None and one.status != S.RECEIVED]
    best: tuple[datetime, Delay] | None = None
    for one in to_drops:
        delay = delays[one.pk]
        expected = max(now, one.arrives_at + delay.by)
        if best is None or expected > best[0]:
            best = expected, delay
    if best is None:
        worst = _worst(work)
        at = max(now, promised + worst.by) if promised is not None else None
        best = (at, worst) if at is not None else None
    if best is None:
        return Forecast(complete_at=None, reason=_("No delivery is planned yet."))
    at, delay = best
    return Forecast(complete_at=at, reason=_reason(delay), is_late=at > due)


def delays_of(
    shipments: Iterable[Shipment], work: Iterable[WorkForecast], *, now: datetime
) -> dict[int, Delay]:
    """By key of the shipment: how much later than planned it arrives. Pure."""
    shipments = list(shipments)
    moments: list[tuple[datetime, int, object]] = []
    for one in work:
        moments.append((one.work_order.run.ends_at, 0, one))
    for shipment in shipments:
        moments.append((shipment.arrives_at, 1, shipment))
        moments.append((shipment.departs_at, 2, shipment))
    sites: dict[int, Delay] = {}
    found: dict[int, Delay] = {}
    for _at, kind, what in sorted(moments, key=lambda moment: moment[:2]):
        if isinstance(what, WorkForecast):
            site = what.work_order.equipment.site_id
            sites[site] = sites.get(site, Delay()).or_more(_delay_of_work(what))
        elif isinstance(what, Shipment) and kind == 2:  # it leaves
            found[what.pk] = _delay_of(what, site=sites.get(what.from_site_id, Delay()), now=now)
        elif isinstance(what, Shipment) and what.to_site_id is not None and what.status != S.RECEIVED:
            sites[what.to_site_id] = sites.get(what.to_site_id, Delay()).or_more(found[what.pk])
    return found


def _delay_of_work(one: WorkForecast) -> Delay:
    if one.work_order.is_closed or one.work_order.remaining <= 0:
        return Delay()
    run = one.work_order.run
    by = one.finishes_at - run.ends_at
    if by < WORTH_TELLING:
        return Delay()
    words = {"step": run.operation.name, "factory": run.package.label, "late": duration_text(by)}
    return Delay(by=by, because=_("%(step)s at factory %(factory)s is %(late)s behind") % words)


def _delay_of(shipment: Shipment, *, site: Delay, now: datetime) -> Delay:
    """What has left travels as long as planned; what has not leaves now at the earliest."""
    if shipment.status == S.RECEIVED:
        return Delay()
    on_way = shipment.arrives_at - shipment.departs_at
    if shipment.dispatched_at is not None:
        by = max(now if shipment.arrived_at is None else shipment.arrived_at, shipment.dispatched_at + on_way)
        return _way_delay(
            shipment, by - shipment.arrives_at, _("the way from %(city)s takes %(late)s longer")
        )
    own = _way_delay(shipment, now - shipment.departs_at, _("a shipment from %(city)s leaves %(late)s late"))
    return site.or_more(own)


def _way_delay(shipment: Shipment, by: timedelta, sentence: str) -> Delay:
    if by < WORTH_TELLING:
        return Delay()
    words = {"city": place_name(shipment.from_site.city), "late": duration_text(by)}
    return Delay(by=by, because=sentence % words)


def _worst(work: Iterable[WorkForecast]) -> Delay:
    worst = Delay()
    for one in work:
        worst = worst.or_more(_delay_of_work(one))
    return worst


def _reason(delay: Delay) -> str:
    if not delay.because:
        return _("Everything goes as planned.")
    return _("Because %(because)s.") % {"because": delay.because}
