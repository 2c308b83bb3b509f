"""The buyer's side: choose a plan, watch the answers, withdraw."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.parts import part_of
from marketplace.planning import drawing
from marketplace.planning.selectors import option_of
from marketplace.trading import selectors, services
from marketplace.trading.difference import difference
from marketplace.trading.models import Disturbance, Run
from marketplace.trading.picture import picture_for_buyer


@require_POST
@login_required
def choose(request: ViewerRequest, order: str) -> HttpResponse:
    services.choose_plan(
        viewer=request.viewer,
        order_public_id=order,
        plan_public_id=request.POST.get("plan", ""),
        now=clock.now(),
        clock_speed=clock.speed(),
    )
    messages.success(request, _("The plan is offered to its factories; their capacity is held."))
    return redirect("orders:order", order)


@require_POST
@login_required
def withdraw(request: ViewerRequest, order: str) -> HttpResponse:
    services.cancel_deal(viewer=request.viewer, order_public_id=order)
    messages.success(request, _("The offer is withdrawn; all held capacity is free again."))
    return redirect("orders:order", order)


@login_required
@part_of("orders:order")
def plan(request: ViewerRequest, order: str) -> HttpResponse:
    """The part of the order's page that shows the joint plan; empty before one is chosen."""
    deal = selectors.deal_of_order(request.viewer, order_public_id=order)
    context: dict[str, object] = {"deal": deal, "order_public_id": order}
    if deal is not None:
        now = clock.now()
        picture = picture_for_buyer(deal, now=now)
        context |= {
            "progress": selectors.deal_progress(deal),
            "delay_notice": selectors.delay_notices(request.viewer, deal).first(),
            "num_disturbed": deal.disturbances.filter(status__in=Disturbance.LIVING).count(),
            "num_pinned": Run.objects.filter(
                package__deal=deal, is_pinned=True, status=Run.Status.BOOKED
            ).count(),
            "changed": difference(deal, deal.proposed_run) if deal.proposed_run else None,
            "proposed": option_of(deal.proposed_run, real_now=clock.real_now())
            if deal.proposed_run
            else None,
            "gantt": drawing.gantt_of(picture, now=now),
            "gantt_height": drawing.gantt_height(picture),
            "gantt_title": _("When each machine works"),
            "gantt_conclusion": drawing.gantt_conclusion(picture),
            "map": drawing.map_of(picture),
            "map_title": _("How the goods flow"),
            "map_conclusion": drawing.map_conclusion(picture),
        }
    return render(request, "trading/plan.html", context)
