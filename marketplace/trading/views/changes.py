"""What disturbs an order, and the change that is proposed: before and after, commit or dismiss."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.errors import NotFound
from marketplace.common.kept_pdf import language_of, pdf_response
from marketplace.planning import drawing
from marketplace.trading import selectors, services
from marketplace.trading.comparison import comparison
from marketplace.trading.difference import difference
from marketplace.trading.errors import ChangeOutdated
from marketplace.trading.forms import DismissForm, ReturnForm
from marketplace.trading.models import Deal, Disturbance
from marketplace.trading.parties import parties_of_deal
from marketplace.trading.picture import picture_for_buyer
from marketplace.trading.wording import cause_of

MOST_RUNS = 200


@login_required
def change(request: ViewerRequest, order: str) -> HttpResponse:
    """For the buyer: the disturbances, the proposed change run by run, both Gantts, date and price."""
    deal = selectors.deal_of_order(request.viewer, order_public_id=order)
    if deal is None:
        raise NotFound(_("No plan has been chosen for this order."))
    now = clock.now()
    found = selectors.disturbances_of(request.viewer, deal)
    living = [one for one in found if one.status in Disturbance.LIVING]
    runs = list(selectors.runs_to_come(deal, now=now)[:MOST_RUNS])
    context: dict[str, object] = {
        "deal": deal,
        "disturbances": [(one, cause_of(one.cause)) for one in found],
        "delay_notices": selectors.delay_notices(request.viewer, deal),
        "living": living,
        "parties": parties_of_deal(deal),
        "is_without_plan": any(one.plan_run and one.plan_run.status in ("failed", "done") for one in living),
        "runs": runs,
        "form": DismissForm(),
        "may_commit": request.viewer.may_plan,
    }
    if deal.proposed_run is not None:
        changed = difference(deal, deal.proposed_run)
        compared = comparison(deal, changed, disturbances=living, now=now)
        before = picture_for_buyer(deal, now=now)
        context |= {
            "changed": changed,
            "compared": compared,
            "delay_min": int((changed.arrives_at - deal.promised_at).total_seconds() // 60),
            "before": drawing.gantt_of(before, now=now),
            "before_height": drawing.gantt_height(before),
            "before_title": _("Before"),
            "before_conclusion": drawing.gantt_conclusion(before),
            "after": drawing.gantt_of(compared.after, now=now),
            "after_height": drawing.gantt_height(compared.after),
            "after_title": _("After"),
            "after_conclusion": drawing.gantt_conclusion(compared.after),
        }
    return render(request, "trading/change_page.html", context)


@require_POST
@login_required
def commit(request: ViewerRequest, order: str) -> HttpResponse:
    """Commit the change that was looked at, or say why it is outdated."""
    try:
        services.consent(
            viewer=request.viewer,
            order_public_id=order,
            plan_public_id=request.POST.get("plan", ""),
            now=clock.now(),
            clock_speed=clock.speed(),
        )
    except ChangeOutdated as error:
        messages.warning(request, str(error.text))
    else:
        messages.success(request, _("The change is committed; factories with new or moved runs are asked."))
    deal = selectors.deal_of_order(request.viewer, order_public_id=order)
    is_agreed = deal is not None and deal.status == Deal.Status.AGREED
    return redirect("trading:change" if is_agreed else "orders:order", order)


@require_POST
@login_required
def dismiss(request: ViewerRequest, disturbance: str) -> HttpResponse:
    found = selectors.disturbance(request.viewer, public_id=disturbance)
    form = DismissForm(request.POST)
    if form.is_valid():
        services.dismiss(
            viewer=request.viewer,
            public_id=disturbance,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        )
        messages.success(request, _("The plan stays as it is."))
    else:
        messages.error(request, _("Please say why the plan stays as it is."))
    return redirect("trading:change", found.deal.order.public_id)


@require_safe
@login_required
def notice(request: ViewerRequest, notice: str) -> HttpResponse:
    """The written notice of delay as it was issued, in the reader's language."""
    found = selectors.delay_document(request.viewer, public_id=notice, language=language_of(request))
    return pdf_response(found, name=notice)


@require_POST
@login_required
def say_return(request: ViewerRequest, disturbance: str) -> HttpResponse:
    found = selectors.disturbance(request.viewer, public_id=disturbance)
    form = ReturnForm(request.POST)
    if form.is_valid():
        services.say_return(
            viewer=request.viewer,
            public_id=disturbance,
            back_at=form.cleaned_data["back_at"],
            now=clock.now(),
        )
        messages.success(request, _("Thank you; the rest is planned anew with that."))
    else:
        messages.error(request, _("This is no date and time."))
    return redirect("trading:run", found.run.public_id if found.run else "")
