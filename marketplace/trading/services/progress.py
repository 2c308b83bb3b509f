"""An order runs when its first booked run has begun and is done when its last piece has arrived."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Min

from marketplace.orders.models import Order
from marketplace.orders.services import change_status
from marketplace.trading.models import Deal, Run


def follow_clock(*, now: datetime) -> int:
    """Move placed and running orders on by the business clock; returns how many changed."""
    moved = 0
    living = Deal.objects.filter(
        status=Deal.Status.AGREED, order__status__in=[Order.Status.PLACED, Order.Status.RUNNING]
    )
    for order_id in living.values_list("order_id", flat=True).order_by("order_id"):
        moved += _follow(order_id, now=now)
    return moved


@transaction.atomic
def _follow(order_id: int, *, now: datetime) -> bool:
    order = Order.objects.select_for_update().get(pk=order_id)
    deal = Deal.objects.get(order=order, status=Deal.Status.AGREED)
    begins = Run.objects.filter(package__deal=deal, status=Run.Status.BOOKED).aggregate(at=Min("starts_at"))[
        "at"
    ]
    ends = deal.legs.aggregate(at=Max("arrives_at"))["at"]
    if order.status == Order.Status.PLACED and begins is not None and now >= begins:
        change_status(order=order, to=Order.Status.RUNNING)
        return True
    if order.status == Order.Status.RUNNING and ends is not None and now >= ends:
        change_status(order=order, to=Order.Status.DONE)
        return True
    return False
