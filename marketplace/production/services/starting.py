"""Starting and stopping work at a machine: a stint is a stretch in which a work order is on.

At most one work order runs at a machine: starting one ends the other's stint. The order's row is locked first, then
the machine's, because that of another order may start there at the same moment, then the work orders by key.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.services import tell
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.locking import locked_equipment
from marketplace.common.checks import require_choice, require_text, require_whole
from marketplace.machines.output import counters_of
from marketplace.orders.models import Order
from marketplace.orders.services import change_status
from marketplace.production import selectors
from marketplace.production.errors import NotRunning, OrderNotInWork, WorkOrderClosed
from marketplace.production.hands import Hand
from marketplace.production.models import Stint, Stop, StopReason, WorkOrder
from marketplace.production.services.ending import announce, close, end_stint, end_stop

log = logging.getLogger(__name__)

LONGEST_NOTE = 240
MAX_BOX = 100_000  # pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """`ended` are the codes of work orders that had to leave the machine."""

    work_order: WorkOrder
    ended: tuple[str, ...]


@transaction.atomic
def start_work(*, work_order_id: int, hand: Hand, how: str, at: datetime, now: datetime) -> Started:
    """The work order is on at its machine from `at` (business time, not after `now`); doing it again changes nothing.

    For callers that have shown that the hand may. Raises `WorkOrderClosed` and `OrderNotInWork`.
    """
    work = WorkOrder.objects.filter(pk=work_order_id)
    order = (
        Order.objects.select_for_update(of=("self",), no_key=True)
        .select_related("buyer")
        .get(pk__in=work.values("order_id"))
    )
    machine = work.values_list("equipment_id", flat=True).get()  # read once no plan can move it any more
    locked_equipment({machine})
    rows = _locked_at_machine(machine, wanted=work_order_id)
    work_order = rows.pop(work_order_id)
    require_open(work_order)
    if work_order.status == WorkOrder.Status.RUNNING:
        return Started(work_order=work_order, ended=())
    _take_order_up(order)
    others = [one for one in rows.values() if one.status == WorkOrder.Status.RUNNING]
    for other in others:
        _leave(other, at=at)
    _enter(work_order, hand=hand, how=how, at=min(at, now))
    return Started(work_order=work_order, ended=tuple(other.code for other in others))


@transaction.atomic
def stop_work(
    *, work_order_id: int, hand: Hand, reason: str, note: str = "", at: datetime, now: datetime
) -> WorkOrder:
    """It stands still from `at` for a reason of `StopReason`. Raises `NotRunning`, `WorkOrderClosed`, `InvalidInput`."""
    require_choice(reason, field="reason", choices=StopReason.values)
    require_text(note, field="note", most=LONGEST_NOTE)
    work_order = locked(work_order_id)
    require_open(work_order)
    if work_order.status != WorkOrder.Status.RUNNING:
        raise NotRunning(_("This work is not running."), status=work_order.status)
    put_down(work_order, hand=hand, reason=reason, note=note, at=min(at, now))
    return work_order


def put_down(work_order: WorkOrder, *, hand: Hand, reason: str, note: str = "", at: datetime) -> None:
    """End the stint and note why. The caller holds the row of a begun work order."""
    end_stint(work_order, at=at)
    if not Stop.objects.filter(work_order=work_order, ends_at=None).exists():
        Stop.objects.create(
            work_order=work_order,
            reason=reason,
            note=note.strip(),
            starts_at=at,
            person_id=hand.person_id,
            session_id=hand.session_id,
        )
    _set_status(work_order, WorkOrder.Status.PAUSED)


@transaction.atomic
def leave_machine(*, work_order_id: int, at: datetime) -> WorkOrder:
    """Its program was unloaded at `at`: off the machine without a reason told."""
    work_order = locked(work_order_id)
    if work_order.status == WorkOrder.Status.RUNNING:
        _leave(work_order, at=at)
    return work_order


@transaction.atomic
def close_short(*, viewer: Viewer, work_order: str, reason: str, now: datetime) -> WorkOrder:
    """The planner says that no more is made than there is; the buyer is told.

    Raises `WorkOrderClosed`, and `InvalidInput` without a reason.
    """
    viewer.require_planner()
    require_text(reason, field="reason", least=1, most=LONGEST_NOTE)
    found = locked(selectors.own_work_order(viewer, public_id=work_order).pk)
    require_open(found)
    close(found, status=WorkOrder.Status.SHORT, at=now, reason=reason.strip())
    tell(
        [found.order.buyer_id],
        key=f"closed-short:{found.public_id}",
        kind="production.closed-short",
        facts={
            "operation": found.run.operation.name,
            "order": found.order.title,
            "good": found.good,
            "wanted": found.quantity,
            "unit": found.run.operation.unit,
            "reason": found.reason,
        },
        url=reverse("production:made", args=[found.order.public_id]),
        now=now,
    )
    return found


@transaction.atomic
def set_box_size(*, work_order_id: int, box_size: int) -> WorkOrder:
    """How many pieces a box holds: what a tap on the box counts. For callers that have shown that the hand may."""
    require_whole(box_size, field="box_size", least=1, most=MAX_BOX)
    work_order = locked(work_order_id)
    require_open(work_order)
    work_order.box_size = box_size
    work_order.save(update_fields=["box_size"])
    return work_order


def locked(work_order_id: int) -> WorkOrder:
    """The row, held until the transaction ends, with what pages and checks need of it."""
    return (
        WorkOrder.objects.select_for_update(of=("self",), no_key=True)
        .select_related("order__buyer", "run__operation", "equipment__enterprise", "equipment__device")
        .get(pk=work_order_id)
    )


def require_open(work_order: WorkOrder) -> None:
    """Raises `WorkOrderClosed`, noted in the log: somebody at a machine works on what is over."""
    if work_order.is_closed:
        log.warning("%s is %s: refused", work_order.public_id, work_order.status)
        text = _("This work order is %(status)s.") % {"status": work_order.get_status_display()}
        raise WorkOrderClosed(f"{text} {work_order.reason}".strip(), status=work_order.status)


def _locked_at_machine(equipment_id: int, *, wanted: int) -> dict[int, WorkOrder]:
    """The wanted work order and the one that runs there, held in the order of their keys."""
    there = WorkOrder.objects.filter(equipment_id=equipment_id, status=WorkOrder.Status.RUNNING)
    keys = sorted({wanted, *there.values_list("pk", flat=True)})
    return {key: locked(key) for key in keys}


def _take_order_up(order: Order) -> None:
    if order.status == Order.Status.PLACED:
        change_status(order=order, to=Order.Status.RUNNING)
    elif order.status != Order.Status.RUNNING:
        raise OrderNotInWork(
            _("The order is %(status)s.") % {"status": order.get_status_display()}, status=order.status
        )


def _enter(work_order: WorkOrder, *, hand: Hand, how: str, at: datetime) -> None:
    at = max(at, _free_from(work_order.equipment_id) or at)
    end_stop(work_order, at=at)
    Stint.objects.create(
        work_order=work_order,
        equipment_id=work_order.equipment_id,
        starts_at=at,
        how=how,
        person_id=hand.person_id,
        session_id=hand.session_id,
    )
    if work_order.started_at is None:
        work_order.started_at = at
        work_order.counter = _counter_of(work_order)
    work_order.status = WorkOrder.Status.RUNNING
    work_order.save(update_fields=["status", "started_at", "counter"])
    announce(work_order)


def _leave(work_order: WorkOrder, *, at: datetime) -> None:
    end_stint(work_order, at=at)
    _set_status(work_order, WorkOrder.Status.PAUSED)


def _set_status(work_order: WorkOrder, status: str) -> None:
    work_order.status = status
    work_order.save(update_fields=["status"])
    announce(work_order)


def _free_from(equipment_id: int) -> datetime | None:
    """When the last stint at the machine ended."""
    last: datetime | None = Stint.objects.filter(equipment_id=equipment_id).aggregate(at=Max("ends_at"))["at"]
    return last


def _counter_of(work_order: WorkOrder) -> str:
    """The counter the machine has at its first start counts it for good: nothing is told twice."""
    device_id = work_order.equipment.device_id
    if device_id is None:
        return WorkOrder.Counter.HAND
    return str(counters_of([device_id]).get(device_id, WorkOrder.Counter.HAND))
