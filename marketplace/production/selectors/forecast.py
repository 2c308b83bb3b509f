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
    """`finishes_at` is business time."""

    work: WorkRow
    finishes_at: datetime


def forecast(order_id: int, *, now: datetime) -> list[Forecast]:
    """For each work order that is not closed, in the order of the routing. Three queries."""
    work = work_rows(order_id, Q(closed_at=None))
    spans = _spans(order_id)
    return [Forecast(work=one, finishes_at=_finish(one, spans=spans, now=now)) for one in work]


def last_finish(order_id: int, *, now: datetime) -> datetime | None:
    """When the last of the work that is not cancelled will be, or was, closed; None where there is none."""
    done = WorkOrder.objects.filter(order_id=order_id).exclude(status=WorkOrder.Status.CANCELLED)
    closed_at = done.aggregate(at=Max("closed_at"))["at"]
    moments = [one.finishes_at for one in forecast(order_id, now=now)]
    return max([*moments, *([closed_at] if closed_at else [])], default=None)


def _finish(
    work: WorkRow, *, spans: Mapping[int, tuple[datetime, datetime | None]], now: datetime
) -> datetime:
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
        Stint.objects.filter(work_order__order_id=order_id, work_order__closed_at=None)
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
