"""When work will be done, going by its pace so far, or by its plan where there is no pace yet.

The plan knows of set-up and of goods that come later. So the pace is how long the pieces took against how long the plan
takes for the same pieces, and what is told late of the last hours is no lateness.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Max, Min, Q

from marketplace.production.models import Stint, Tally, WorkOrder
from marketplace.production.selectors.rows import WorkRow, work_rows
from marketplace.trading.models import Run

LEAST_SHARE = 20  # a twentieth of the work must be done before its pace says more than its plan
FURTHEST = timedelta(days=365)
SHORTEST = timedelta(minutes=1)
UNTOLD = timedelta(hours=2)  # pieces of that long may be made and not told yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`finishes_at` is business time."""

    work: WorkRow
    finishes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Pieces that the plan makes at an even pace, without set-up and without waiting for goods."""

    begins_at: datetime
    ends_at: datetime
    quantity: int

    @property
    def lasts(self) -> timedelta:
        return self.ends_at - self.begins_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Of work that was begun: its plan in parts, when it was begun, when pieces were told last (or it was begun)."""

    parts: tuple[Part, ...]
    begun_at: datetime
    told_at: datetime


def forecast(order_id: int, *, now: datetime) -> list[Forecast]:
    """For each work order that is not closed, in the order of the routing. Four queries."""
    courses = _courses(order_id)
    work = work_rows(order_id, Q(closed_at=None))
    return [Forecast(work=one, finishes_at=finish(one, courses.get(one.pk), now=now)) for one in work]


def last_finish(order_id: int, *, now: datetime) -> datetime | None:
    """When the last of the work that is not cancelled will be, or was, closed; None where there is none."""
    done = WorkOrder.objects.filter(order_id=order_id).exclude(status=WorkOrder.Status.CANCELLED)
    closed_at = done.aggregate(at=Max("closed_at"))["at"]
    moments = [one.finishes_at for one in forecast(order_id, now=now)]
    return max([*moments, *([closed_at] if closed_at else [])], default=None)


def finish(work: WorkRow, course: Course | None, *, now: datetime) -> datetime:
    """Pure; `course` is None for work that is not begun."""
    if course is None:
        return max(now, work.starts_at) + (work.ends_at - work.starts_at)
    reached_at, goes_on_at, busy = _by_plan(course.parts, work.good)
    rest = course.parts[-1].ends_at - goes_on_at
    if work.good * LEAST_SHARE >= work.quantity:
        planned = max(SHORTEST, reached_at - work.starts_at)
        rest += min(FURTHEST, busy * ((course.told_at - course.begun_at) / planned - 1))
    if not work.good:
        free_at = course.begun_at + (goes_on_at - work.starts_at)  # the set-up is still to come
    elif goes_on_at > reached_at:
        free_at = max(goes_on_at, course.told_at)  # its goods are not there before
    else:
        free_at = course.told_at
    return max(free_at, now - UNTOLD) + rest


def _by_plan(parts: Sequence[Part], pieces: int) -> tuple[datetime, datetime, timedelta]:
    """When the plan has as many pieces, when it goes on to make more, and how long it makes them in all from then on."""
    reached_at = parts[0].begins_at
    for number, part in enumerate(parts):
        if pieces < part.quantity:
            at = part.begins_at + part.lasts * (pieces / part.quantity)
            later = sum((one.lasts for one in parts[number + 1 :]), timedelta(0))
            return (at if pieces else reached_at), at, part.ends_at - at + later
        pieces -= part.quantity
        reached_at = part.ends_at
    return reached_at, reached_at, timedelta(0)


def _courses(order_id: int) -> dict[int, Course]:
    """Of work that was begun and is not closed, by key."""
    is_open = Q(work_order__order_id=order_id, work_order__closed_at=None)
    stints = Stint.objects.filter(is_open).values_list("work_order_id")
    begun: Mapping[int, datetime] = dict(stints.annotate(at=Min("starts_at")))
    tallies = Tally.objects.filter(is_open).values_list("work_order_id")
    told: Mapping[int, datetime] = dict(tallies.annotate(at=Max("made_at")))
    runs = Run.objects.filter(work_order__in=begun).annotate(work=F("work_order"))
    return {
        run.work: Course(
            parts=_parts(run),
            begun_at=begun[run.work],
            told_at=max(begun[run.work], told.get(run.work, begun[run.work])),
        )
        for run in runs
    }


def _parts(run: Run) -> tuple[Part, ...]:
    ready_at = run.starts_at + timedelta(minutes=run.setup_min)
    whole: list[dict[str, Any]] = [
        {"starts_at": run.starts_at, "ends_at": run.ends_at, "quantity": run.quantity}
    ]
    return tuple(
        Part(
            begins_at=max(one["starts_at"], min(ready_at, one["ends_at"] - SHORTEST)),
            ends_at=one["ends_at"],
            quantity=one["quantity"],
        )
        for one in run.batches or whole
    )
