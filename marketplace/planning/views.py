"""Plans in the browser: ask, watch, compare, look closer."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.parts import part_of
from marketplace.common.show.times import duration_text
from marketplace.orders.models import Order
from marketplace.planning import drawing, selectors, services
from marketplace.planning.picture import picture_before_contract


@login_required
@part_of("orders:order")
def options(request: ViewerRequest, order: str) -> HttpResponse:
    """The part of the order's page that shows its plans; re-read on every nudge."""
    found = selectors.options(request.viewer, order_public_id=order, real_now=clock.real_now())
    row = selectors.plannable_order(request.viewer, order_public_id=order)
    context = {
        "order": row,
        "is_open": row.status in (Order.Status.DRAFT, Order.Status.OPEN),
        "options": found,
        "coverage": [] if found else selectors.coverage(request.viewer, order_public_id=order),
    }
    return render(request, "planning/options.html", context)


@require_POST
@login_required
def ask(request: ViewerRequest, order: str) -> HttpResponse:
    services.request_plans(viewer=request.viewer, order_public_id=order, now=clock.now())
    return redirect("orders:order", order)


@require_POST
@login_required
def stop(request: ViewerRequest, plan: str) -> HttpResponse:
    run = services.stop_run(viewer=request.viewer, public_id=plan)
    return redirect("orders:order", run.order.public_id)


@login_required
def plan(request: ViewerRequest, plan: str) -> HttpResponse:
    """One plan closely: Gantt, flows, figures; neutral names, places at city level."""
    run = selectors.whole_plan_run(request.viewer, public_id=plan)
    option = selectors.option_of(run, real_now=clock.real_now())
    picture = picture_before_contract(run) if option.is_choosable else None
    context: dict[str, object] = {
        "run": run,
        "option": option,
        "picture": picture,
        "time": duration_text(run.finish_min or 0),
    }
    if picture is not None:
        context |= {
            "gantt_title": _("When each machine works"),
            "map_title": _("How the goods flow"),
            "gantt": drawing.gantt_of(picture, now=clock.now()),
            "gantt_height": drawing.gantt_height(picture),
            "gantt_conclusion": drawing.gantt_conclusion(picture),
            "map": drawing.map_of(picture),
            "map_conclusion": drawing.map_conclusion(picture),
        }
    return render(request, "planning/plan.html", context)
