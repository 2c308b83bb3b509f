"""Puts the viewer on every request: who is looking, in which enterprise, in which language and time zone."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from marketplace.accounts.selectors import viewer_for
from marketplace.accounts.viewer import SESSION_KEY
from marketplace.common.zones import known_zones


class ViewerMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = viewer_for(request.user, enterprise_public_id=request.session.get(SESSION_KEY))  # type: ignore[attr-defined]
        zone = getattr(request.user, "time_zone", "") or request.COOKIES.get("tz", "")
        if zone in known_zones():
            timezone.activate(zone)
        else:
            timezone.deactivate()
        return self.get_response(request)
