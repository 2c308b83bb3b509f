"""What follows when the last factory has answered: agreed, or the declined rest is planned again."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.common.jobs import start_after_commit
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order
from marketplace.orders.services import change_status
from marketplace.orders.variants import deal_number_ranges
from marketplace.planning.services import queue_run
from marketplace.trading.models import Deal, Package, Run
from marketplace.trading.services.choose import withdraw

MAX_REPLANS = 5


def settle(deal: Deal, *, now: datetime) -> None:
    """Called under the order's lock after every answer."""
    push_after_commit(f"order:{deal.order.public_id}")
    if deal.status != Deal.Status.OFFERING or deal.packages.filter(status=Package.Status.OFFERED).exists():
        return
    declined = list(
        Run.objects.filter(package__deal=deal, status=Run.Status.DECLINED).select_related("equipment")
    )
    if declined:
        replan(deal, declined=declined, now=now)
    else:
        agree(deal)


def agree(deal: Deal) -> None:
    """Every run is booked: the order is placed and number ranges are dealt out."""
    deal.status = Deal.Status.AGREED
    deal.save(update_fields=["status"])
    _deal_out_variant(deal)
    change_status(order=deal.order, to=Order.Status.PLACED)
    start_after_commit("production.open_work", deal.public_id)


def replan(deal: Deal, *, declined: list[Run], now: datetime) -> None:
    """Queue a run that keeps what is booked and leaves out what was declined; after MAX_REPLANS the deal ends."""
    replans = deal.order.plan_runs.filter(asked_at__gte=deal.chosen_at).exclude(replaces=None)
    if replans.count() >= MAX_REPLANS:
        withdraw(deal, reason=str(_("Too many factories declined.")))
        change_status(order=deal.order, to=Order.Status.OPEN)
        return
    run, epoch = deal.plan_run, deal.plan_run.epoch
    booked = Run.objects.filter(package__deal=deal, status=Run.Status.BOOKED)
    queue_run(
        order=deal.order,
        goal=run.goal,
        requested_by_id=deal.chosen_by_id,
        epoch=epoch,
        now=now,
        replaces=run,
        pins=[lot for one in booked for lot in one.lots],
        refused=[
            [one.equipment.public_id, _minute(one.starts_at, epoch), _minute(one.ends_at, epoch)]
            for one in declined
        ],
    )
    deal.status = Deal.Status.REPLANNING
    deal.save(update_fields=["status"])


def _minute(moment: datetime, epoch: datetime) -> int:
    return int((moment - epoch).total_seconds() // 60)


def _deal_out_variant(deal: Deal) -> None:
    """Give each run its share of the order's number ranges, operation by operation, in order of start."""
    order = deal.order
    if not order.variant:
        return
    booked = Run.objects.filter(package__deal=deal, status=Run.Status.BOOKED)
    for operation in order.product.operations.all():
        runs = list(booked.filter(operation=operation).order_by("starts_at", "id"))
        shares = deal_number_ranges(
            product=order.product, variant=order.variant, quantities=[run.quantity for run in runs]
        )
        for run, share in zip(runs, shares, strict=True):
            run.variant = share
        Run.objects.bulk_update(runs, ["variant"])
