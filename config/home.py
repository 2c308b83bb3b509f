"""The root: everybody's own first page, a page of welcome for visitors; and the business clock for pages."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from config.navigation import PLACES, SETTINGS
from marketplace.accounts.viewer import Viewer
from marketplace.common import clock


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if viewer.person_id is None:
        return render(request, "landing.html")
    places = PLACES.get(viewer.kind, (SETTINGS,))
    return redirect(places[0].name)


@require_safe
def business_clock(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"now": clock.now().isoformat(), "speed": clock.speed()})
