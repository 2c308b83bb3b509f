"""Declaring, approving, watching and ending an emergency."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.selectors import has_second_factor
from marketplace.capacity.models import Process
from marketplace.common import clock
from marketplace.common.forms import refusals_in
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.forms.declarations import (
    ApproveForm,
    CodeForm,
    DeclarationForm,
    ExtendForm,
    ReasonForm,
)
from marketplace.mobilisation.goods import templates
from marketplace.mobilisation.models import Declaration, Extension
from marketplace.mobilisation.rows import declaration_rows, report_of
from marketplace.mobilisation.selectors.office import require_acting
from marketplace.mobilisation.views.verified import once_verified

LIST = "mobilisation/emergencies.html"
FORM = "mobilisation/declare.html"
PAGE = "mobilisation/declaration.html"
NEWEST = 8  # entries of the audit trail on the page


@require_safe
@once_verified
def declarations(request: ViewerRequest) -> HttpResponse:
    rows = declaration_rows(request.viewer, now=clock.now())
    live = [row for row in rows if row.state == Declaration.Status.LIVE]
    waiting = [row for row in rows if row.state == Declaration.Status.WAITING]
    return render(request, LIST, {"rows": rows, "live": live, "waiting": waiting})


@once_verified
def declare(request: ViewerRequest) -> HttpResponse:
    require_acting(request.viewer)
    now = clock.now()
    last = selectors.declarations(request.viewer).first()
    form = DeclarationForm(request.POST or None, now=now, like=last)
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            made = services.create_declaration(viewer=request.viewer, draft=form.draft(), now=now)
        if form.is_valid():
            return redirect("mobilisation:declaration", made.public_id)
    return render(request, FORM, {"form": form})


@once_verified
def change(request: ViewerRequest, declaration: str) -> HttpResponse:
    found = selectors.declaration(request.viewer, public_id=declaration)
    now = clock.now()
    names = DeclarationForm.base_fields
    form = DeclarationForm(
        request.POST or None, now=now, initial={name: getattr(found, name) for name in names}
    )
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            services.change_declaration(
                viewer=request.viewer, public_id=declaration, draft=form.draft(), now=now
            )
        if form.is_valid():
            messages.success(
                request, _("Changed: it is a draft again, to be proposed and approved as it stands now.")
            )
            return redirect("mobilisation:declaration", declaration)
    return render(request, FORM, {"form": form, "declaration": found})


@require_safe
@once_verified
def declaration(request: ViewerRequest, declaration: str) -> HttpResponse:
    return _page(request, selectors.declaration(request.viewer, public_id=declaration))


@require_POST
@once_verified
def propose(request: ViewerRequest, declaration: str) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            services.propose_declaration(
                viewer=request.viewer,
                public_id=declaration,
                code=form.cleaned_data["code"],
                now=clock.now(),
            )
        if form.is_valid():
            messages.success(request, _("Proposed: now a second person of your office approves it."))
            return redirect("mobilisation:declaration", declaration)
    return _page(request, selectors.declaration(request.viewer, public_id=declaration), propose_form=form)


@require_POST
@once_verified
def approve(request: ViewerRequest, declaration: str) -> HttpResponse:
    form = ApproveForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            services.approve_declaration(
                viewer=request.viewer, public_id=declaration, now=clock.now(), **form.cleaned_data
            )
        if form.is_valid():
            messages.success(request, _("Approved: it is in force, and everybody concerned is told."))
            return redirect("mobilisation:declaration", declaration)
    return _page(request, selectors.declaration(request.viewer, public_id=declaration), approve_form=form)


@require_POST
@once_verified
def refuse(request: ViewerRequest, declaration: str) -> HttpResponse:
    services.refuse_declaration(
        viewer=request.viewer, public_id=declaration, reason=request.POST.get("reason", ""), now=clock.now()
    )
    return redirect("mobilisation:declaration", declaration)


@require_POST
@once_verified
def end(request: ViewerRequest, declaration: str) -> HttpResponse:
    services.end_declaration(
        viewer=request.viewer, public_id=declaration, reason=request.POST.get("reason", ""), now=clock.now()
    )
    messages.success(request, _("Ended: the widened sight is closed, and everybody concerned is told."))
    return redirect("mobilisation:declaration", declaration)


@require_POST
@once_verified
def extend(request: ViewerRequest, declaration: str) -> HttpResponse:
    form = ExtendForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            services.propose_extension(
                viewer=request.viewer, public_id=declaration, now=clock.now(), **form.cleaned_data
            )
        if form.is_valid():
            messages.success(request, _("Proposed: a second person of your office approves the new end."))
            return redirect("mobilisation:declaration", declaration)
    return _page(request, selectors.declaration(request.viewer, public_id=declaration), extend_form=form)


@require_POST
@once_verified
def approve_extension(request: ViewerRequest, extension: str) -> HttpResponse:
    found = selectors.extension(request.viewer, public_id=extension)
    form = ApproveForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            services.approve_extension(
                viewer=request.viewer, public_id=extension, now=clock.now(), **form.cleaned_data
            )
        if form.is_valid():
            messages.success(request, _("Approved: the new end holds."))
            return redirect("mobilisation:declaration", found.declaration.public_id)
    return _page(
        request,
        selectors.declaration(request.viewer, public_id=found.declaration.public_id),
        approve_extension_form=form,
    )


def _page(request: ViewerRequest, found: Declaration, **bound: object) -> HttpResponse:
    """One page for every state of a declaration; a form that was refused comes back with its reasons."""
    now = clock.now()
    state = found.state_at(now)
    waiting = found.extensions.filter(status=Extension.Status.WAITING).select_related("proposed_by").first()
    trail, num_entries = selectors.last_of_trail(found, most=NEWEST)
    context = {
        "declaration": found,
        "state": state,
        "is_live": state == Declaration.Status.LIVE,
        "products": templates().filter(code__in=found.products),
        "processes": [Process(process).label for process in found.processes],
        "is_own": found.proposed_by_id == request.viewer.person_id,
        "has_second_factor": has_second_factor(viewer=request.viewer),
        "propose_form": CodeForm(),
        "approve_form": ApproveForm(initial={"content_hash": found.content_hash}),
        "refuse_form": ReasonForm(),
        "extend_form": ExtendForm(),
        "approve_extension_form": ApproveForm(initial={"content_hash": waiting.content_hash})
        if waiting
        else None,
        "extension": waiting,
        "extension_is_own": waiting is not None and waiting.proposed_by_id == request.viewer.person_id,
        "report": report_of(request.viewer, found, now=now),
        "exercises": selectors.exercises_of(found)[:20] if found.is_drill else [],
        "candidates": selectors.rateable(found) if state == Declaration.Status.LIVE else [],
        "trail": trail,
        "num_entries": num_entries,
        **bound,
    }
    return render(request, PAGE, context)
