"""Ends: of a stint, of a stop, of a work order. Callers hold the work order's row."""

from datetime import datetime

from django.db.models import F
from django.db.models.functions import Greatest

from marketplace.common.jobs import start_after_commit
from marketplace.common.live import push_after_commit
from marketplace.production.models import Stint, Stop, WorkOrder

GOODS_READY = "delivery.goods_ready"


def end_stint(work_order: WorkOrder, *, at: datetime) -> None:
    """It is off its machine from `at`; a stint that would end before it began is empty."""
    open_ones = Stint.objects.filter(work_order=work_order, ends_at=None)
    open_ones.update(ends_at=Greatest(F("starts_at"), at))


def end_stop(work_order: WorkOrder, *, at: datetime) -> None:
    Stop.objects.filter(work_order=work_order, ends_at=None).update(ends_at=Greatest(F("starts_at"), at))


def close(work_order: WorkOrder, *, status: str, at: datetime, reason: str = "") -> None:
    """Nothing more is made for it. Its goods may be sent: delivery is nudged."""
    end_stint(work_order, at=at)
    end_stop(work_order, at=at)
    work_order.status, work_order.closed_at, work_order.reason = status, at, reason
    work_order.save(update_fields=["status", "closed_at", "reason"])
    announce(work_order)
    if status != WorkOrder.Status.CANCELLED:
        start_after_commit(GOODS_READY, work_order.order.public_id)


def finish_if_made(work_order: WorkOrder, *, now: datetime) -> None:
    """After its sums have grown: all that is wanted is there, or pages look again."""
    if work_order.remaining == 0 and work_order.status != WorkOrder.Status.FINISHED:
        close(work_order, status=WorkOrder.Status.FINISHED, at=work_order.closed_at or now)
    else:
        announce(work_order)


def announce(work_order: WorkOrder) -> None:
    """Pages of the buyer and of the factory look again."""
    factory = work_order.equipment.enterprise.public_id
    push_after_commit(f"order:{work_order.order.public_id}", f"enterprise:{factory}")
