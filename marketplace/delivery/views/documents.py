"""Labels for boxes, the delivery note, photos of proof."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.errors import NotFound
from marketplace.delivery.documents import labels_pdf, note_pdf
from marketplace.delivery.selectors import shipments as selectors
from marketplace.delivery.selectors.shipments import LEFT
from marketplace.delivery.shown import Shown, shown


@require_safe
@login_required
def labels(request: ViewerRequest, shipment: str) -> HttpResponse:
    """For the sender, once boxes are packed."""
    row = _sent(request, shipment)
    if not row.num_boxes:
        raise NotFound(_("There are no boxes yet."))
    return _pdf(labels_pdf(row), name=f"labels-{shipment}.pdf")


@require_safe
@login_required
def note(request: ViewerRequest, shipment: str) -> HttpResponse:
    """For the sender, from dispatch on: only then the address of the dock is his to know."""
    row = _sent(request, shipment)
    if row.shipment.status not in LEFT:
        raise NotFound(_("It has not left yet."))
    return _pdf(note_pdf(row), name=f"note-{shipment}.pdf")


@require_safe
@login_required
def photo(request: ViewerRequest, shipment: str, step: str) -> HttpResponse:
    found = selectors.shipment(request.viewer, public_id=shipment)
    (row,) = shown(request.viewer, [found], now=clock.now())
    proof = found.proofs.filter(step=step).first()
    if not (row.is_sender or row.is_receiver) or proof is None or not proof.photo:
        raise NotFound(_("There is no photo."))
    return HttpResponse(bytes(proof.photo), content_type="image/jpeg")


def _sent(request: ViewerRequest, public_id: str) -> Shown:
    (row,) = shown(request.viewer, [selectors.shipment(request.viewer, public_id=public_id)], now=clock.now())
    if not row.is_sender:
        raise NotFound(_("There is no such shipment."))
    return row


def _pdf(data: bytes, *, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
