"""Whether the promise of an agreed deal holds: what is known by now, and what of it the buyer has not in writing yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from marketplace.orders.models import Order
from marketplace.planning.models import PlanRun
from marketplace.trading.models import Deal, DelayNotice, Disturbance
from marketplace.trading.told import goods_of

PATIENCE = timedelta(hours=4)  # business time for a re-plan to say the new date, before it "follows"
IN_WORK = (Order.Status.PLACED, Order.Status.RUNNING)
PLANNING = (PlanRun.Status.QUEUED, PlanRun.Status.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """To be confirmed: `arrives_at` None where the new date follows, `agreed_at` where the agreed one holds again."""

    agreed_at: datetime
    arrives_at: datetime | None
    noticed_at: datetime
    because: Disturbance | None  # none: the agreed date has passed


def deals_to_look_at(*, now: datetime) -> QuerySet[Deal]:
    """Agreed deals in work that something has disturbed, or whose promise is over."""
    disturbed = Disturbance.objects.filter(deal=OuterRef("pk"))
    return Deal.objects.filter(
        Exists(disturbed) | Q(promised_at__lt=now), status=Deal.Status.AGREED, order__status__in=IN_WORK
    )


def unconfirmed(deal: Deal, *, now: datetime) -> Delay | None:
    """What is to be said to the buyer in writing now; None where it has been, or nothing is known yet."""
    last = deal.delay_notices.order_by("number").last()
    known = _known(deal, last=last, now=now)
    if known is None:
        return None
    written = known.agreed_at if last is None else last.arrives_at
    holds = known.arrives_at is not None and known.arrives_at <= known.agreed_at
    is_no_news = holds and (last is None or not last.is_delay)
    return None if is_no_news or known.arrives_at == written else known


def _known(deal: Deal, *, last: DelayNotice | None, now: datetime) -> Delay | None:
    living = list(deal.disturbances.filter(status__in=Disturbance.LIVING).order_by("pk"))
    if living:
        return _of_living(deal, living, last=last, now=now)
    ended = deal.disturbances.order_by("ended_at", "pk").last()
    if deal.promised_at < now:
        return _of_overdue(deal)
    if ended is None or ended.status == Disturbance.Status.DISMISSED:
        return None
    if ended.status == Disturbance.Status.OVER:
        return Delay(
            agreed_at=deal.promised_at, arrives_at=deal.promised_at, noticed_at=_ended(ended), because=ended
        )
    before = promise_before(ended)
    agreed_at = before if last is None or last.issued_at < _ended(ended) else deal.promised_at
    return Delay(
        agreed_at=agreed_at,
        arrives_at=max(agreed_at, deal.promised_at),
        noticed_at=_ended(ended),
        because=ended,
    )


def _of_living(
    deal: Deal, living: list[Disturbance], *, last: DelayNotice | None, now: datetime
) -> Delay | None:
    """The date of the proposed change; that it follows where none was found, or work gave way, or it takes long."""
    oldest, newest = living[0], living[-1]
    plan = newest.plan_run
    if deal.proposed_run is not None and deal.proposed_run.arrives_at is not None:
        arrives_at: datetime | None = max(deal.promised_at, deal.proposed_run.arrives_at)
    else:
        is_planning = plan is not None and (plan.status in PLANNING or plan.arrives_at is not None)
        has_given_way = any(one.kind == Disturbance.Kind.DISPLACED for one in living)
        is_long = now - oldest.noticed_at >= PATIENCE
        if is_planning and (last is not None or not (has_given_way or is_long)):
            return None
        arrives_at = None
    because = next((one for one in living if one.kind == Disturbance.Kind.DISPLACED), oldest)
    return Delay(
        agreed_at=deal.promised_at, arrives_at=arrives_at, noticed_at=oldest.noticed_at, because=because
    )


def _of_overdue(deal: Deal) -> Delay | None:
    """The promise is over and places still wait for goods that nobody has sent."""
    if not any(goods_of(deal.order_id).open.values()):
        return None
    return Delay(agreed_at=deal.promised_at, arrives_at=None, noticed_at=deal.promised_at, because=None)


def promise_before(found: Disturbance) -> datetime:
    """The promise as it stood when the disturbance was noticed."""
    kept = found.facts.get("promised_at")
    return datetime.fromisoformat(kept) if kept else found.deal.promised_at


def _ended(found: Disturbance) -> datetime:
    assert found.ended_at is not None  # a constraint holds it
    return found.ended_at
