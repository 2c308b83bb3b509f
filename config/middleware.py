"""Puts the viewer on every request: who is looking, in which enterprise, with which powers, in which time zone."""

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from marketplace.accounts.selectors import viewer_for
from marketplace.accounts.viewer import SESSION_KEY, Viewer
from marketplace.common import clock
from marketplace.common.zones import known_zones
from marketplace.mobilisation.selectors import live_declarations_of


def with_declarations(viewer: Viewer) -> Viewer:
    """The viewer with what is in force for their office at this moment."""
    if not viewer.is_coordinator:
        return viewer
    return replace(viewer, declarations=live_declarations_of(viewer, now=clock.now()))


class ViewerMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        viewer = viewer_for(request.user, enterprise_public_id=request.session.get(SESSION_KEY))
        request.viewer = with_declarations(viewer)  # type: ignore[attr-defined]
        zone = getattr(request.user, "time_zone", "") or request.COOKIES.get("tz", "")
        if zone in known_zones():
            timezone.activate(zone)
        else:
            timezone.deactivate()
        return self.get_response(request)
