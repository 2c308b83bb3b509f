"""What can never be true of a promise: that it was moved, and its buyer has nothing of it in writing."""

from django.db.models import Max

from marketplace.capacity.working_days import after_working_days
from marketplace.common import clock
from marketplace.orders.buyer_zone import buyer_country, buyer_zone
from marketplace.trading.delays import IN_WORK, promise_before
from marketplace.trading.models import Deal, Disturbance


def delays_not_confirmed() -> list[str]:
    """Of orders in work: a later date was committed more than a working day ago, and no notice names it."""
    newest = (
        Disturbance.objects.filter(status=Disturbance.Status.COMMITTED, deal__status=Deal.Status.AGREED)
        .filter(deal__order__status__in=IN_WORK)
        .order_by()
        .values("deal")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    found = Disturbance.objects.filter(pk__in=newest).select_related("deal__order__buyer").order_by("pk")
    return [
        f"{one.public_id}: a delay of {one.deal.public_id} was never confirmed in writing"
        for one in found
        if promise_before(one) < one.deal.promised_at and _is_late(one) and not _is_written(one)
    ]


def _is_late(one: Disturbance) -> bool:
    assert one.ended_at is not None
    order = one.deal.order
    due_at = after_working_days(one.ended_at, 1, country=buyer_country(order), zone=buyer_zone(order))
    return due_at < clock.now()


def _is_written(one: Disturbance) -> bool:
    return one.deal.delay_notices.filter(arrives_at=one.deal.promised_at).exists()
