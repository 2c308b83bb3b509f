"""What follows when the last factory has answered: agreed, or what was declined is planned again."""

from datetime import datetime

from marketplace.common.jobs import start_after_commit
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order
from marketplace.orders.services import change_status
from marketplace.trading.models import Deal, Disturbance, Package, Run
from marketplace.trading.numbers import deal_out_variant
from marketplace.trading.services.disturb import raise_disturbance
from marketplace.trading.services.propose import propose


def settle(deal: Deal, *, now: datetime) -> None:
    """Called under the order's lock after every answer."""
    push_after_commit(f"order:{deal.order.public_id}")
    if deal.status not in (Deal.Status.OFFERING, Deal.Status.AGREED):
        return
    if deal.packages.filter(status=Package.Status.OFFERED).exists():
        return
    refused = Run.objects.filter(
        package__deal=deal, status__in=[Run.Status.DECLINED, Run.Status.DISPLACED]
    ).exclude(disturbances__status__in=Disturbance.LIVING)
    found = list(refused.select_related("equipment", "package").order_by("pk"))
    for run in found:
        raise_disturbance(
            deal,
            run=run,
            kind=Disturbance.Kind.DECLINED,
            cause="not-answered" if run.package.status == Package.Status.EXPIRED else "declined",
            now=now,
        )
    is_disturbed = deal.disturbances.filter(status__in=Disturbance.LIVING).exists()
    if found or (is_disturbed and deal.status == Deal.Status.OFFERING):
        propose(deal, now=now)
    elif not is_disturbed:
        agree(deal)


def agree(deal: Deal) -> None:
    """Every run is booked: the order is placed if it was not, number ranges are dealt out, the apps above follow."""
    if deal.status == Deal.Status.AGREED:
        deal.version += 1
    deal.status = Deal.Status.AGREED
    deal.save(update_fields=["status", "version"])
    deal_out_variant(deal)
    if deal.order.status == Order.Status.OFFERED:
        change_status(order=deal.order, to=Order.Status.PLACED)
    start_after_commit("payments.write_contracts", deal.public_id)
    start_after_commit("production.open_work", deal.public_id)
    start_after_commit("delivery.plan_shipments", deal.public_id)
