"""The buyer: when all will be there and why, made against needed, deliveries, the account, what is done without."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.models import Enterprise
from marketplace.accounts.viewer import Viewer
from marketplace.common import clock
from marketplace.common.parts import part_of
from marketplace.common.sheets import csv_response
from marketplace.delivery import services
from marketplace.delivery.forms import SettleForm, new_key
from marketplace.delivery.models import Shipment
from marketplace.delivery.selectors import shipments as selectors
from marketplace.delivery.selectors.account import account_of_order
from marketplace.delivery.selectors.drops import drops_of
from marketplace.delivery.selectors.finding import matching
from marketplace.delivery.selectors.forecast import forecast
from marketplace.delivery.selectors.genealogy import boxes_named, boxes_with
from marketplace.delivery.selectors.progress import milestones_of, steps_of
from marketplace.delivery.shown import shown
from marketplace.orders.models import Order
from marketplace.planning.goods import goods_names
from marketplace.production.looks import note_counts_shown

AGREED = (Order.Status.PLACED, Order.Status.RUNNING, Order.Status.DONE)
ROWS_A_PAGE = 50


@require_safe
@login_required
@part_of("orders:order")
def part(request: ViewerRequest, order: str) -> HttpResponse:
    """The part of the order's page about its deliveries; empty before a plan is agreed."""
    found = selectors.order_of(request.viewer, public_id=order)
    return render(request, "delivery/part.html", {"order": found, **_progress(request.viewer, found)})


@require_safe
@login_required
def deliveries(request: ViewerRequest, order: str) -> HttpResponse:
    """Shipments of the order to its drops, with `show=all` between factories too, with `show=cancelled` those of
    plans that were changed; `q` searches them."""
    found = selectors.order_of(request.viewer, public_id=order)
    every = selectors.shipments_of(found)
    kind = request.GET.get("show", "drops")
    called_off = every.filter(status=Shipment.Status.CANCELLED)
    rows = called_off if kind == "cancelled" else every.exclude(status=Shipment.Status.CANCELLED)
    if kind == "drops":
        rows = rows.filter(to_drop__isnull=False)
    text = request.GET.get("q", "")
    rows = matching(request.viewer, rows, text)
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "order": found,
        "page": page,
        "is_whole": not (text or page.has_other_pages()),
        "text": text,
        "rows": shown(request.viewer, page.object_list, now=clock.now()),
        "kind": kind,
        "num_cancelled": called_off.count(),
        "settle_key": new_key(),
        **_progress(request.viewer, found),
    }
    return render(request, "delivery/deliveries.html", context)


@require_safe
@login_required
def account(request: ViewerRequest, order: str) -> HttpResponse:
    found = selectors.order_of(request.viewer, public_id=order)
    lines = account_of_order(found.pk)
    drops = drops_of(found)
    context = {
        "order": found,
        "lines": lines,
        "drops": drops,
        "num_accepted": sum(drop.accepted for drop in drops),
        "is_short": any(line.lying < 0 for line in lines),
        "events_url": f"/api/v1/orders/{found.public_id}/events.epcis",
    }
    return render(request, "delivery/account.html", context)


@require_safe
@login_required
def account_csv(request: ViewerRequest, order: str) -> HttpResponse:
    """Sites first, then drops, where `made` to `lying` are empty and `ordered` to `open` are filled."""
    found = selectors.order_of(request.viewer, public_id=order)
    names = ("made", "used", "received", "sent", "lying", "coming", "damaged", "missing")
    drop_names = ("ordered", "accepted", "damaged", "missing", "without", "open")
    rows: list[tuple[object, ...]] = [
        (line.place, line.item, *(getattr(line, name) for name in names), "", "", "", "")
        for line in account_of_order(found.pk)
    ]
    for drop in drops_of(found):
        told = {name: getattr(drop, name) for name in drop_names}
        rows.append(
            (drop.name, "", *("" for _name in names[:6]), told["damaged"], told["missing"], told["ordered"],
             told["accepted"], told["without"], told["open"])
        )  # fmt: skip
    header = ("place", "item", *names, "ordered", "accepted", "without", "open")
    return csv_response(name=f"account-{found.public_id}.csv", header=header, rows=rows)


@require_POST
@login_required
def settle(request: ViewerRequest, order: str) -> HttpResponse:
    form = SettleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say how many pieces you do without, and why."))
        return redirect("delivery:deliveries", order)
    services.settle(viewer=request.viewer, order=order, now=clock.now(), **form.cleaned_data)
    messages.success(request, _("These pieces are not waited for any more."))
    return redirect("delivery:deliveries", order)


@require_safe
@login_required
def boxes_with_work(request: ViewerRequest, work_order: str) -> HttpResponse:
    """Which boxes may hold pieces of a work order."""
    page = Paginator(boxes_with(request.viewer, work_order=work_order), ROWS_A_PAGE).get_page(
        request.GET.get("page")
    )
    boxes = boxes_named(page.object_list)
    sent = selectors.with_boxes(
        selectors.shipments(request.viewer).filter(pk__in={box.shipment_id for box in boxes})
    )
    rows = {row.shipment.pk: row for row in shown(request.viewer, sent, now=clock.now())}
    context = {
        "page": page,
        "boxes": [(box, rows[box.shipment_id]) for box in boxes],
        "num": page.paginator.count,
        "work_order": work_order,
        "is_maker": request.viewer.kind == Enterprise.Kind.FACTORY,
    }
    return render(request, "delivery/boxes_with_work.html", context)


def _progress(viewer: Viewer, order: Order) -> dict[str, object]:
    if order.status not in AGREED:
        return {"is_agreed": False}
    note_counts_shown(order.pk, viewer=viewer, real_now=clock.real_now())
    now = clock.now()
    drops = drops_of(order)
    names = goods_names(order.product)
    return {
        "is_agreed": True,
        "forecast": forecast(order, now=now),
        "steps": steps_of(order),
        "milestones": [
            (one, names.get(one.item, one.item), one.is_late(now)) for one in milestones_of(order)
        ],
        "drops": drops,
        "num_accepted": sum(drop.accepted for drop in drops),
    }
