"""Where an enterprise is."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts import services
from marketplace.accounts.forms.settings import SiteForm
from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.places import City, nearest_city, place_name, search_cities
from marketplace.accounts.selectors import get_site, sites_of
from marketplace.common.forms import refusals_in
from marketplace.common.show.charts import FlowMap, MapPoint


@require_safe
@login_required
def sites(request: ViewerRequest) -> HttpResponse:
    rows = list(sites_of(viewer=request.viewer))
    points = [MapPoint(label=site.name, lat=site.lat, lon=site.lon) for site in rows]
    cities = ", ".join(sorted({place_name(site.city) for site in rows}))
    return render(
        request, "accounts/sites.html", {"sites": rows, "map": FlowMap(points=points), "cities": cities}
    )


@login_required
def site(request: ViewerRequest, public_id: str = "") -> HttpResponse:
    """A new site without an id, else that one."""
    viewer = request.viewer
    shown = get_site(viewer=viewer, public_id=public_id) if public_id else None
    form = SiteForm.of(shown) if shown else SiteForm()
    if request.method == "POST":
        form = SiteForm(request.POST)
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            if shown:
                services.update_site(viewer=viewer, site_public_id=public_id, details=form.details)
            else:
                services.add_site(viewer=viewer, details=form.details)
        if form.is_valid():
            messages.success(request, _("The site is saved."))
            return redirect("accounts:sites")
    return render(request, "accounts/site.html", {"form": form, "site": shown})


@require_POST
@login_required
def remove_site(request: ViewerRequest, public_id: str) -> HttpResponse:
    services.remove_site(viewer=request.viewer, site_public_id=public_id)
    messages.success(request, _("The site is removed."))
    return redirect("accounts:sites")


@require_safe
def find_places(request: ViewerRequest) -> JsonResponse:
    """Cities that begin with `q`, or the one nearest to `lat` and `lon`; for everybody, it is an atlas."""
    try:
        position = float(request.GET["lat"]), float(request.GET["lon"])
    except (KeyError, ValueError):
        found = search_cities(request.GET.get("q", "")[:80])
    else:
        is_on_earth = abs(position[0]) <= 90 and abs(position[1]) <= 180
        found = [nearest_city(lat=position[0], lon=position[1])] if is_on_earth else []
    return JsonResponse({"places": [_place(city) for city in found]})


def _place(city: City) -> dict[str, object]:
    return {
        "name": city.local_name,
        "region": city.local_region,
        "lat": city.lat,
        "lon": city.lon,
        "time_zone": city.time_zone,
    }
