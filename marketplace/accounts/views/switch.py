"""Acting for another enterprise, reading in another language."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from marketplace.accounts import services
from marketplace.accounts.adapter import remember_language
from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.selectors import get_membership
from marketplace.accounts.viewer import SESSION_KEY


@require_POST
@login_required
def switch_enterprise(request: ViewerRequest) -> HttpResponse:
    """From the next page on the person acts for the enterprise; only one they belong to."""
    membership = get_membership(
        viewer=request.viewer,
        enterprise_public_id=request.POST.get("enterprise", ""),
    )
    request.session[SESSION_KEY] = membership.enterprise.public_id
    return redirect("home")


@require_POST
def switch_language(request: ViewerRequest) -> HttpResponse:
    """Remembered in this browser and, for a person, with their profile."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    if request.user.is_authenticated:
        services.set_language(viewer=request.viewer, language=language)
    response = redirect(_own_page(request))
    remember_language(response, language)
    return response


def _own_page(request: ViewerRequest) -> str:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if is_ours else "home"
