"""A re-plan is ready. Before all is agreed it is taken up at once if it is no later and no dearer; else a person of
the buyer commits it, having seen before and after."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.services import tell
from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order
from marketplace.orders.services import change_status
from marketplace.planning.models import PlanRun
from marketplace.trading.difference import difference
from marketplace.trading.errors import ChangeOutdated, OfferClosed
from marketplace.trading.models import Deal, Disturbance
from marketplace.trading.services.adopt import adopt
from marketplace.trading.services.choose import withdraw
from marketplace.trading.services.displaced_news import tell_new_date
from marketplace.trading.services.propose import propose

WAITING = (Deal.Status.REPLANNING, Deal.Status.AGREED)


@transaction.atomic
def take_up(*, plan_public_id: str, now: datetime, clock_speed: float) -> None:
    """Look at a finished re-plan. Does nothing if it has been looked at before, or answers nothing any more."""
    run = PlanRun.objects.filter(public_id=plan_public_id, kind=PlanRun.Kind.REPLAN).first()
    if run is None:
        return
    order = Order.objects.select_for_update(no_key=True).select_related("product").get(pk=run.order_id)
    deal = Deal.objects.filter(order=order, status__in=WAITING, plan_run_id=run.replaces_id).first()
    if deal is None:
        return
    deal.order = order
    waiting = deal.disturbances.filter(plan_run=run, status=Disturbance.Status.OPEN)
    if not waiting.exists():
        return
    if run.status != PlanRun.Status.DONE or run.finish_min is None or run.cost_cents is None:
        _without_plan(deal, run=run, now=now)
        return
    found = difference(deal, run)
    if found.is_pinned_by_now:
        propose(deal, now=now)
        return
    has_given_way = tell_new_date(deal, arrives_at=found.arrives_at, now=now)
    if deal.status == Deal.Status.REPLANNING:
        if found.arrives_at <= deal.promised_at and found.net_cents <= deal.net_cents:
            adopt(deal, run=run, found=found, now=now, clock_speed=clock_speed)
            return
        deal.status = Deal.Status.CHANGED
    deal.proposed_run = run
    deal.save(update_fields=["status", "proposed_run"])
    waiting.update(status=Disturbance.Status.PROPOSED)
    if deal.status == Deal.Status.AGREED and not has_given_way:
        _tell_proposed(deal, run=run, arrives_at=found.arrives_at, now=now)
    push_after_commit(f"order:{order.public_id}")


def consent(
    *, viewer: Viewer, order_public_id: str, plan_public_id: str, now: datetime, clock_speed: float
) -> Deal:
    """The buyer commits the change it was shown.

    New and moved runs are offered to their factories, what stays is untouched, what goes is free again. Raises
    `NotFound` where nothing waits for consent and `OfferClosed` where another change does by now. Where the time it
    needs is gone, or work that it moves has begun or was pinned, it is planned anew, and `ChangeOutdated` says so.
    """
    viewer.require_planner()
    deal, because = _commit(
        viewer,
        order_public_id=order_public_id,
        plan_public_id=plan_public_id,
        now=now,
        clock_speed=clock_speed,
    )
    if because is not None:
        raise ChangeOutdated(f"{because} {_instead(deal)}")
    return deal


def _instead(deal: Deal) -> str:
    """What follows a change that was not committed."""
    if deal.status == Deal.Status.FAILED:
        return deal.reason
    if deal.disturbances.filter(status__in=Disturbance.LIVING).exists():
        return str(_("It is being planned anew."))
    return str(_("The plan stays as it is."))


@transaction.atomic
def _commit(
    viewer: Viewer, *, order_public_id: str, plan_public_id: str, now: datetime, clock_speed: float
) -> tuple[Deal, str | Promise | None]:
    """The deal, and why the change was not committed."""
    order = (
        Order.objects.select_for_update(no_key=True)
        .filter(public_id=order_public_id, buyer_id=viewer.enterprise_id)
        .select_related("product")
        .first()
    )
    deal = Deal.objects.filter(order=order, status__in=[Deal.Status.CHANGED, Deal.Status.AGREED]).first()
    if order is None or deal is None or deal.proposed_run is None:
        raise NotFound(_("There is no change that waits for your consent."))
    if order.status == Order.Status.DONE:
        raise OfferClosed(_("The order is %(status)s.") % {"status": order.get_status_display()})
    if deal.proposed_run.public_id != plan_public_id:
        raise OfferClosed(_("The change is another one by now; look at it again."))
    deal.order = order
    run = deal.proposed_run
    because = adopt(
        deal,
        run=run,
        found=difference(deal, run),
        now=now,
        clock_speed=clock_speed,
        person_id=viewer.person_id,
    )
    return deal, because


def _without_plan(deal: Deal, *, run: PlanRun, now: datetime) -> None:
    """Before all is agreed the deal ends; after that the disturbance stays open, and people are told."""
    has_given_way = tell_new_date(deal, arrives_at=None, now=now)
    if deal.status == Deal.Status.REPLANNING:
        withdraw(deal, reason=str(_("No plan was found without the runs that were declined.")))
        change_status(order=deal.order, to=Order.Status.OPEN)
        return
    if has_given_way:
        return
    is_news = tell(
        [deal.order.buyer_id],
        key=f"no-change:{run.public_id}",
        kind="trading.no-change-found",
        facts={"order": deal.order.title},
        url=reverse("trading:change", args=[deal.order.public_id]),
        now=now,
    )
    if is_news:  # the sweep comes by again as long as the disturbance is open
        push_after_commit(f"order:{deal.order.public_id}")


def _tell_proposed(deal: Deal, *, run: PlanRun, arrives_at: datetime, now: datetime) -> None:
    tell(
        [deal.order.buyer_id],
        key=f"change:{run.public_id}",
        kind="trading.change-proposed",
        facts={"order": deal.order.title, "arrives_at": arrives_at.isoformat()},
        url=reverse("trading:change", args=[deal.order.public_id]),
        now=now,
    )
