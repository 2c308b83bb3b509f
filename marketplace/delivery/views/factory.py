"""Who sends: what waits, what is on the way, one shipment with its boxes; pack and send one or many."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.parts import part_of
from marketplace.delivery import links, services
from marketplace.delivery.forms import AnotherForm, PackForm
from marketplace.delivery.models import Shipment
from marketplace.delivery.selectors import shipments as selectors
from marketplace.delivery.selectors.finding import matching
from marketplace.delivery.selectors.tracking import eta_of
from marketplace.delivery.selectors.wants import wants_of
from marketplace.delivery.shown import shown
from marketplace.delivery.stock import Stock, stock_of_order

ROWS_A_PAGE = 50


@require_safe
@login_required
def to_send(request: ViewerRequest) -> HttpResponse:
    """What waits to leave, with what lies there, and what is on its way."""
    text = request.GET.get("q", "")
    waiting = matching(request.viewer, selectors.to_send(request.viewer), text)
    page = Paginator(waiting, ROWS_A_PAGE).get_page(request.GET.get("page"))
    under_way = matching(request.viewer, selectors.under_way(request.viewer), text)
    way = Paginator(under_way, ROWS_A_PAGE).get_page(request.GET.get("way"))
    rows = shown(request.viewer, page.object_list, now=clock.now())
    stocks = {pk: stock_of_order(pk) for pk in {row.shipment.order_id for row in rows}}
    context = {
        "page": page,
        "is_whole": not (text or page.has_other_pages() or way.has_other_pages()),
        "rows": [
            (row, stocks[row.shipment.order_id].get((row.shipment.from_site_id, row.shipment.item), Stock()))
            for row in rows
        ],
        "way": way,
        "under_way": shown(request.viewer, way.object_list, now=clock.now()),
        "text": text,
        "moment": clock.now(),
        "may_act": bool(rows) and rows[0].may_act,
    }
    return render(request, "delivery/to_send.html", context)


@require_safe
@login_required
@part_of("trading:home")
def wants(request: ViewerRequest) -> HttpResponse:
    """The part of the factory's home that says what it is to do today."""
    return render(request, "delivery/wants.html", {"wants": wants_of(request.viewer, now=clock.now())})


@require_safe
@login_required
def coming(request: ViewerRequest) -> HttpResponse:
    return _list(request, selectors.expected(request.viewer), template="delivery/coming.html")


@require_safe
@login_required
def history(request: ViewerRequest) -> HttpResponse:
    return _list(request, selectors.history(request.viewer), template="delivery/history.html")


def _list(request: ViewerRequest, found: QuerySet[Shipment], *, template: str) -> HttpResponse:
    text = request.GET.get("q", "")
    page = Paginator(matching(request.viewer, found, text), ROWS_A_PAGE).get_page(request.GET.get("page"))
    rows = shown(request.viewer, page.object_list, now=clock.now())
    is_whole = not (text or page.has_other_pages())
    context = {"page": page, "rows": rows, "text": text, "is_whole": is_whole, "moment": clock.now()}
    return render(request, template, context)


@require_POST
@login_required
def send(request: ViewerRequest) -> HttpResponse:
    """Pack and send all that were ticked."""
    wanted = [services.Packing(shipment=public_id) for public_id in request.POST.getlist("shipments")]
    if not wanted:
        messages.error(request, _("Tick the shipments that leave."))
        return redirect("delivery:shipments")
    outcomes = services.dispatch_many(viewer=request.viewer, wanted=wanted, now=clock.now())
    num_sent = sum(outcome.error is None for outcome in outcomes)
    if num_sent:
        messages.success(
            request,
            ngettext("%(n)s shipment is on its way.", "%(n)s shipments are on their way.", num_sent)
            % {"n": num_sent},
        )
    for outcome in outcomes:
        if outcome.error is not None:
            messages.error(request, f"{outcome.shipment}: {outcome.error.text}")
    return redirect("delivery:shipments")


@require_safe
@login_required
def shipment(request: ViewerRequest, shipment: str) -> HttpResponse:
    return _page(request, shipment, form=None)


@require_POST
@login_required
def pack(request: ViewerRequest, shipment: str) -> HttpResponse:
    form = PackForm(request.POST)
    if not form.is_valid():
        return _page(request, shipment, form=form, status=422)
    services.pack(viewer=request.viewer, packing=form.packing(shipment), now=clock.now())
    messages.success(request, _("Packed. Print the labels and stick one on each box."))
    return redirect("delivery:shipment", shipment)


@require_POST
@login_required
def unpack(request: ViewerRequest, shipment: str) -> HttpResponse:
    services.unpack(viewer=request.viewer, shipment=shipment, now=clock.now())
    messages.success(request, _("Unpacked; its labels are void."))
    return redirect("delivery:shipment", shipment)


@require_POST
@login_required
def dispatch(request: ViewerRequest, shipment: str) -> HttpResponse:
    form = PackForm(request.POST)
    if not form.is_valid():
        return _page(request, shipment, form=form, status=422)
    services.dispatch(viewer=request.viewer, packing=form.packing(shipment), now=clock.now())
    messages.success(request, _("On its way. Give the driver the delivery note."))
    return redirect("delivery:shipment", shipment)


@require_POST
@login_required
def another(request: ViewerRequest, shipment: str) -> HttpResponse:
    form = AnotherForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say how many pieces."))
        return redirect("delivery:shipment", shipment)
    quantity = form.cleaned_data["quantity"]
    made = services.add_shipment(viewer=request.viewer, like=shipment, quantity=quantity, now=clock.now())
    messages.success(request, _("Another shipment is planned on the same way."))
    return redirect("delivery:shipment", made.public_id)


def _page(request: ViewerRequest, public_id: str, *, form: Form | None, status: int = 200) -> HttpResponse:
    found = selectors.shipment(request.viewer, public_id=public_id)
    (row,) = shown(request.viewer, [found], now=clock.now())
    stock = Stock()
    if row.is_sender:
        stock = stock_of_order(found.order_id).get((found.from_site_id, found.item), stock)
    context = {
        "row": row,
        "shipment": found,
        "boxes": found.boxes.all()[: services.MOST_BOXES] if row.quantity is not None else [],
        "proofs": found.proofs.order_by("step").defer("photo") if row.is_sender or row.is_receiver else [],
        "lines": found.receipt.lines.all()[:20] if hasattr(found, "receipt") and row.is_sender else [],
        "stock": stock,
        "form": form or PackForm(initial={"carrier": found.carrier}),
        "another": AnotherForm(),
        "usual_box": services.usual_box_size(found.quantity),
        "eta": eta_of(found, now=clock.now()),
        "tracking": links.tracking_url(found.public_id),
        "driver": links.driver_url(found.public_id) if row.is_sender and found.status == "dispatched" else "",
        "moment": clock.now(),
    }
    return render(request, "delivery/shipment.html", context, status=status)
