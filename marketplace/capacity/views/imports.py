"""Files in and out: send one, see what it would do, apply it, take it back; download what stands, and templates."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.capacity import imports, selectors
from marketplace.capacity.forms.imports import ImportForm
from marketplace.capacity.imports.preview import fault_lines, result_text, row_lines, title_of
from marketplace.capacity.models import ImportDraft
from marketplace.capacity.views.feeds import told_address
from marketplace.common import clock
from marketplace.common.errors import DomainError, Forbidden, NotFound
from marketplace.common.forms import refusals_in
from marketplace.common.sheets import csv_response, xlsx_response

MOST_DRAFTS = 10
ROWS_A_PAGE = 100
MOST_FAULTS = 200


@login_required
def start(request: ViewerRequest) -> HttpResponse:
    """Where files come in and go out."""
    if not request.viewer.is_factory:
        raise Forbidden(_("Only a factory lists machines."))
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            draft = imports.draft_import(viewer=request.viewer, upload=form.cleaned_data["file"])
            return redirect("capacity:import-draft", draft.public_id)
    context = {
        "form": form,
        "kinds": imports.KINDS,
        "drafts": [(one, result_text(one)) for one in imports.drafts_of(viewer=request.viewer)[:MOST_DRAFTS]],
        "feed": selectors.feeds_of(viewer=request.viewer).filter(equipment=None).first(),
        "address": told_address(request),
    }
    return render(request, "capacity/import.html", context, status=422 if form.errors else 200)


@login_required
def draft(request: ViewerRequest, draft: str) -> HttpResponse:
    """What the file would do; sent back, it is done."""
    found = imports.get_draft(viewer=request.viewer, draft=draft)
    if found.applied_at is not None:
        return render(request, "capacity/import_done.html", {"draft": found, "result": result_text(found)})
    if request.method == "POST":
        return _applied(request, found)
    return _preview(request, found, remove=request.GET.getlist("remove"))


def _applied(request: ViewerRequest, draft: ImportDraft) -> HttpResponse:
    remove = request.POST.getlist("remove")
    try:
        done = imports.apply_draft(
            viewer=request.viewer,
            draft=draft.public_id,
            version=request.POST.get("version", ""),
            now=clock.now(),
            remove=remove,
        )
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, str(error.text))
        return _preview(request, draft, remove=remove, status=error.http_status)
    messages.success(request, result_text(done))
    return redirect("capacity:import-draft", draft.public_id)


def _preview(
    request: ViewerRequest, draft: ImportDraft, *, remove: list[str], status: int = 200
) -> HttpResponse:
    plan = imports.look(viewer=request.viewer, draft=draft, now=clock.now(), remove=remove)
    findings = plan.findings
    without_removals = plan
    if remove:
        without_removals = imports.look(viewer=request.viewer, draft=draft, now=clock.now())
    lines = row_lines(findings)
    blocking = {fault.blocked_by for fault in without_removals.findings.faults}
    context = {
        "draft": draft,
        "title": title_of(findings),
        "findings": findings,
        "version": without_removals.version,
        "faults": fault_lines(findings)[:MOST_FAULTS],
        "num_faults": len(findings.faults),
        "page": Paginator(lines, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "num_rows": len(lines),
        "num_unchanged": len(findings.rows) - len(lines),
        "ignored": [name for sheet in draft.content["sheets"].values() for name in sheet["ignored"]],
        "can_tick": bool(blocking - {""}),
        "is_clean": plan.is_clean,
        "has_work": bool(lines or findings.vanished),
    }
    return render(request, "capacity/import_draft.html", context, status=status)


@require_POST
@login_required
def undo(request: ViewerRequest, draft: str) -> HttpResponse:
    """The opposite as a draft: what it would do is shown before it is done."""
    opposite = imports.draft_undo(viewer=request.viewer, draft=draft)
    return redirect("capacity:import-draft", opposite.public_id)


@require_safe
@login_required
def export(request: ViewerRequest, kind: str = "") -> HttpResponse:
    """All sheets as one workbook, or one as CSV."""
    pages = imports.export_pages(viewer=request.viewer, kinds=[kind] if kind else [], now=clock.now())
    if not kind:
        return xlsx_response(name="machines.xlsx", pages=pages)
    return csv_response(name=f"{kind}.csv", header=pages[0].header, rows=pages[0].rows)


@require_safe
@login_required
def template(request: ViewerRequest, kind: str = "") -> HttpResponse:
    """A file to fill in: an example row in each sheet, and the rules."""
    pages = imports.template_pages(kinds=[kind] if kind else [])
    if not kind:
        return xlsx_response(name="machines-template.xlsx", pages=pages)
    return csv_response(name=f"{kind}-template.csv", header=pages[0].header, rows=pages[0].rows)
