"""The office's book of firms: list, import with preview, claim links."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.capacity.models import Process
from marketplace.common import clock
from marketplace.common.forms import refusals_in
from marketplace.common.qr import qr_svg
from marketplace.common.sheets import Page, xlsx_response
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.firm_rows import COLUMNS
from marketplace.mobilisation.forms.questions import FileForm
from marketplace.mobilisation.views.verified import once_verified


@require_safe
@once_verified
def firms(request: ViewerRequest) -> HttpResponse:
    found = list(selectors.firms(request.viewer)[:2000])
    num_unclaimed = sum(not firm.enterprise.is_claimed for firm in found)
    return render(request, "mobilisation/firms.html", {"firms": found, "num_unclaimed": num_unclaimed})


@once_verified
def import_firms(request: ViewerRequest) -> HttpResponse:
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        upload = form.cleaned_data["file"]
        with refusals_in(form):
            found = services.read_firm_list(
                viewer=request.viewer, upload=upload, file_name=upload.name or "", now=clock.now()
            )
        if form.is_valid():
            return redirect("mobilisation:firm-list", found.public_id)
    selectors.firms(request.viewer)
    return render(request, "mobilisation/firm_import.html", {"form": form, "columns": COLUMNS})


@require_safe
@once_verified
def template(request: ViewerRequest) -> HttpResponse:
    """An empty list with headings in the reader's language and one example."""
    selectors.firms(request.viewer)
    header = [column.heading for column in COLUMNS]
    example = [column.example for column in COLUMNS]
    return xlsx_response(name="firms.xlsx", pages=[Page(title=_("Firms"), header=header, rows=[example])])


@require_safe
@once_verified
def firm_list(request: ViewerRequest, firm_list: str) -> HttpResponse:
    found = selectors.firm_list(request.viewer, public_id=firm_list)
    headings = {column.key: column.heading for column in COLUMNS}
    faults = [{**fault, "field": headings.get(fault["field"], fault["field"])} for fault in found.faults]
    processes = dict(Process.choices)
    rows = [{**row, "process_name": processes[row["process"]]} for row in found.rows[:500]]
    context = {
        "list": found,
        "faults": faults[:500],
        "rows": rows,
        "num_faulty": len({f["number"] for f in faults}),
    }
    return render(request, "mobilisation/firm_list.html", context)


@require_POST
@once_verified
def take(request: ViewerRequest, firm_list: str) -> HttpResponse:
    services.take_firm_list(viewer=request.viewer, public_id=firm_list, now=clock.now())
    messages.success(request, _("The firms are in your book."))
    return redirect("mobilisation:firms")


@require_POST
@once_verified
def claim_link(request: ViewerRequest, firm: str) -> HttpResponse:
    """Shown on the answer to a POST, because it is written down who saw it."""
    found = selectors.firm(request.viewer, public_id=firm)
    link = services.claim_link_of(
        viewer=request.viewer, firm_public_id=firm, now=clock.now(), real_now=clock.real_now()
    )
    context = {"firm": found, "link": link, "code": qr_svg(link)}
    response = render(request, "mobilisation/claim_link.html", context)
    response["Cache-Control"] = "no-store"
    return response
