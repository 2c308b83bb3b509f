"""Opening work: a work order for each booked run of an agreed deal, and none for a run that is booked no more."""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from marketplace.common.clock import real_now
from marketplace.common.hashing import hash_token
from marketplace.common.ids import new_public_id
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order
from marketplace.production.codes import new_codes
from marketplace.production.models import StationLink, WorkOrder
from marketplace.production.services.counting import count_locked
from marketplace.production.services.ending import close, finish_if_made
from marketplace.production.station_token import token_of
from marketplace.trading.models import Deal, Run

log = logging.getLogger(__name__)

FIRST_PERCENT = 1  # of a run's pieces are made before the first article is approved
FIRST_AT_MOST = 20


@transaction.atomic
def open_work(*, deal_id: int, now: datetime) -> int:
    """How many work orders were opened. Doing it again does nothing: a run has one work order at most.

    Work orders of runs that are not booked any more are cancelled, those of changed runs change with them.
    """
    deal = Deal.objects.select_related("order").get(pk=deal_id)
    order = Order.objects.select_for_update(of=("self",), no_key=True).get(pk=deal.order_id)
    _cancel_unbooked(order.pk, now=now)
    deal.refresh_from_db(fields=["status"])
    if deal.status != Deal.Status.AGREED:
        return 0
    _follow_runs(order.pk, now=now)
    opened = _open(order, list(_runs_without_work(deal)), now=now)
    _choose_first_articles(order)
    if opened:
        push_after_commit(f"order:{order.public_id}", *_factories(opened))
    return len(opened)


def follow_change(order_id: int, now: datetime) -> None:
    """The plan is another one from now on: cards, phones and programs of what went are refused, and what shrank wants
    no more than it has kept. What was made until now counts. The caller holds the order's row."""
    _cancel_unbooked(order_id, now=now)
    _follow_runs(order_id, now=now)


def deals_without_work() -> list[int]:
    """Keys of agreed deals with a booked run without a work order, and of deals with work for a run that is not booked
    or that was moved to another machine."""
    booked = Run.objects.filter(status=Run.Status.BOOKED, package__deal__status=Deal.Status.AGREED)
    lost = booked.filter(work_order=None).values_list("package__deal_id", flat=True)
    gone = (
        Run.objects.exclude(status=Run.Status.BOOKED)
        .filter(work_order__status__in=WorkOrder.LIVING)
        .values_list("package__deal_id", flat=True)
    )
    moved = booked.filter(work_order__status=WorkOrder.Status.WAITING).exclude(
        work_order__equipment=F("equipment")
    )
    return sorted({*lost, *gone, *moved.values_list("package__deal_id", flat=True)})


def digest_of(run: Run) -> str:
    """Of what the card shows of the run; another digest is another version of the card."""
    told = [run.starts_at.isoformat(), run.ends_at.isoformat(), run.setup_min, run.quantity, run.variant]
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _runs_without_work(deal: Deal) -> Iterable[Run]:
    return (
        Run.objects.filter(package__deal=deal, status=Run.Status.BOOKED, work_order=None)
        .select_related("equipment__enterprise")
        .order_by("starts_at", "pk")
    )


def _open(order: Order, runs: list[Run], *, now: datetime) -> list[WorkOrder]:
    codes = new_codes(len(runs))
    opened = WorkOrder.objects.bulk_create(
        WorkOrder(
            run=run,
            order=order,
            equipment=run.equipment,
            code=code,
            quantity=run.quantity,
            card_digest=digest_of(run),
            created_at=now,
        )
        for run, code in zip(runs, codes, strict=True)
    )
    StationLink.objects.bulk_create(_link(work_order) for work_order in opened)
    return opened


def _link(work_order: WorkOrder) -> StationLink:
    link = StationLink(public_id=new_public_id("stl"), work_order=work_order)
    link.token_hash = hash_token(token_of(link))
    return link


def _living(order_id: int) -> QuerySet[WorkOrder]:
    """Held in the order of their keys."""
    living = WorkOrder.objects.filter(order=order_id, status__in=WorkOrder.LIVING)
    related = living.select_related("run", "order", "equipment__enterprise", "equipment__device")
    return related.select_for_update(of=("self",), no_key=True).order_by("pk")


def _cancel_unbooked(order_id: int, *, now: datetime) -> None:
    reason = _("Planned anew: it is made elsewhere. What was told until then counts.")
    for work_order in _living(order_id).exclude(run__status=Run.Status.BOOKED):
        count_locked(work_order, now=now, real_now=real_now())
        if not work_order.is_closed:
            close(work_order, status=WorkOrder.Status.CANCELLED, reason=reason, at=now)


def _follow_runs(order_id: int, *, now: datetime) -> None:
    """Work wants what its run still has, where it is; what the card shows of it counts up the card's version.

    What was made stays, and work that has begun stays at its machine.
    """
    for work_order in _living(order_id):
        run, digest = work_order.run, digest_of(work_order.run)
        is_moved = work_order.started_at is None and work_order.equipment_id != run.equipment_id
        if digest == work_order.card_digest and not is_moved:
            continue
        if is_moved:
            work_order.equipment_id = run.equipment_id
        count_locked(work_order, now=now, real_now=real_now())
        work_order.quantity = max(run.quantity, work_order.good)
        work_order.card_digest, work_order.card_version = digest, work_order.card_version + 1
        work_order.save(update_fields=["equipment", "quantity", "card_digest", "card_version"])
        finish_if_made(work_order, now=now)


def _choose_first_articles(order: Order) -> None:
    """At each machine the earliest work of an operation shows its first pieces, once."""
    work = WorkOrder.objects.filter(order=order).exclude(status=WorkOrder.Status.CANCELLED)
    groups: dict[tuple[int, int], list[WorkOrder]] = defaultdict(list)
    for one in work.select_related("run").order_by("run__starts_at", "pk"):
        groups[one.equipment_id, one.run.operation_id].append(one)
    first = [group[0] for group in groups.values() if not any(one.first_quantity for one in group)]
    for one in first:
        one.first_quantity = first_quantity(one.quantity)
        one.article = WorkOrder.Article.WANTED
    WorkOrder.objects.bulk_update(first, ["first_quantity", "article"])


def first_quantity(quantity: int) -> int:
    """A hundredth, rounded up, and never more than twenty pieces."""
    return min(FIRST_AT_MOST, -(-quantity * FIRST_PERCENT // 100))


def _factories(work: Iterable[WorkOrder]) -> list[str]:
    return sorted({f"enterprise:{one.equipment.enterprise.public_id}" for one in work})
