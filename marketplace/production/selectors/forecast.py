"""When work will be done, going by its pace so far, or by its plan where there is no pace yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Min

from marketplace.production.models import Stint, WorkOrder
from marketplace.production.selectors.account import work_of_order

LEAST_SHARE = 20  # a twentieth of the work must be done before its pace says more than its plan
FURTHEST = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`finishes_at` is business time; for closed work it is when it was closed."""

    work_order: WorkOrder
    finishes_at: datetime


def forecast(order_id: int, *, now: datetime) -> list[Forecast]:
    """For each work order that is not cancelled, in the order of the routing. Three queries."""
    work = [one for one in work_of_order(order_id) if one.status != WorkOrder.Status.CANCELLED]
    spans = _spans(order_id)
    return [Forecast(work_order=one, finishes_at=_finish(one, spans=spans, now=now)) for one in work]


def _finish(
    work_order: WorkOrder, *, spans: Mapping[int, tuple[datetime, datetime | None]], now: datetime
) -> datetime:
    if work_order.closed_at is not None:
        return work_order.closed_at
    run = work_order.run
    planned = run.ends_at - run.starts_at
    if work_order.pk not in spans:
        return max(now, run.starts_at) + planned
    begun, left_at = spans[work_order.pk]
    rest = work_order.remaining / work_order.quantity
    if work_order.good * LEAST_SHARE >= work_order.quantity:
        spent = (left_at or now) - begun
        return now + min(FURTHEST, spent * (work_order.remaining / work_order.good))
    return max(now, begun) + planned * rest


def _spans(order_id: int) -> dict[int, tuple[datetime, datetime | None]]:
    """From the first start to the last end of its stints, None while one is open, by work order."""
    found = (
        Stint.objects.filter(work_order__order_id=order_id)
        .values("work_order_id")
        .annotate(begun=Min("starts_at"), left_at=Max("ends_at"))
    )
    on = set(
        Stint.objects.filter(work_order__order_id=order_id, ends_at=None).values_list(
            "work_order_id", flat=True
        )
    )
    return {
        row["work_order_id"]: (row["begun"], None if row["work_order_id"] in on else row["left_at"])
        for row in found
    }
