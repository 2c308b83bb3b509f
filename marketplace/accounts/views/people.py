"""Who works in an enterprise, and who is asked to join."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.accounts import services
from marketplace.accounts.forms.settings import InvitationForm
from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.models import Membership
from marketplace.accounts.selectors import members_of, open_invitations_of
from marketplace.common.clock import real_now
from marketplace.common.forms import refusals_in


@login_required
def people(request: ViewerRequest) -> HttpResponse:
    """The link of a new invitation is on the answer to its form and on no later page."""
    viewer = request.viewer
    form = InvitationForm(request.POST if request.method == "POST" else None)
    link = ""
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            made = services.invite(viewer=viewer, real_now=real_now(), **form.cleaned_data)
            link = request.build_absolute_uri(reverse("accounts:join", args=[made.token]))
    context = {
        "form": form,
        "link": link,
        "members": members_of(viewer=viewer),
        "invitations": open_invitations_of(viewer=viewer, real_now=real_now()),
        "roles": Membership.Role.choices,
    }
    response = render(request, "accounts/people.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@login_required
def change_role(request: ViewerRequest, public_id: str) -> HttpResponse:
    membership = services.change_role(
        viewer=request.viewer,
        person_public_id=public_id,
        role=request.POST.get("role", ""),
    )
    messages.success(
        request,
        _("%(person)s is now %(role)s.")
        % {"person": membership.person, "role": membership.get_role_display()},
    )
    return redirect("accounts:people")


@require_POST
@login_required
def remove_member(request: ViewerRequest, public_id: str) -> HttpResponse:
    viewer = request.viewer
    services.remove_member(viewer=viewer, person_public_id=public_id)
    messages.success(request, _("Done: this person no longer acts for the enterprise."))
    return redirect("home" if request.user.public_id == public_id else "accounts:people")


@require_POST
@login_required
def withdraw_invitation(request: ViewerRequest, public_id: str) -> HttpResponse:
    services.withdraw_invitation(viewer=request.viewer, invitation_public_id=public_id)
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("accounts:people")
