"""Two links without a log-in: where a shipment is, and the driver's "it is here"."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.common import clock
from marketplace.common.forms import refusals_in
from marketplace.common.zones import for_visitors
from marketplace.delivery import services
from marketplace.delivery.forms import DriverForm
from marketplace.delivery.models import Shipment
from marketplace.delivery.selectors.tracking import eta_of, for_driver, tracked, unit_of


def unlisted(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Kept out of search engines, caches and the addresses that other sites are told."""

    @wraps(view)
    def quiet(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = never_cache(view)(request, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"  # without any, browsers post forms as from nowhere
        return response

    return quiet


@unlisted
@require_safe
def tracking(request: HttpRequest, token: str) -> HttpResponse:
    now = clock.now()
    found = tracked(token=token, now=now)
    with for_visitors(request, found.zone):
        return render(request, "delivery/tracking.html", {"tracked": found, "moment": now})


@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def driver(request: HttpRequest, shipment: str, token: str) -> HttpResponse:
    """Where the goods go, and the name of who signed for them."""
    found = for_driver(shipment=shipment, token=token)
    form = DriverForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        photo = form.cleaned_data["photo"]
        with refusals_in(form):
            services.arrive_by_link(
                shipment=shipment,
                token=token,
                signer=form.cleaned_data["signer"],
                at=form.cleaned_data["at"],
                photo=photo.read() if photo else None,
                now=clock.now(),
            )
        if form.is_valid():
            return redirect("delivery:driver", shipment, token)
    context = {
        "shipment": found,
        "city": (found.to_site or found.to_drop).city,  # type: ignore[union-attr]
        "address": (found.to_site or found.to_drop).address,  # type: ignore[union-attr]
        "has_arrived": found.status == Shipment.Status.ARRIVED,
        "quantity": sum(found.boxes.values_list("quantity", flat=True)),
        "unit": unit_of(found),
        "num_boxes": found.boxes.count(),
        "proof": found.proofs.filter(step="arrival").defer("photo").first(),
        "eta": eta_of(found, now=clock.now()),
        "form": form,
    }
    with for_visitors(request, found.from_site.time_zone):
        return render(request, "delivery/driver.html", context, status=422 if form.errors else 200)
