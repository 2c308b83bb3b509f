"""What an enterprise says about itself, and its verification."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.accounts import services
from marketplace.accounts.forms.settings import EnterpriseForm
from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.selectors import get_enterprise
from marketplace.common.forms import refusals_in


@login_required
def enterprise(request: ViewerRequest) -> HttpResponse:
    """Everybody in the enterprise reads it; an owner changes it."""
    viewer = request.viewer
    if viewer.enterprise_id is None:
        return redirect("accounts:profile")
    shown = get_enterprise(viewer=viewer)
    form = EnterpriseForm(request.POST) if request.method == "POST" else EnterpriseForm.of(shown)
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            services.update_enterprise(viewer=viewer, details=form.details)
        if form.is_valid():
            messages.success(request, _("The enterprise is saved."))
            return redirect("accounts:settings")
    return render(request, "accounts/enterprise.html", {"form": form, "enterprise": shown})


@require_POST
@login_required
def ask_for_verification(request: ViewerRequest) -> HttpResponse:
    services.ask_for_verification(viewer=request.viewer)
    messages.success(request, _("Asked. We look at the registration number and the sites."))
    return redirect("accounts:settings")
