"""A factory as others see it, and the same page for its owner as a preview."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.errors import NotFound
from marketplace.disclosure import selectors, services
from marketplace.disclosure.words import Audience


@require_safe
def firm(request: ViewerRequest, firm: str) -> HttpResponse:
    """Sections that rest on a grant are logged for the owner."""
    now = clock.now()
    profile = selectors.firm_seen_by(request.viewer, firm=firm, now=now)
    services.note_looks(viewer=request.viewer, profile=profile, now=now)
    response = render(request, "disclosure/firm.html", {"profile": profile, "is_preview": False})
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@login_required
def preview(request: ViewerRequest, audience: str = Audience.PUBLIC.value) -> HttpResponse:
    """The owner's enterprise through the eyes of the audience; nothing is logged, nothing can be changed."""
    if audience not in Audience.values or not request.viewer.is_factory:
        raise NotFound(_("There is no such preview."))
    profile = selectors.previewed(request.viewer, audience=Audience(audience), now=clock.now())
    context = {"profile": profile, "is_preview": True, "audiences": list(Audience)}
    response = render(request, "disclosure/firm.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
