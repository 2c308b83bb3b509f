"""The buyer chooses a plan: its capacity is held and every factory gets its package."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.services import release
from marketplace.common.errors import NotFound
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order
from marketplace.orders.services import change_status, set_price
from marketplace.planning.models import PlanRun
from marketplace.trading.errors import OfferClosed, PlanNotChoosable
from marketplace.trading.models import Deal, Disturbance, Package, Run
from marketplace.trading.services.offering import write_offers


@transaction.atomic
def choose_plan(
    *, viewer: Viewer, order_public_id: str, plan_public_id: str, now: datetime, clock_speed: float
) -> Deal:
    """Make a deal of a finished plan of the viewer's order. Raises `PlanNotChoosable` or `CapacityGone`."""
    viewer.require_planner()
    run = PlanRun.objects.filter(
        public_id=plan_public_id, order__public_id=order_public_id, order__buyer_id=viewer.enterprise_id
    ).first()
    if run is None:
        raise NotFound(_("There is no such plan."))
    order = Order.objects.select_for_update(no_key=True).select_related("product").get(pk=run.order_id)
    if order.status != Order.Status.OPEN:
        raise PlanNotChoosable(_("A plan has been chosen for this order already."))
    if run.revision != order.revision:
        raise PlanNotChoosable(_("The order was changed after this plan was made; plan it again."))
    if run.kind != PlanRun.Kind.PLAN:
        raise PlanNotChoosable(_("This plan belongs to a change or a precedence; it is committed there."))
    if run.status != PlanRun.Status.DONE or run.cost_cents is None or run.finish_min is None:
        raise PlanNotChoosable(_("This plan has no production to agree on."))
    deal = Deal.objects.create(
        order=order,
        plan_run=run,
        chosen_by_id=viewer.person_id,
        chosen_at=now,
        net_cents=run.cost_cents,
        currency=order.currency,
        promised_at=run.epoch + timedelta(minutes=run.finish_min),
    )
    write_offers(deal, plan_run=run, booked_lots=frozenset(), now=now, clock_speed=clock_speed)
    set_price(order=order, net_cents=deal.net_cents)
    change_status(order=order, to=Order.Status.OFFERED)
    return deal


@transaction.atomic
def cancel_deal(*, viewer: Viewer, order_public_id: str, reason: str = "") -> Deal:
    """The buyer withdraws before all is agreed: everything held or booked is given back."""
    viewer.require_planner()
    order = (
        Order.objects.select_for_update(no_key=True)
        .filter(public_id=order_public_id, buyer_id=viewer.enterprise_id)
        .first()
    )
    deal = Deal.objects.filter(order=order).exclude(status=Deal.Status.FAILED).first()
    if order is None or deal is None:
        raise NotFound(_("There is no such offer."))
    if deal.status == Deal.Status.AGREED:
        raise OfferClosed(_("All factories have agreed; the order can no longer be taken back here."))
    withdraw(deal, reason=reason)
    change_status(order=order, to=Order.Status.OPEN)
    return deal


@transaction.atomic
def end_cancelled_deals() -> int:
    """Withdraw the deals of orders that were cancelled; returns how many."""
    orphaned = Deal.objects.filter(order__status=Order.Status.CANCELLED).exclude(status=Deal.Status.FAILED)
    order_ids = sorted(set(orphaned.values_list("order_id", flat=True)))
    for order in Order.objects.select_for_update(no_key=True).filter(pk__in=order_ids).order_by("pk"):
        for deal in orphaned.filter(order=order):
            withdraw(deal, reason=str(_("The buyer cancelled the order.")))
    return len(order_ids)


def withdraw(deal: Deal, *, reason: str) -> None:
    """End a deal: open packages are withdrawn and all its time is free again."""
    release(references=list(Run.objects.filter(package__deal=deal).values_list("public_id", flat=True)))
    told = deal.packages.select_related("enterprise")
    push_after_commit(*{f"enterprise:{package.enterprise.public_id}" for package in told})
    deal.packages.filter(status=Package.Status.OFFERED).update(status=Package.Status.WITHDRAWN)
    Run.objects.filter(package__deal=deal, status__in=[Run.Status.OFFERED, Run.Status.BOOKED]).update(
        status=Run.Status.REPLACED
    )
    deal.disturbances.filter(status__in=Disturbance.LIVING).update(
        status=Disturbance.Status.OVER, ended_at=F("noticed_at")
    )
    deal.status, deal.reason = Deal.Status.FAILED, reason
    deal.save(update_fields=["status", "reason"])
