"""The planner sets the PINs that open stations."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.models import Site
from marketplace.common import clock
from marketplace.common.forms import refusals_in
from marketplace.production import selectors, services
from marketplace.production.forms import PinForm


@require_safe
@login_required
def pins(request: ViewerRequest) -> HttpResponse:
    return _page(request)


@require_POST
@login_required
def set_pin(request: ViewerRequest, site: str) -> HttpResponse:
    form = PinForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            services.set_pin(
                viewer=request.viewer, site=site, pin=form.cleaned_data["pin"], real_now=clock.real_now()
            )
            messages.success(
                request, _("The PIN is set. Tell it to the people at the machines; it is shown nowhere.")
            )
            return redirect("production:pins")
    return _page(request, site=site, form=form)


@require_POST
@login_required
def set_machine_pin(request: ViewerRequest, machine: str) -> HttpResponse:
    """A PIN of the machine's own; an empty one goes back to the site's."""
    if not request.POST.get("pin"):
        services.drop_machine_pin(viewer=request.viewer, machine=machine)
        messages.success(request, _("The site's PIN opens this machine again."))
        return redirect("production:pins")
    services.set_pin(
        viewer=request.viewer, machine=machine, pin=request.POST.get("pin", ""), real_now=clock.real_now()
    )
    messages.success(
        request, _("The PIN is set. Tell it to the people at the machines; it is shown nowhere.")
    )
    return redirect("production:pins")


def _page(request: ViewerRequest, *, site: str = "", form: PinForm | None = None) -> HttpResponse:
    request.viewer.require_planner()
    sites = Site.objects.filter(enterprise_id=request.viewer.require_enterprise()).order_by("name")
    with_pin = selectors.sites_with_pin(request.viewer)
    rows = [(one, one.pk in with_pin, form if form and one.public_id == site else PinForm()) for one in sites]
    context = {
        "rows": rows,
        "num_missing": sum(not has_pin for _site, has_pin, _form in rows),
        "machines": selectors.machines_with_pin(request.viewer),
    }
    return render(request, "production/pins.html", context, status=422 if form else 200)
