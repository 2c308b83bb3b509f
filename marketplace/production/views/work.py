"""The factory's pages: today at my machines, one work order, its card."""

import uuid
from datetime import timedelta
from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.production import selectors, services
from marketplace.production.card import card_of
from marketplace.production.card_pdf import PAPERS, cards_pdf
from marketplace.production.forms import BoxForm, CloseForm, PhotoForm, StopForm, TellForm
from marketplace.production.hands import hand_of
from marketplace.production.models import Stint, Tally, WorkOrder
from marketplace.production.wording import article_text, title_of

SOON = timedelta(days=1)
MOST = 300


@require_safe
@login_required
def today(request: ViewerRequest) -> HttpResponse:
    """What runs, stands, and begins within a day, machine by machine; `all` shows every open one."""
    now = clock.now()
    work = selectors.own_work(request.viewer).filter(status__in=WorkOrder.LIVING)
    num_open = work.count()
    begun = Q(status__in=[WorkOrder.Status.RUNNING, WorkOrder.Status.PAUSED])
    if "all" not in request.GET:
        work = work.filter(begun | Q(run__starts_at__lt=now + SOON))
    shown = sorted(work[:MOST], key=lambda one: (one.equipment.name, one.equipment_id, one.run.starts_at))
    context = {
        "machines": [
            (machine, list(rows)) for machine, rows in groupby(shown, key=lambda one: one.equipment)
        ],
        "num_running": sum(one.status == WorkOrder.Status.RUNNING for one in shown),
        "num_shown": len(shown),
        "num_open": num_open,
    }
    return render(request, "production/today.html", context)


@require_safe
@login_required
def work_order(request: ViewerRequest, work_order: str) -> HttpResponse:
    return _page(request, work_order)


@require_POST
@login_required
def start(request: ViewerRequest, work_order: str) -> HttpResponse:
    found = selectors.own_work_order(request.viewer, public_id=work_order)
    now = clock.now()
    started = services.start_work(
        work_order_id=found.pk, hand=hand_of(request.viewer), how=Stint.How.TAP, at=now, now=now
    )
    messages.success(request, _("%(code)s is running.") % {"code": found.code})
    if started.ended:
        messages.warning(
            request, _("%(codes)s left the machine for it.") % {"codes": ", ".join(started.ended)}
        )
    return redirect("production:work-order", work_order)


@require_POST
@login_required
def stop(request: ViewerRequest, work_order: str) -> HttpResponse:
    found = selectors.own_work_order(request.viewer, public_id=work_order)
    form = StopForm(request.POST)
    if not form.is_valid():
        return _page(request, work_order, stop_form=form)
    now = clock.now()
    services.stop_work(
        work_order_id=found.pk, hand=hand_of(request.viewer), **form.cleaned_data, at=now, now=now
    )
    return redirect("production:work-order", work_order)


@require_POST
@login_required
def tell(request: ViewerRequest, work_order: str) -> HttpResponse:
    found = selectors.own_work_order(request.viewer, public_id=work_order)
    form = TellForm(request.POST)
    if not form.is_valid():
        return _page(request, work_order, tell_form=form)
    told = services.tell(
        work_order_id=found.pk,
        hand=hand_of(request.viewer),
        source=Tally.Source.OFFICE,
        draft=_draft_of(form),
        now=clock.now(),
        real_now=clock.real_now(),
        clock_speed=clock.speed(),
    )
    if told.tally.surplus:
        messages.warning(
            request, _("%(n)s of them go beyond the order: they are yours.") % {"n": told.tally.surplus}
        )
    return redirect("production:work-order", work_order)


@require_POST
@login_required
def undo(request: ViewerRequest, work_order: str) -> HttpResponse:
    found = selectors.own_work_order(request.viewer, public_id=work_order)
    services.tell(
        work_order_id=found.pk,
        hand=hand_of(request.viewer),
        source=Tally.Source.OFFICE,
        draft=services.TallyDraft(
            key=request.POST.get("key", ""), kind=Tally.Kind.CORRECTION, undoes=request.POST.get("tally", "")
        ),
        now=clock.now(),
        real_now=clock.real_now(),
        clock_speed=clock.speed(),
    )
    messages.success(request, _("The tally is taken back."))
    return redirect("production:work-order", work_order)


@require_POST
@login_required
def close(request: ViewerRequest, work_order: str) -> HttpResponse:
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, work_order, close_form=form)
    services.close_short(viewer=request.viewer, work_order=work_order, **form.cleaned_data, now=clock.now())
    messages.success(request, _("The work is closed; the buyer is told."))
    return redirect("production:work-order", work_order)


@require_POST
@login_required
def box(request: ViewerRequest, work_order: str) -> HttpResponse:
    found = selectors.own_work_order(request.viewer, public_id=work_order)
    form = BoxForm(request.POST)
    if not form.is_valid():
        return _page(request, work_order, box_form=form)
    hand_of(request.viewer)
    services.set_box_size(work_order_id=found.pk, **form.cleaned_data)
    return redirect("production:work-order", work_order)


@require_POST
@login_required
def by_hand(request: ViewerRequest, work_order: str) -> HttpResponse:
    services.go_on_by_hand(
        viewer=request.viewer, work_order=work_order, now=clock.now(), real_now=clock.real_now()
    )
    messages.success(request, _("From now on hands tell the good pieces; what was counted stays."))
    return redirect("production:work-order", work_order)


@require_POST
@login_required
def photo(request: ViewerRequest, work_order: str) -> HttpResponse:
    found = selectors.own_work_order(request.viewer, public_id=work_order)
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, work_order, photo_form=form)
    services.show_article(
        work_order_id=found.pk,
        hand=hand_of(request.viewer),
        photo=form.cleaned_data["photo"].read(),
        now=clock.now(),
    )
    messages.success(request, _("The buyer is asked to approve the first pieces."))
    return redirect("production:work-order", work_order)


@require_POST
@login_required
def link(request: ViewerRequest, work_order: str) -> HttpResponse:
    """Withdraw the station's link, or make another."""
    if "renew" in request.POST:
        services.renew_link(viewer=request.viewer, work_order=work_order)
        messages.success(request, _("The station has a new link: print the card again."))
    else:
        services.revoke_link(viewer=request.viewer, work_order=work_order, real_now=clock.real_now())
        messages.success(request, _("The station's link opens nothing any more."))
    return redirect("production:work-order", work_order)


@require_safe
@login_required
def card_pdf(request: ViewerRequest, work_order: str) -> HttpResponse:
    found = selectors.own_work_order(request.viewer, public_id=work_order)
    return _pdf([card_of(found)], paper=request.GET.get("paper", "a5"), name=found.code)


@require_safe
@login_required
def cards_of_package(request: ViewerRequest, package: str) -> HttpResponse:
    """All cards of an offer in one file."""
    found = selectors.own_package(request.viewer, public_id=package)
    work = selectors.own_work(request.viewer).filter(run__package=found, status__in=WorkOrder.LIVING)
    cards = [card_of(one) for one in work]
    if not cards:
        messages.warning(request, _("No work of this offer is open."))
        return redirect("production:today")
    return _pdf(cards, paper=request.GET.get("paper", "a5"), name=found.public_id)


def _pdf(cards: list, *, paper: str, name: str) -> HttpResponse:  # type: ignore[type-arg]
    made = cards_pdf(cards, paper=paper if paper in PAPERS else PAPERS[0])
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


def _draft_of(form: Form) -> services.TallyDraft:
    values = form.cleaned_data
    is_scrap = values["kind"] == Tally.Kind.SCRAP
    return services.TallyDraft(
        key=values["key"],
        kind=values["kind"],
        quantity=values["quantity"],
        reason=values["reason"] if is_scrap else "",
    )


def _page(request: ViewerRequest, public_id: str, **forms: Form) -> HttpResponse:
    """One work order with everything told of it; `forms` replace those that were refused."""
    found = selectors.own_work_order(request.viewer, public_id=public_id)
    tallies = selectors.tallies_of(found)
    context: dict[str, object] = {
        "work_order": found,
        "title": title_of(found),
        "card": card_of(found),
        "article": article_text(found),
        "tallies": tallies,
        "last": selectors.last_undoable(found),
        "has_pin": selectors.pin_of(found.station_link) is not None,
        "is_by_hand": found.counter == WorkOrder.Counter.HAND,
        "may_ship": selectors.may_ship(found),
        "new_key": uuid.uuid4().hex,
        "tell_form": TellForm(initial={"key": uuid.uuid4().hex}),
        "stop_form": StopForm(),
        "close_form": CloseForm(),
        "box_form": BoxForm(initial={"box_size": found.box_size}),
        "photo_form": PhotoForm(),
    }
    return render(request, "production/work_order.html", context | forms, status=422 if forms else 200)
