"""Calendars at secret addresses: read by programs without logging in, renewed and revoked by the owner."""

from hashlib import sha256

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.capacity import selectors, services
from marketplace.capacity.ical import calendar_of
from marketplace.common import clock

FEED_KEY = "calendar_feed"  # where the session keeps an address until the next page has told it
CALENDAR = "text/calendar; charset=utf-8"


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar; 304 for who has it as it is."""
    body = calendar_of(selectors.feed_by_token(token), now=clock.now())
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type=CALENDAR)
    response["Content-Disposition"] = 'inline; filename="muster.ics"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=300"
    response["Referrer-Policy"] = "no-referrer"
    return get_conditional_response(request, etag=etag, response=response) or response


@require_POST
@login_required
def renew(request: ViewerRequest, machine: str = "") -> HttpResponse:
    new = services.renew_feed(viewer=request.viewer, machine=machine)
    address = request.build_absolute_uri(reverse("capacity:calendar", args=[new.token]))
    request.session[FEED_KEY] = {machine: address}
    return _back(machine)


@require_POST
@login_required
def revoke(request: ViewerRequest, feed: str) -> HttpResponse:
    gone = services.revoke_feed(viewer=request.viewer, feed=feed)
    messages.success(request, _("The calendar answers no more."))
    return _back(gone.equipment.public_id if gone.equipment else "")


def told_address(request: ViewerRequest, machine: str = "") -> str:
    """The address that was just made, told once."""
    address: str = request.session.get(FEED_KEY, {}).get(machine, "")
    if address:
        del request.session[FEED_KEY]
    return address


def _back(machine: str) -> HttpResponse:
    page = reverse("capacity:machine", args=[machine]) if machine else reverse("capacity:import")
    return redirect(f"{page}#feed-title")
