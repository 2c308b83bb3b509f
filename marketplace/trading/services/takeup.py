"""A re-plan is ready: taken up at once if it is no later and no dearer, else the buyer is asked."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order
from marketplace.orders.services import change_status, set_price
from marketplace.planning.models import PlanRun
from marketplace.trading.errors import CapacityGone, OfferClosed
from marketplace.trading.models import Deal, Package, Run
from marketplace.trading.services.choose import withdraw
from marketplace.trading.services.offering import write_offers
from marketplace.trading.services.settle import agree, replan


@transaction.atomic
def take_up(*, plan_public_id: str, now: datetime, clock_speed: float) -> None:
    """Look at a finished re-plan. Does nothing if it has been looked at before."""
    run = PlanRun.objects.filter(public_id=plan_public_id).first()
    if run is None or run.replaces_id is None:
        return
    order = Order.objects.select_for_update().select_related("product").get(pk=run.order_id)
    deal = Deal.objects.filter(
        order=order, status=Deal.Status.REPLANNING, plan_run_id=run.replaces_id
    ).first()
    if deal is None:
        return
    if run.status != PlanRun.Status.DONE or run.finish_min is None or run.cost_cents is None:
        withdraw(deal, reason=str(_("No plan was found without the runs that were declined.")))
        change_status(order=order, to=Order.Status.OPEN)
        return
    arrives_at = run.epoch + timedelta(minutes=run.finish_min)
    if arrives_at <= deal.promised_at and run.cost_cents <= deal.net_cents:
        _adopt(deal, run=run, now=now, clock_speed=clock_speed)
        return
    deal.status, deal.proposed_run = Deal.Status.CHANGED, run
    deal.save(update_fields=["status", "proposed_run"])
    push_after_commit(f"order:{order.public_id}")


@transaction.atomic
def consent(
    *, viewer: Viewer, order_public_id: str, plan_public_id: str, now: datetime, clock_speed: float
) -> Deal:
    """The buyer agrees to the changed plan it was shown.

    Raises `NotFound` where nothing waits for consent and `OfferClosed` where another plan does by now.
    """
    viewer.require_planner()
    order = (
        Order.objects.select_for_update()
        .filter(public_id=order_public_id, buyer_id=viewer.enterprise_id)
        .select_related("product")
        .first()
    )
    deal = Deal.objects.filter(order=order, status=Deal.Status.CHANGED).first()
    if deal is None or deal.proposed_run is None:
        raise NotFound(_("There is no change that waits for your consent."))
    if deal.proposed_run.public_id != plan_public_id:
        raise OfferClosed(_("The change is another one by now; look at it again."))
    _adopt(deal, run=deal.proposed_run, now=now, clock_speed=clock_speed)
    return deal


def _adopt(deal: Deal, *, run: PlanRun, now: datetime, clock_speed: float) -> None:
    assert run.finish_min is not None and run.cost_cents is not None
    booked = Run.objects.filter(package__deal=deal, status=Run.Status.BOOKED)
    booked_lots = frozenset(str(lot["id"]) for one in booked for lot in one.lots)
    declined = Run.objects.filter(package__deal=deal, status=Run.Status.DECLINED)
    deal.plan_run, deal.proposed_run, deal.status = run, None, Deal.Status.OFFERING
    deal.net_cents = run.cost_cents
    deal.promised_at = run.epoch + timedelta(minutes=run.finish_min)
    deal.save(update_fields=["plan_run", "proposed_run", "status", "net_cents", "promised_at"])
    try:
        with transaction.atomic():
            write_offers(deal, plan_run=run, booked_lots=booked_lots, now=now, clock_speed=clock_speed)
    except CapacityGone:
        replan(deal, declined=list(declined.select_related("equipment")), now=now)
        return
    declined.update(status=Run.Status.REPLACED)
    set_price(order=deal.order, net_cents=deal.net_cents)
    push_after_commit(f"order:{deal.order.public_id}")
    if not deal.packages.filter(status=Package.Status.OFFERED).exists():
        agree(deal)
