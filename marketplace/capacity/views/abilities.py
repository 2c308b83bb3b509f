"""What a machine can do and for how much, changed from its page."""

import zoneinfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.accounts.http import ViewerRequest
from marketplace.capacity import selectors, services
from marketplace.capacity.forms import CapabilityForm, RateForm
from marketplace.capacity.forms.machines import currency_of
from marketplace.capacity.views.machines import render_machine
from marketplace.common.forms import refusals_in


@require_POST
@login_required
def set_capability(request: ViewerRequest, machine: str) -> HttpResponse:
    row = selectors.machine_details(viewer=request.viewer, machine=machine)
    form = CapabilityForm(request.POST, prefix="capability")
    if form.is_valid():
        with refusals_in(form):
            services.set_capability(viewer=request.viewer, machine=machine, draft=form.draft())
            messages.success(request, _("The capability is saved."))
            return redirect("capacity:machine", machine)
    with timezone.override(zoneinfo.ZoneInfo(row.site.time_zone)):
        return render_machine(request, row, capability_form=form)


@require_POST
@login_required
def remove_capability(request: ViewerRequest, machine: str, process: str) -> HttpResponse:
    services.remove_capability(viewer=request.viewer, machine=machine, process=process)
    messages.success(request, _("The capability and its prices are removed."))
    return redirect("capacity:machine", machine)


@require_POST
@login_required
def set_rate(request: ViewerRequest, machine: str) -> HttpResponse:
    row = selectors.machine_details(viewer=request.viewer, machine=machine)
    form = RateForm(request.POST, prefix="rate")
    if form.is_valid():
        rates = row.rates.all()
        currency = rates[0].currency if rates else currency_of(row.site)
        with refusals_in(form):
            services.set_rate(viewer=request.viewer, machine=machine, draft=form.draft(currency=currency))
            messages.success(request, _("The price is saved; offers that are out keep the old one."))
            return redirect("capacity:machine", machine)
    with timezone.override(zoneinfo.ZoneInfo(row.site.time_zone)):
        return render_machine(request, row, rate_form=form)


@require_POST
@login_required
def remove_rate(request: ViewerRequest, machine: str, process: str) -> HttpResponse:
    services.remove_rate(
        viewer=request.viewer,
        machine=machine,
        process=process,
        product_code=request.POST.get("product_code", ""),
    )
    messages.success(request, _("The price is removed."))
    return redirect("capacity:machine", machine)
