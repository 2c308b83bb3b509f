"""What every page's shell shows: the viewer, the clock and its speed."""

from django.http import HttpRequest

from marketplace.common import clock


def shell(request: HttpRequest) -> dict[str, object]:
    return {"viewer": getattr(request, "viewer", None), "now": clock.now(), "clock_speed": clock.speed()}
