"""Every run of the plan in force is booked and nothing disturbs it: from here on the apps above follow it."""

from marketplace.common.jobs import start_after_commit
from marketplace.orders.models import Order
from marketplace.orders.services import change_status
from marketplace.trading.models import Deal, Disturbance, Package
from marketplace.trading.numbers import deal_out_variant


def agree(deal: Deal) -> None:
    """The order is placed if it was not, number ranges are dealt out. The order is locked."""
    if deal.status == Deal.Status.AGREED:
        deal.version += 1
    deal.status, deal.agreed_run_id = Deal.Status.AGREED, deal.plan_run_id
    deal.save(update_fields=["status", "version", "agreed_run"])
    deal_out_variant(deal)
    if deal.order.status == Order.Status.OFFERED:
        change_status(order=deal.order, to=Order.Status.PLACED)
    start_after_commit("payments.write_contracts", deal.public_id)
    start_after_commit("production.open_work", deal.public_id)
    start_after_commit("delivery.plan_shipments", deal.public_id)


def agree_if_all_have(deal: Deal) -> None:
    """A change that all factories had accepted while something else disturbed the deal: nothing does any more."""
    is_open = deal.packages.filter(status=Package.Status.OFFERED).exists()
    is_disturbed = deal.disturbances.filter(status__in=Disturbance.LIVING).exists()
    is_behind = deal.status == Deal.Status.AGREED and deal.agreed_run_id != deal.plan_run_id
    if is_behind and not is_open and not is_disturbed:
        agree(deal)
