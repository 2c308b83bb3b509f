"""Following an invitation: as somebody who is logged in, or as a new person."""

from typing import Any

from allauth.account.views import SignupView
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from marketplace.accounts import services
from marketplace.accounts.forms.sign_up import JoinForm
from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.models import Invitation, Person
from marketplace.accounts.selectors import get_invitation
from marketplace.accounts.viewer import SESSION_KEY
from marketplace.common.clock import real_now


@never_cache
def join(request: ViewerRequest, token: str) -> HttpResponseBase:
    invitation = get_invitation(token=token, real_now=real_now())
    if isinstance(request.user, Person):
        return _join_as(request, request.user, token=token, invitation=invitation)
    if Person.objects.filter(email=invitation.email).exists():
        query = urlencode({"next": request.path, "email": invitation.email})
        return redirect(f"{reverse('account_login')}?{query}")
    return JoinView.as_view(token=token, invitation=invitation)(request)


def _join_as(request: ViewerRequest, person: Person, *, token: str, invitation: Invitation) -> HttpResponse:
    if request.method != "POST":
        return render(
            request,
            "accounts/join.html",
            {"invitation": invitation, "is_addressee": person.email == invitation.email},
        )
    membership = services.accept_invitation(person=person, token=token, real_now=real_now())
    request.session[SESSION_KEY] = membership.enterprise.public_id
    messages.success(
        request, _("You now act for %(enterprise)s.") % {"enterprise": membership.enterprise.name}
    )
    return redirect("home")


class JoinView(SignupView):  # type: ignore[misc]
    """Allauth's sign-up with the invitation's form."""

    template_name = "accounts/join.html"
    token = ""
    invitation: Invitation | None = None

    def get_form_class(self) -> type[JoinForm]:
        return JoinForm

    def get_form_kwargs(self) -> dict[str, Any]:
        assert self.invitation is not None
        return {**super().get_form_kwargs(), "token": self.token, "invited_email": self.invitation.email}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "invitation": self.invitation}
