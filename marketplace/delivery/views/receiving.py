"""Who receives: scan or type box after box, say what is damaged or missing, sign; works on a phone and with a scanner
that types and presses Enter."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.errors import DomainError, NotFound
from marketplace.common.forms import refusals_in
from marketplace.common.show.amounts import quantity_text
from marketplace.delivery import services
from marketplace.delivery.forms import ReceiveForm, ScanForm, new_key
from marketplace.delivery.links import box_in
from marketplace.delivery.models import Box, ReceiptLine, Shipment
from marketplace.delivery.selectors import shipments as selectors
from marketplace.delivery.selectors.genealogy import origins_of
from marketplace.delivery.selectors.tracking import unit_of
from marketplace.delivery.shown import shown

MOST_LINES = 12


@login_required
def find_box(request: ViewerRequest) -> HttpResponse:
    """Any box that comes: its shipment is opened for receiving. Of one that the viewer sent, its shipment is named."""
    if request.method != "POST":
        return render(request, "delivery/find_box.html")
    code = request.POST.get("code", "")
    try:
        found = selectors.box(request.viewer, public_id=box_in(code)).shipment
    except NotFound:
        text = (
            _("There is no such box among those that come to you.")
            if box_in(code)
            else _("This is not the code of a box.")
        )
        messages.error(request, text)
        return redirect("delivery:find-box")
    if selectors.is_only_sent_by(request.viewer, found):
        return render(request, "delivery/find_box.html", {"sent": found.public_id}, status=422)
    return redirect("delivery:receive", found.public_id)


@login_required
def receive(request: ViewerRequest, shipment: str) -> HttpResponse:
    found = selectors.shipment(request.viewer, public_id=shipment)
    form = ReceiveForm(request.POST or None, request.FILES or None, initial={"key": new_key()})
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            services.receive(viewer=request.viewer, whole=form.whole(found), now=clock.now())
        if form.is_valid():
            messages.success(request, _("Received. Thank you."))
            return redirect("delivery:shipment", shipment)
    return _page(request, found, form=form, status=422 if request.method == "POST" else 200)


@require_POST
@login_required
def scan(request: ViewerRequest, shipment: str) -> HttpResponse:
    """One box; an answer for the page's script, a redirect for everybody else."""
    found = selectors.shipment(request.viewer, public_id=shipment)
    form = ScanForm(request.POST)
    if not form.is_valid():
        return _scanned(request, found, said=_("Scan the code of a box, or type its number."), is_bad=True)
    try:
        line = services.receive_box(
            viewer=request.viewer,
            shipment=shipment,
            code=_code(found, form.cleaned_data["code"]),
            count=form.count(how=form.cleaned_data["how"] or ReceiptLine.How.TYPED),
            now=clock.now(),
        )
    except NotFound:
        raise
    except DomainError as refused:
        return _scanned(request, found, said=str(refused.text), is_bad=True)
    assert line.box is not None
    amount = quantity_text(line.good, unit_of(found))
    said = _("Box %(number)s: %(amount)s good.") % {"number": line.box.number, "amount": amount}
    return _scanned(request, found, said=said, is_bad=False)


@require_POST
@login_required
def undo(request: ViewerRequest, shipment: str) -> HttpResponse:
    services.undo_line(
        viewer=request.viewer, shipment=shipment, line=request.POST.get("line", ""), now=clock.now()
    )
    found = selectors.shipment(request.viewer, public_id=shipment)
    return _scanned(request, found, said=_("Taken back; count it again."), is_bad=False)


@require_POST
@login_required
def arrived(request: ViewerRequest, shipment: str) -> HttpResponse:
    services.arrive(viewer=request.viewer, shipment=shipment, now=clock.now())
    messages.success(request, _("It has arrived. Count its boxes."))
    return redirect("delivery:receive", shipment)


@login_required
def box(request: ViewerRequest, box: str) -> HttpResponse:
    """What the code on a box opens: whoever is logged in and concerned sees what it is and what may be in it."""
    found = selectors.box(request.viewer, public_id=box)
    whole = selectors.shipment(request.viewer, public_id=found.shipment.public_id)
    (row,) = shown(request.viewer, [whole], now=clock.now())
    context = {
        "box": found,
        "row": row,
        "shipment": whole,
        "origins": origins_of(request.viewer, found),
        "is_buyer": request.viewer.enterprise_id == whole.order.buyer_id,
        "line": found.lines.filter(corrects=None, correction=None).first(),
    }
    return render(request, "delivery/box.html", context)


def _code(shipment: Shipment, typed: str) -> str:
    """A short number is that of a box on its label."""
    text = typed.strip()
    if text.isascii() and text.isdigit() and len(text) <= 4:
        numbered = Box.objects.filter(shipment=shipment, number=int(text)).first()
        return numbered.public_id if numbered else text
    return text


def _scanned(request: ViewerRequest, shipment: Shipment, *, said: str, is_bad: bool) -> HttpResponse:
    if not request.htmx:
        (messages.error if is_bad else messages.success)(request, said)
        return redirect("delivery:receive", shipment.public_id)
    found = selectors.shipment(request.viewer, public_id=shipment.public_id)
    context = _context(request, found) | {"said": said, "is_bad": is_bad}
    return render(request, "delivery/counted.html", context)


def _page(request: ViewerRequest, shipment: Shipment, *, form: Form, status: int) -> HttpResponse:
    context = _context(request, shipment) | {"form": form}
    return render(request, "delivery/receive.html", context, status=status)


def _context(request: ViewerRequest, shipment: Shipment) -> dict[str, object]:
    (row,) = shown(request.viewer, [shipment], now=clock.now())
    if not row.is_receiver:
        raise NotFound(_("There is no such shipment."))
    lines = ReceiptLine.objects.filter(receipt__shipment=shipment, corrects=None, correction=None)
    left = shipment.boxes.filter(received_at=None)
    return {
        "row": row,
        "shipment": shipment,
        "lines": lines.select_related("box").order_by("-id")[:MOST_LINES],
        "num_counted": shipment.num_boxes_received,  # type: ignore[attr-defined]
        "num_left": left.count(),
        "left": left[:MOST_LINES],
        "scan_key": new_key(),
        "may_undo": shipment.status != Shipment.Status.RECEIVED or shipment.to_drop_id is None,
    }
