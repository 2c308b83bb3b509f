"""Changing what a machine offers and has taken, from its page; moments are by the site's clock."""

import zoneinfo
from collections.abc import Callable
from datetime import time
from typing import TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.capacity import selectors, services
from marketplace.capacity.drafts import HoursDraft
from marketplace.capacity.forms import ExceptionForm, OwnTimeForm, WeekForm, WindowForm
from marketplace.capacity.forms.calendar import MOST_PERIODS, HabitForm, week_values
from marketplace.capacity.forms.machines import WEEKDAYS
from marketplace.capacity.models import TakenTime
from marketplace.capacity.proposals import proposals_for
from marketplace.capacity.views.machines import render_machine
from marketplace.capacity.views.undo import offer_undo
from marketplace.common import clock
from marketplace.common.forms import refusals_in
from marketplace.common.parts import part_of

F = TypeVar("F", bound=Form)
WORK_DAYS = range(5)
ALL_DAYS = range(7)
PRESET_WEEKS = {
    "nights": tuple(HoursDraft(weekday=day, starts=time(22), ends=time(6)) for day in ALL_DAYS),
    "evenings": tuple(HoursDraft(weekday=day, starts=time(18), ends=time(22)) for day in WORK_DAYS),
    "weekends": tuple(HoursDraft(weekday=day, starts=time(0), ends=time(0)) for day in (5, 6)),
    "always": tuple(HoursDraft(weekday=day, starts=time(0), ends=time(0)) for day in ALL_DAYS),
}


@require_POST
@login_required
def hours(request: ViewerRequest, machine: str) -> HttpResponse:
    """The week as typed, or one of the usual weeks in one tap."""

    def save(form: WeekForm) -> None:
        services.set_week(viewer=request.viewer, machine=machine, hours=form.drafts())
        messages.success(request, _("The week is saved; what is booked stays booked."))

    if preset := PRESET_WEEKS.get(request.POST.get("preset", "")):
        services.set_week(viewer=request.viewer, machine=machine, hours=preset)
        messages.success(request, _("The week is saved; what is booked stays booked."))
        return redirect("capacity:machine", machine)
    num_periods = sum(f"starts_0_{n}" in request.POST for n in range(MOST_PERIODS))
    return _saved(
        request, machine, lambda: WeekForm(request.POST, num_periods=num_periods), save=save, name="week_form"
    )


@require_safe
@login_required
@part_of("capacity:machine")
def proposals(request: ViewerRequest, machine: str) -> HttpResponse:
    """The part of the machine's page that says when it stands idle week after week."""
    row = selectors.machine_details(viewer=request.viewer, machine=machine)
    found = proposals_for(viewer=request.viewer, machine=row, now=clock.now(), real_now=clock.real_now())
    days = dict(WEEKDAYS)
    habits = [(one, days[one.weekday]) for one in found.habits] if found else []
    return render(request, "capacity/proposals.html", {"machine": row, "habits": habits})


@require_POST
@login_required
def offer_habit(request: ViewerRequest, machine: str) -> HttpResponse:
    """One tap: from now on the week offers it."""
    form = HabitForm(request.POST)
    if form.is_valid():
        before = services.add_weekly_hours(viewer=request.viewer, machine=machine, draft=form.draft())
        offer_undo(
            request,
            text=_("The time is offered every week."),
            url=reverse("capacity:hours", args=[machine]),
            **week_values(before),
        )
    return redirect("capacity:machine", machine)


@require_POST
@login_required
def exception(request: ViewerRequest, machine: str) -> HttpResponse:
    def save(form: ExceptionForm) -> None:
        services.set_exception(viewer=request.viewer, machine=machine, draft=form.draft())
        messages.success(request, _("The day is saved."))

    return _saved(
        request,
        machine,
        lambda: ExceptionForm(request.POST, prefix="exception"),
        save=save,
        name="exception_form",
    )


@require_POST
@login_required
def remove_exception(request: ViewerRequest, machine: str) -> HttpResponse:
    before = services.remove_exception(viewer=request.viewer, machine=machine, on=request.POST.get("on", ""))
    offer_undo(
        request,
        text=_("On this day the week holds again."),
        url=reverse("capacity:exception", args=[machine]),
        **{
            "exception-on": before.on.isoformat(),
            "exception-starts": before.starts.isoformat("minutes") if before.starts else "",
            "exception-ends": before.ends.isoformat("minutes") if before.ends else "",
            "exception-reason": before.reason,
        },
    )
    return redirect("capacity:machine", machine)


@require_POST
@login_required
def offer_window(request: ViewerRequest, machine: str) -> HttpResponse:
    def save(form: WindowForm) -> None:
        window = services.offer_window(
            viewer=request.viewer, machine=machine, draft=form.draft(), now=clock.now()
        )
        offer_undo(
            request,
            text=_("The time is offered."),
            url=reverse("capacity:withdraw", args=[machine, window.public_id]),
        )

    return _saved(
        request, machine, lambda: WindowForm(request.POST, prefix="window"), save=save, name="window_form"
    )


@require_POST
@login_required
def offer_idle_time(request: ViewerRequest, machine: str) -> HttpResponse:
    """The one tap."""
    window = services.offer_idle_time(viewer=request.viewer, machine=machine, now=clock.now())
    offer_undo(
        request,
        text=_("The idle time is offered."),
        url=reverse("capacity:withdraw", args=[machine, window.public_id]),
    )
    return redirect("capacity:machine", machine)


@require_POST
@login_required
def withdraw_window(request: ViewerRequest, machine: str, window: str) -> HttpResponse:
    before = services.withdraw_window(viewer=request.viewer, machine=machine, window=window)
    row = selectors.own_machine(viewer=request.viewer, machine=machine)
    zone = zoneinfo.ZoneInfo(row.site.time_zone)
    offer_undo(
        request,
        text=_("The time is offered no more."),
        url=reverse("capacity:offer", args=[machine]),
        **{
            "window-starts_at": before.starts_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
            "window-ends_at": before.ends_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
            "window-price_pct": str(before.price_pct),
        },
    )
    return redirect("capacity:machine", machine)


@require_POST
@login_required
def take(request: ViewerRequest, machine: str) -> HttpResponse:
    def save(form: OwnTimeForm) -> None:
        data = dict(form.cleaned_data)
        is_own_job = data.pop("kind") == TakenTime.Kind.OWN_JOB
        add = services.add_own_job if is_own_job else services.add_maintenance
        taken = add(viewer=request.viewer, machine=machine, **data)
        offer_undo(
            request,
            text=_("The time is yours."),
            url=reverse("capacity:give-back", args=[machine, taken.public_id]),
        )

    return _saved(
        request, machine, lambda: OwnTimeForm(request.POST, prefix="own"), save=save, name="own_time_form"
    )


@require_POST
@login_required
def give_back(request: ViewerRequest, machine: str, taken: str) -> HttpResponse:
    row = selectors.own_machine(viewer=request.viewer, machine=machine)
    before = row.taken.filter(public_id=taken).first()
    services.remove_taken(viewer=request.viewer, machine=machine, taken=taken)
    if before is not None:
        zone = zoneinfo.ZoneInfo(row.site.time_zone)
        offer_undo(
            request,
            text=_("The time is free again."),
            url=reverse("capacity:take", args=[machine]),
            **{
                "own-kind": before.kind,
                "own-starts_at": before.period.lower.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
                "own-ends_at": before.period.upper.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
                "own-title": before.title,
                "own-own_reference": before.own_reference,
            },
        )
    return redirect("capacity:machine", machine)


def _saved(
    request: ViewerRequest,
    machine: str,
    make_form: Callable[[], F],
    *,
    save: Callable[[F], None],
    name: str,
) -> HttpResponse:
    """Save a form of the machine's page and go back to it, or show the page with what was refused."""
    row = selectors.machine_details(viewer=request.viewer, machine=machine)
    with timezone.override(zoneinfo.ZoneInfo(row.site.time_zone)):
        form = make_form()
        if form.is_valid():
            with refusals_in(form):
                save(form)
                return redirect("capacity:machine", machine)
        return render_machine(request, row, **{name: form})
