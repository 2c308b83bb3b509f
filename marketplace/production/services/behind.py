"""Work that falls behind its run: nobody begins it, its time is over and it is not made, or it was closed short.

Trading is told, which plans the rest anew and waits for the buyer. What goes on by itself before somebody has committed
a change is over, and so is the move of a run that is begun where it was. Nothing is locked here: trading locks the order
first.
"""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from marketplace.orders.models import Order
from marketplace.production.models import WorkOrder
from marketplace.trading import services as trading
from marketplace.trading.models import Deal, Disturbance, Run

LATE_AFTER = timedelta(hours=1)
KNOWN = (*Disturbance.LIVING, Disturbance.Status.DISMISSED)


def report_what_falls_behind(*, now: datetime, heard_until: datetime | None) -> int:
    """Tell trading of late and short work, and of work that went on; returns how many times something changed.

    All in business time. What happened at machines up to `heard_until` is known here by now; where that is not known
    (None), nothing is called late.
    """
    changed = sum(trading.end_by_itself(disturbance_id=pk, now=now) for pk in _gone_on())
    late = [] if heard_until is None else _late(min(now - LATE_AFTER, heard_until))
    for work in late:
        cause = "not-begun" if work.started_at is None else "late"
        changed += _report(work, kind=Disturbance.Kind.LATE, cause=cause, now=now)
    for work in _short():
        changed += _report(work, kind=Disturbance.Kind.SHORT, cause="short", now=now)
    return changed


def _report(work: WorkOrder, *, kind: Disturbance.Kind, cause: str, now: datetime) -> bool:
    return trading.report(run_id=work.run_id, kind=kind, cause=cause, made=work.good, now=now) is not None


def _late(since: datetime) -> QuerySet[WorkOrder]:
    """Not begun, or not done, though its time came before `since`; machines that are known to be down aside."""
    known = Disturbance.objects.filter(status__in=KNOWN)
    down = known.filter(kind=Disturbance.Kind.MACHINE_DOWN).values("run__equipment_id")
    return (
        _booked()
        .filter(status__in=WorkOrder.LIVING)
        .filter(Q(started_at=None, run__starts_at__lt=since) | Q(run__ends_at__lt=since))
        .exclude(run_id__in=known.filter(kind=Disturbance.Kind.LATE).values("run_id"))
        .exclude(equipment_id__in=down)
    )


def _short() -> QuerySet[WorkOrder]:
    """Closed short by its factory; what was decided about it once stays decided."""
    told = Disturbance.objects.filter(kind=Disturbance.Kind.SHORT, run__isnull=False).values("run_id")
    return _booked().filter(status=WorkOrder.Status.SHORT).exclude(run_id__in=told)


def _booked() -> QuerySet[WorkOrder]:
    return (
        WorkOrder.objects.filter(
            run__status=Run.Status.BOOKED,
            run__package__deal__status=Deal.Status.AGREED,
            order__status__in=(Order.Status.PLACED, Order.Status.RUNNING),
        )
        .select_related("order", "equipment", "run__operation", "run__package")
        .order_by("pk")
    )


def _gone_on() -> list[int]:
    """Keys of disturbances that are none any more: late work was begun, or done, after all; a run that somebody wants
    elsewhere was begun."""
    living = Disturbance.objects.filter(status__in=Disturbance.LIVING)
    late, moved = Q(kind=Disturbance.Kind.LATE), Q(kind=Disturbance.Kind.MOVED)
    begun = Q(run__work_order__started_at__isnull=False)
    done = Q(run__work_order__status=WorkOrder.Status.FINISHED)
    return list(
        living.filter(late & Q(cause="not-begun") & begun | late & done | moved & begun).values_list(
            "pk", flat=True
        )
    )
