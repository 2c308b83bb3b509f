"""One booked run: pin it, move it, say when its machine is back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.accounts.http import ViewerRequest
from marketplace.capacity.models import Equipment
from marketplace.common import clock
from marketplace.trading import selectors, services
from marketplace.trading.forms import MoveForm, ReturnForm
from marketplace.trading.models import Deal, Disturbance, Run
from marketplace.trading.wording import cause_of


@login_required
def run(request: ViewerRequest, run: str) -> HttpResponse:
    """Its time, what disturbs it, its pin and the form to move it."""
    found = selectors.run_of_party(request.viewer, public_id=run)
    return render(request, "trading/run.html", _context(request, found, form=_form(request, found)))


@require_POST
@login_required
def pin(request: ViewerRequest, run: str) -> HttpResponse:
    is_pinned = request.POST.get("pinned") == "yes"
    services.pin_run(viewer=request.viewer, public_id=run, is_pinned=is_pinned)
    text = _("Pinned: no re-plan moves this run.") if is_pinned else _("The run may be moved again.")
    messages.success(request, text)
    return redirect("trading:run", run)


@require_POST
@login_required
def move(request: ViewerRequest, run: str) -> HttpResponse:
    """Check first; then, as asked, move it or plan the rest around it."""
    found = selectors.run_of_party(request.viewer, public_id=run)
    form = _form(request, found, data=request.POST)
    context = _context(request, found, form=form)
    if not form.is_valid():
        return render(request, "trading/run.html", context, status=422)
    asked = {
        "viewer": request.viewer,
        "public_id": run,
        "machine": form.cleaned_data["machine"],
        "starts_at": form.cleaned_data["starts_at"],
        "now": clock.now(),
    }
    if request.POST.get("what") == "move":
        services.commit_move(**asked)
        messages.success(request, _("The run is moved and pinned there."))
        return redirect("trading:run", run)
    if request.POST.get("what") == "around":
        services.plan_around(**asked)
        messages.success(request, _("The rest is being planned anew around it; the change waits for you."))
        return redirect("trading:change", found.package.deal.order.public_id)
    return render(request, "trading/run.html", {**context, "checked": services.check_move(**asked)})


def _form(request: ViewerRequest, found: Run, *, data: object = None) -> MoveForm:
    """Among the machines of the run's factory; a buyer learns of those alone that are on the network."""
    machines = Equipment.objects.filter(enterprise_id=found.package.enterprise_id).order_by("name")
    if found.package.enterprise_id != request.viewer.enterprise_id:
        machines = machines.filter(Q(is_listed=True) | Q(pk=found.equipment_id))
    choices = [(machine.public_id, machine.name) for machine in machines]
    initial = {
        "machine": found.equipment.public_id,
        "starts_at": timezone.localtime(found.starts_at).strftime("%Y-%m-%dT%H:%M"),
    }
    return MoveForm(data, machines=choices, initial=initial)


def _context(request: ViewerRequest, found: Run, *, form: MoveForm) -> dict[str, object]:
    now = clock.now()
    living = found.disturbances.filter(status__in=Disturbance.LIVING)
    is_own = found.package.enterprise_id == request.viewer.enterprise_id
    is_agreed = found.package.deal.status == Deal.Status.AGREED and found.status == Run.Status.BOOKED
    return {
        "run": found,
        "state": selectors.state_of(found, now=now),
        "disturbances": [(one, cause_of(one.cause)) for one in living],
        "is_own": is_own,
        "may_pin": request.viewer.may_plan and is_agreed and found.ends_at > now,
        "may_move": request.viewer.may_plan and is_agreed and found.starts_at > now,
        "form": form,
        "return_form": ReturnForm(),
        "order_public_id": "" if is_own else found.package.deal.order.public_id,
    }
