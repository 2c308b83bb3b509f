"""Acting for another enterprise, reading in another language."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from marketplace.accounts import services
from marketplace.accounts.selectors import get_membership
from marketplace.accounts.viewer import SESSION_KEY

YEAR_S = 31_536_000


@require_POST
@login_required
def switch_enterprise(request: HttpRequest) -> HttpResponse:
    """From the next page on the person acts for the enterprise; only one they belong to."""
    membership = get_membership(
        viewer=request.viewer,  # type: ignore[attr-defined]
        enterprise_public_id=request.POST.get("enterprise", ""),
    )
    request.session[SESSION_KEY] = membership.enterprise.public_id
    return redirect("home")


@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Remembered in this browser and, for a person, with their profile."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    if request.user.is_authenticated:
        services.set_language(viewer=request.viewer, language=language)  # type: ignore[attr-defined]
    response = redirect(_own_page(request))
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR_S, samesite="Lax")
    return response


def _own_page(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if is_ours else "home"
