"""Keys for programs."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.accounts import services
from marketplace.accounts.forms.settings import TokenForm
from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.selectors import tokens_of
from marketplace.common.clock import real_now
from marketplace.common.forms import refusals_in


@login_required
def tokens(request: ViewerRequest) -> HttpResponse:
    """The secret of a new key is on the answer to its form and on no later page."""
    viewer = request.viewer
    form = TokenForm(request.POST if request.method == "POST" else None)
    secret = ""
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            secret = services.create_token(viewer=viewer, **form.cleaned_data).secret
    shown = {"form": form, "secret": secret, "tokens": tokens_of(viewer=viewer)}
    response = render(request, "accounts/tokens.html", shown)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@login_required
def revoke_token(request: ViewerRequest, public_id: str) -> HttpResponse:
    services.revoke_token(viewer=request.viewer, token_public_id=public_id, real_now=real_now())
    messages.success(request, _("The key is revoked; programs that use it are refused from now on."))
    return redirect("accounts:tokens")
