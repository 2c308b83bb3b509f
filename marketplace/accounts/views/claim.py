"""Taking over a firm by its link: as somebody who is logged in, or as a new person. Looking changes nothing."""

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
from marketplace.accounts.forms.sign_up import ClaimForm
from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.models import ClaimLink, Person
from marketplace.accounts.selectors import get_claim_link
from marketplace.accounts.viewer import SESSION_KEY
from marketplace.common.clock import now, real_now

TEMPLATE = "accounts/claim.html"


@never_cache
def claim(request: ViewerRequest, token: str) -> HttpResponseBase:
    link = get_claim_link(token=token, real_now=real_now())
    if isinstance(request.user, Person):
        return _claim_as(request, request.user, token=token, link=link)
    return ClaimView.as_view(token=token, link=link)(request)


def _claim_as(request: ViewerRequest, person: Person, *, token: str, link: ClaimLink) -> HttpResponse:
    if request.method != "POST":
        return render(request, TEMPLATE, {"link": link})
    membership = services.claim(person=person, token=token, now=now(), real_now=real_now())
    request.session[SESSION_KEY] = membership.enterprise.public_id
    messages.success(
        request, _("You now act for %(enterprise)s.") % {"enterprise": membership.enterprise.name}
    )
    return redirect("home")


class ClaimView(SignupView):  # type: ignore[misc]
    """Allauth's sign-up with the claim's form."""

    template_name = TEMPLATE
    token = ""
    link: ClaimLink | None = None

    def get_form_class(self) -> type[ClaimForm]:
        return ClaimForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "token": self.token}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        log_in = f"{reverse('account_login')}?{urlencode({'next': self.request.path})}"
        return {**super().get_context_data(**kwargs), "link": self.link, "log_in": log_in}
