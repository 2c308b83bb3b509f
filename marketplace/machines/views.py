"""Pages of devices: the fleet, one device, connecting it, and what is read of it."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.forms import refusals_in
from marketplace.common.parts import part_of
from marketplace.machines import selectors, services
from marketplace.machines.broker import PORT
from marketplace.machines.forms import DeviceForm
from marketplace.machines.reach import silence_span
from marketplace.machines.selectors.fleet import STRIP, numbers_of, strip_end
from marketplace.machines.selectors.timeline import state_of
from marketplace.machines.wording import look_key, shares, shown, strip_pieces, title_of
from telemetry.intervals import total_activities

WEEK = timedelta(days=7)
TOKEN_KEY = "new_device_token"  # noqa: S105 - where the session keeps a token until the next page has told it
LETTERS_SHOWN = 5
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@require_safe
@login_required
def device(request: ViewerRequest, device: str) -> HttpResponse:
    """A device's own page."""
    return render(request, "machines/device.html", _panel(request, device))


@require_safe
@login_required
@part_of("machines:device")
def device_panel(request: ViewerRequest, device: str) -> HttpResponse:
    """A fragment for the page of the machine that the device belongs to."""
    return render(request, "machines/panel.html", _panel(request, device))


@require_safe
@login_required
def data(request: ViewerRequest) -> HttpResponse:
    """What we read, what for, who saw it, and the switch."""
    now, real_now = clock.now(), clock.real_now()
    rows = []
    for one in selectors.own_devices(viewer=request.viewer):
        standing = selectors.device_now(one, now=now, real_now=real_now)
        row = state_of(one)
        rows.append(
            {
                "device": one,
                "now": standing,
                "look": look_key(standing.activity),
                "values": [shown(number).label for number in numbers_of(row)] if row else [],
                "messages": row.messages if row else 0,
            }
        )
    context = {
        "rows": rows,
        "num_read": sum(not row["now"].is_switched_off for row in rows),  # type: ignore[attr-defined]
        "looks": selectors.looks(viewer=request.viewer),
    }
    return render(request, "machines/data.html", context)


@login_required
def new(request: ViewerRequest) -> HttpResponse:
    """Register a device that is no machine on the market (yet)."""
    sites = selectors.own_sites(viewer=request.viewer)
    form = DeviceForm(request.POST or None, sites=sites)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = services.register_device(viewer=request.viewer, **form.values())
            request.session[TOKEN_KEY] = {made.device.public_id: made.token}
            return redirect("machines:connect", made.device.public_id)
    return render(request, "machines/new.html", {"form": form, "has_sites": sites.exists()})


@require_safe
@login_required
@never_cache
def connect(request: ViewerRequest, device: str) -> HttpResponse:
    """How the device speaks to us, its token if it was made a moment ago, and whether it has been heard."""
    row = selectors.own_device(viewer=request.viewer, device=device)
    token = request.session.pop(TOKEN_KEY, {}).get(device, "")
    context = {
        "device": row,
        "now": selectors.device_now(row, now=clock.now(), real_now=clock.real_now()),
        "token": token,
        "base_url": request.build_absolute_uri("/").rstrip("/"),
        "mqtt": _broker_as_seen_from_outside(request),
        "letters": selectors.dead_letters(viewer=request.viewer, device=device, most=LETTERS_SHOWN),
    }
    return render(request, "machines/connect.html", context)


@require_POST
@login_required
def new_token(request: ViewerRequest, device: str) -> HttpResponse:
    """A new token, told on the next page only; switches a device on again."""
    made = services.rotate_token(viewer=request.viewer, device=device)
    request.session[TOKEN_KEY] = {made.device.public_id: made.token}
    return redirect("machines:connect", device)


@require_POST
@login_required
def switch_off(request: ViewerRequest, device: str) -> HttpResponse:
    row = services.switch_off(viewer=request.viewer, device=device)
    messages.success(request, _("Nothing is read from %(name)s any more.") % {"name": row.name})
    return redirect("machines:data")


def _panel(request: ViewerRequest, device: str) -> dict[str, object]:
    """What the panel shows. Four queries."""
    now, real_now = clock.now(), clock.real_now()
    row = selectors.own_device(viewer=request.viewer, device=device)
    standing = selectors.device_now(row, now=now, real_now=real_now)
    ends_at = strip_end(standing, now=now)
    week = selectors.intervals_of(
        [row], starts_at=ends_at - WEEK, ends_at=ends_at, now=now, real_now=real_now
    )[row.pk]
    state = state_of(row)
    return {
        "device": row,
        "now": standing,
        "look": look_key(standing.activity),
        "title": title_of(standing, now=now),
        "numbers": [shown(number) for number in numbers_of(state)] if state else [],
        "stale_after_s": int(silence_span(row.silence_limit_s).total_seconds()),
        "strip": strip_pieces(week),
        "strip_starts_at": ends_at - STRIP,
        "strip_ends_at": ends_at,
        "week": shares(total_activities(week)),
        "letters": selectors.dead_letters(viewer=request.viewer, device=device, most=LETTERS_SHOWN),
    }


def _broker_as_seen_from_outside(request: ViewerRequest) -> dict[str, object]:
    """Host and port; a broker on loopback is reached where this page was."""
    parts = urlsplit(settings.MQTT_URL)
    host = parts.hostname or ""
    return {
        "host": request.get_host().rsplit(":", 1)[0] if host in LOOPBACK else host,
        "port": parts.port or PORT,
    }
