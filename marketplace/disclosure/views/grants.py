"""Who may see what of ours, why, until when; giving, ending, and who looked."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.forms import refusals_in
from marketplace.disclosure import selectors, services
from marketplace.disclosure.facets import scopes_of
from marketplace.disclosure.forms import GrantForm

LOOKS_A_PAGE = 25


@require_safe
@login_required
def grants(request: ViewerRequest) -> HttpResponse:
    """Everybody of the enterprise reads it."""
    viewer, now = request.viewer, clock.now()
    viewer.require_enterprise()
    given = list(selectors.grants_of(viewer)[:200])
    looks = Paginator(selectors.looks_at(viewer), LOOKS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "live": [one for one in given if one.ended_at is None and one.ends_at > now],
        "over": [one for one in given if one.ended_at is not None or one.ends_at <= now],
        "received": selectors.grants_received(viewer, now=now),
        "looks": looks,
    }
    return render(request, "disclosure/grants.html", context)


@login_required
def give(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    viewer.require_owner()
    now, words = clock.now(), request.GET.get("q", "").strip()[:80]
    readers = selectors.readers_known_to(viewer, words=request.POST.get("to_enterprise") or words, now=now)
    form = GrantForm(request.POST or None, scopes=scopes_of(viewer.require_enterprise()), readers=readers)
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            services.give_grant(viewer=viewer, draft=form.draft(now=now), now=now)
        if form.is_valid():
            messages.success(request, _("Opened. You can end it here at any moment."))
            return redirect("disclosure:grants")
    return render(request, "disclosure/give.html", {"form": form, "words": words, "readers": readers})


@require_POST
@login_required
def end(request: ViewerRequest, grant: str) -> HttpResponse:
    services.end_grant(viewer=request.viewer, grant=grant, now=clock.now())
    messages.success(request, _("Ended. From now on they see nothing of it."))
    return redirect("disclosure:grants")
