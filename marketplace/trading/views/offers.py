"""The factory's side: home, offers, booked work."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.money import format_cents
from marketplace.machines.selectors import fleet
from marketplace.machines.wording import fleet_in_words
from marketplace.planning import drawing
from marketplace.trading import selectors, services
from marketplace.trading.forms import AnswerForm
from marketplace.trading.models import Package
from marketplace.trading.picture import picture_for_factory
from marketplace.trading.rated import Refusal
from marketplace.trading.rated_prices import rated_prices
from marketplace.trading.wording import cause_of

SOON = timedelta(days=1)


@login_required
def home(request: ViewerRequest) -> HttpResponse:
    """Offers waiting with their timer, the next day's work, and the machines by state."""
    now = clock.now()
    offers = selectors.packages(request.viewer)
    context = {
        "waiting": offers.filter(status=Package.Status.OFFERED),
        "work": selectors.runs_between(request.viewer, starts_at=now, ends_at=now + SOON)[:20],
        "next_pay": selectors.next_pay(request.viewer, now=now),
        "machines": fleet_in_words(fleet(viewer=request.viewer, now=now, real_now=clock.real_now())),
        "has_machines": selectors.has_machines(request.viewer),
        "moment": now,
    }
    return render(request, "trading/home.html", context)


@login_required
def offers(request: ViewerRequest) -> HttpResponse:
    packages = list(selectors.packages(request.viewer)[:200])
    num_waiting = sum(package.status == Package.Status.OFFERED for package in packages)
    return render(request, "trading/offers.html", {"packages": packages, "num_waiting": num_waiting})


@login_required
def offer(request: ViewerRequest, package: str) -> HttpResponse:
    """One offer: pay, pay date, each run with its machine; accept whole or by run, or decline with a reason."""
    found = selectors.package(request.viewer, public_id=package)
    now = clock.now()
    picture = picture_for_factory(request.viewer, found.deal, now=now)
    names = {place.key: place.name for place in picture.places}
    context = {
        "package": found,
        "refusals": Refusal.choices if found.deal.order.rating else [],
        "rated_prices": rated_prices(found),
        "gave_way_because": cause_of(found.gave_way_because),
        "pay": format_cents(found.pay_cents, found.currency),
        "runs": [(run, selectors.state_of(run, now=now)) for run in found.runs.all()],
        "is_open": found.status == Package.Status.OFFERED and now <= found.answer_by,
        "gantt": drawing.gantt_of(picture, now=now),
        "gantt_height": drawing.gantt_height(picture),
        "gantt_title": _("Your machines"),
        "gantt_conclusion": drawing.gantt_conclusion(picture),
        "flows": [(names[flow.from_place], names[flow.to_place], flow) for flow in picture.flows],
    }
    return render(request, "trading/offer.html", context)


@require_POST
@login_required
def answer(request: ViewerRequest, package: str) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("trading:offer", package)
    found = selectors.package(request.viewer, public_id=package)
    accepted = {
        "all": [run.public_id for run in found.runs.all()],
        "some": request.POST.getlist("runs"),
        "none": [],
    }[form.cleaned_data["what"]]
    answered = services.answer_package(
        viewer=request.viewer,
        public_id=package,
        answer=services.Answer(
            accepted=frozenset(accepted),
            reason=form.cleaned_data["reason"],
            earliest_on=form.cleaned_data["earliest_on"],
        ),
        now=clock.now(),
    )
    messages.success(
        request, _("Your answer is saved: %(answer)s.") % {"answer": answered.get_status_display()}
    )
    return redirect("trading:offer", package)


@login_required
def work(request: ViewerRequest) -> HttpResponse:
    """Every booked run on the viewer's machines."""
    runs = list(selectors.own_runs(request.viewer)[:500])
    now = clock.now()
    num_to_come = sum(run.ends_at > now for run in runs)
    return render(request, "trading/work.html", {"runs": runs, "num_to_come": num_to_come})
