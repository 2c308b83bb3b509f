"""Work of orders that are over: what still stands open is closed, so that no machine is asked for it any more."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.orders.models import Order
from marketplace.production.models import WorkOrder
from marketplace.production.services.counting import count_locked
from marketplace.production.services.ending import close
from marketplace.production.services.starting import locked

OVER = (Order.Status.DONE, Order.Status.CANCELLED)


def close_what_is_over(*, now: datetime, real_now: datetime) -> int:
    """Close the open work of orders that are done or cancelled, counted to the last; returns how many.

    Work that was begun ends short of what was wanted, work that was not is cancelled.
    """
    left = WorkOrder.objects.filter(status__in=WorkOrder.LIVING, order__status__in=OVER)
    keys = list(left.order_by("pk").values_list("pk", flat=True))
    return sum(_close(key, now=now, real_now=real_now) for key in keys)


@transaction.atomic
def _close(work_order_id: int, *, now: datetime, real_now: datetime) -> bool:
    work_order = locked(work_order_id)
    count_locked(work_order, now=now, real_now=real_now)
    if work_order.is_closed:
        return False
    ends_as = WorkOrder.Status.CANCELLED if work_order.started_at is None else WorkOrder.Status.SHORT
    close(work_order, status=ends_as, at=now, reason=_("The order is over."))
    return True
