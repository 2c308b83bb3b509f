"""Machines: all of them, a new one, one of them."""

import zoneinfo
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.selectors import sites_of
from marketplace.capacity import drawing, selectors, services
from marketplace.capacity.forms import (
    CapabilityForm,
    ConnectForm,
    ExceptionForm,
    MachineForm,
    NewMachineForm,
    OwnTimeForm,
    RateForm,
    WeekForm,
    WindowForm,
)
from marketplace.capacity.idle import idle_span
from marketplace.capacity.models import Equipment, TakenTime
from marketplace.capacity.presets import PRESETS, preset_of
from marketplace.capacity.standing import AHEAD, machine_rows, standing_of
from marketplace.capacity.views.feeds import told_address
from marketplace.capacity.views.undo import offer_undo, undo_offered
from marketplace.capacity.wording import amount_text, title_of
from marketplace.common import clock
from marketplace.common.forms import refusals_in
from marketplace.machines.selectors import devices_now

RECENT = timedelta(days=2)
TOKEN_KEY = "device_token"  # noqa: S105 - where the session keeps a key until the next page has told it
MOST_ROWS = 200


@require_safe
@login_required
def machine_list(request: ViewerRequest) -> HttpResponse:
    now = clock.now()
    rows = machine_rows(viewer=request.viewer, now=now)
    devices = devices_now(
        [row.machine.device_id for row in rows if row.machine.device_id], now=now, real_now=clock.real_now()
    )
    context = {
        "rows": [(row, devices.get(row.machine.device_id or 0)) for row in rows],
        "num_listed": sum(row.machine.is_listed for row in rows),
        "sold_h": sum(row.sold_h for row in rows),
        "taken_h": sum(row.taken_h for row in rows),
    }
    return render(request, "capacity/list.html", context)


@login_required
def new(request: ViewerRequest) -> HttpResponse:
    """One page from nothing to a machine on the network."""
    sites = sites_of(viewer=request.viewer)
    preset = preset_of(request.GET.get("kind", ""))
    initial = NewMachineForm.initial_of(preset) if preset else {}
    form = NewMachineForm(request.POST or None, sites=sites, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            listed = services.list_machine(
                viewer=request.viewer, is_published="draft" not in request.POST, **form.parts()
            )
            if listed.token:
                request.session[TOKEN_KEY] = {listed.machine.public_id: listed.token}
            return redirect("capacity:machine", listed.machine.public_id)
    context = {"form": form, "presets": PRESETS, "preset": preset, "has_sites": sites.exists()}
    return render(request, "capacity/new.html", context)


@require_safe
@login_required
def machine(request: ViewerRequest, machine: str) -> HttpResponse:
    row = selectors.machine_details(viewer=request.viewer, machine=machine)
    with timezone.override(zoneinfo.ZoneInfo(row.site.time_zone)):
        return render_machine(request, row)


def render_machine(request: ViewerRequest, row: Equipment, **forms: object) -> HttpResponse:
    """The machine's page in its own local time; `forms` replace those that were refused."""
    now = clock.now()
    taken = list(
        selectors.taken_time(machine=row, starts_at=now - RECENT, ends_at=now + timedelta(days=366))[
            :MOST_ROWS
        ]
    )
    own_kinds = (TakenTime.Kind.OWN_JOB, TakenTime.Kind.MAINTENANCE)
    span = idle_span(row, now=now)
    days = drawing.days_ahead(row, taken=taken, now=now)
    rate = next(iter(row.rates.all()), None)
    context: dict[str, object] = {
        "machine": row,
        "title": title_of(row, standing_of(row, now=now), now=now),
        "rate": rate,
        "price_text": amount_text(rate.price_cents_per_h) if rate else "",
        "idle_until": span[1] if span else None,
        "days": days,
        "gantt": days.gantt,
        "ahead_days": AHEAD.days,
        "week": drawing.week_of(row),
        "own_time": [one for one in taken if one.kind in own_kinds],
        "sold_time": [one for one in taken if one.kind not in own_kinds],
        "windows": selectors.offered_windows(machine=row, since=now)[:MOST_ROWS],
        "week_form": WeekForm.of(row.weekly_hours.all()),
        "exception_form": ExceptionForm(prefix="exception"),
        "own_time_form": OwnTimeForm(prefix="own"),
        "window_form": WindowForm(prefix="window"),
        "capability_form": CapabilityForm(prefix="capability"),
        "rate_form": RateForm(prefix="rate"),
        "connect_form": ConnectForm(prefix="connect"),
        "undo": undo_offered(request),
        "token": request.session.pop(TOKEN_KEY, {}).get(row.public_id, ""),
        "feed": selectors.feeds_of(viewer=request.viewer).filter(equipment=row).first(),
        "address": told_address(request, row.public_id),
    }
    is_refused = bool(forms)
    return render(request, "capacity/machine.html", context | forms, status=422 if is_refused else 200)


@login_required
def edit(request: ViewerRequest, machine: str) -> HttpResponse:
    row = selectors.own_machine(viewer=request.viewer, machine=machine)
    form = MachineForm(
        request.POST or None,
        sites=sites_of(viewer=request.viewer),
        initial=MachineForm.initial_of(row),
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            services.update_machine(
                viewer=request.viewer, machine=machine, draft=form.draft(), now=clock.now()
            )
            messages.success(request, _("The machine is saved."))
            return redirect("capacity:machine", machine)
    return render(request, "capacity/edit.html", {"machine": row, "form": form})


@require_POST
@login_required
def publish(request: ViewerRequest, machine: str) -> HttpResponse:
    services.publish(viewer=request.viewer, machine=machine)
    offer_undo(
        request,
        text=_("The machine is offered on the network."),
        url=reverse("capacity:unpublish", args=[machine]),
    )
    return redirect("capacity:machine", machine)


@require_POST
@login_required
def unpublish(request: ViewerRequest, machine: str) -> HttpResponse:
    services.unpublish(viewer=request.viewer, machine=machine)
    offer_undo(
        request,
        text=_("The machine is off the network; what is booked stays booked."),
        url=reverse("capacity:publish", args=[machine]),
    )
    return redirect("capacity:machine", machine)


@require_POST
@login_required
def connect(request: ViewerRequest, machine: str) -> HttpResponse:
    form = ConnectForm(request.POST, prefix="connect")
    if form.is_valid():
        token = services.connect(
            viewer=request.viewer, machine=machine, connection=form.cleaned_data["connection"]
        )
        request.session[TOKEN_KEY] = {machine: token}
    return redirect("capacity:machine", machine)
