"""When work will be done, going by its pace so far, or by its plan where there is no pace yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Min, Q

from marketplace.production.models import Stint, WorkOrder
from marketplace.production.selectors.rows import WorkRow, work_rows

LEAST_SHARE = 20  # a twentieth of the work must be done before its pace says more than its plan
FURTHEST = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`finishes_at` is business time; for closed work it is when it was closed."""

    work: WorkRow
    finishes_at: datetime


def forecast(order_id: int, *, now: datetime) -> list[Forecast]:
    """For each work order that is not cancelled, in the order of the routing. Three queries."""
    work = work_rows(order_id, ~Q(status=WorkOrder.Status.CANCELLED))
    spans = _spans(order_id)
    return [Forecast(work=one, finishes_at=_finish(one, spans=spans, now=now)) for one in work]


def _finish(
    work: WorkRow, *, spans: Mapping[int, tuple[datetime, datetime | None]], now: datetime
) -> datetime:
    if work.closed_at is not None:
        return work.closed_at
    planned = work.ends_at - work.starts_at
    if work.pk not in spans:
        return max(now, work.starts_at) + planned
    begun, left_at = spans[work.pk]
    rest = work.remaining / work.quantity
    if work.good * LEAST_SHARE >= work.quantity:
        spent = (left_at or now) - begun
        return now + min(FURTHEST, spent * (work.remaining / work.good))
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
