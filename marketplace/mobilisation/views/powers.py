"""What is done under a declaration in force: looking, programmes, ratings; and the report of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.capacity.models import Process
from marketplace.common import clock
from marketplace.common.errors import NotFound
from marketplace.common.forms import refusals_in
from marketplace.common.sheets import csv_response
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.forms.powers import ConfirmForm, ProgrammeForm, RateForm
from marketplace.mobilisation.goods import templates
from marketplace.mobilisation.report import report_table
from marketplace.mobilisation.rows import report_of
from marketplace.mobilisation.selectors.programmes import Candidate
from marketplace.mobilisation.views.verified import once_verified
from marketplace.orders.models import Order


@require_POST
@once_verified
def look(request: ViewerRequest, declaration: str) -> HttpResponse:
    """By POST, because a look is written down: no link preview and no prefetch looks."""
    now = clock.now()
    sight = services.look_at_capacity(viewer=request.viewer, declaration_public_id=declaration, now=now)
    found = selectors.declaration(request.viewer, public_id=declaration)
    response = render(request, "mobilisation/sight.html", {"sight": sight, "declaration": found})
    response["Cache-Control"] = "no-store"
    return response


@once_verified
def new_programme(request: ViewerRequest, declaration: str) -> HttpResponse:
    now = clock.now()
    found = selectors.live_declaration(request.viewer, public_id=declaration, now=now)
    form = ProgrammeForm(request.POST or None, products=templates().filter(code__in=found.products))
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            services.open_programme(
                viewer=request.viewer, declaration_public_id=declaration, now=now, **form.cleaned_data
            )
        if form.is_valid():
            messages.success(request, _("The programme is open."))
            return redirect("mobilisation:declaration", declaration)
    return render(request, "mobilisation/programme.html", {"form": form, "declaration": found})


@once_verified
def rate(request: ViewerRequest, declaration: str, order: str) -> HttpResponse:
    """First the need is confirmed, then the order is rated: one page, one step after the other."""
    now = clock.now()
    found = selectors.live_declaration(request.viewer, public_id=declaration, now=now)
    candidate = _candidate(selectors.rateable(found), order)
    programmes = [one for one in selectors.programmes(found) if one.product_id == candidate.order.product_id]
    posted = request.POST or None
    is_confirmed = candidate.confirmation is not None
    form = RateForm(posted, programmes=programmes) if is_confirmed else ConfirmForm(posted)
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            if isinstance(form, RateForm):
                values = {key: form.cleaned_data[key] for key in ("rating", "statement")}
                services.rate_order(
                    viewer=request.viewer,
                    programme_public_id=form.cleaned_data["programme"],
                    order_public_id=order,
                    now=now,
                    **values,
                )
            else:
                services.confirm_need(
                    viewer=request.viewer,
                    declaration_public_id=declaration,
                    order_public_id=order,
                    now=now,
                    **form.cleaned_data,
                )
        if form.is_valid():
            if is_confirmed:
                messages.success(request, _("The order is rated: it comes first."))
                return redirect("mobilisation:declaration", declaration)
            return redirect("mobilisation:rate", declaration, order)
    context = {"form": form, "declaration": found, "candidate": candidate, "programmes": programmes}
    return render(request, "mobilisation/rate.html", context)


@once_verified
def precedence(request: ViewerRequest, rating: str) -> HttpResponse:
    """The plan in which the order comes first, with what it displaces; a person commits it."""
    found = selectors.rating(request.viewer, public_id=rating)
    plan = selectors.newest_precedence_plan(found, now=clock.now())
    if request.method == "POST":
        if request.POST.get("plan"):
            services.take_precedence(
                viewer=request.viewer,
                rating_public_id=rating,
                plan_public_id=request.POST["plan"],
                now=clock.now(),
                clock_speed=clock.speed(),
            )
            messages.success(request, _("Committed: factories have their offers, displaced buyers are told."))
        else:
            services.ask_for_precedence(viewer=request.viewer, rating_public_id=rating, now=clock.now())
        return redirect("mobilisation:precedence", rating)
    rows = [] if plan is None else selectors.giving_way(plan)
    context = {
        "rating": found,
        "plan": plan,
        "arrives_at": None if plan is None else plan.arrives_at,
        "rows": rows,
        "num_runs": sum(len(row.runs) for row in rows),
        "bearers": selectors.bearers(rows) if rows else [],
        "is_live": found.programme.declaration.is_live(clock.now()),
        "is_open": found.order.status == Order.Status.OPEN and found.ended_at is None,
    }
    return render(request, "mobilisation/precedence.html", context)


@require_safe
@once_verified
def report(request: ViewerRequest, declaration: str) -> HttpResponse:
    found = selectors.declaration(request.viewer, public_id=declaration)
    context = {
        "declaration": found,
        "report": report_of(request.viewer, found, now=clock.now()),
        "products": templates().filter(code__in=found.products),
        "processes": [Process(process).label for process in found.processes],
        "trail": selectors.trail(found),
    }
    return render(request, "mobilisation/report.html", context)


@require_safe
@once_verified
def report_csv(request: ViewerRequest, declaration: str) -> HttpResponse:
    found = selectors.declaration(request.viewer, public_id=declaration)
    header, rows = report_table(
        report_of(request.viewer, found, now=clock.now()), trail=selectors.trail(found)
    )
    return csv_response(name=f"{declaration}-report.csv", header=header, rows=rows)


def _candidate(found: list[Candidate], order: str) -> Candidate:
    candidate = next((one for one in found if one.order.public_id == order), None)
    if candidate is None:
        raise NotFound(_("There is no such order."))
    return candidate
