"""The buyer's pages: what is made of an order, and first articles that wait."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.production import selectors, services
from marketplace.production.looks import note_counts_shown
from marketplace.production.models import WorkOrder

MOST_ARTICLES = 200


@require_safe
@login_required
def made(request: ViewerRequest, order: str) -> HttpResponse:
    """Made against wanted, step by step, and the buyer's lots one by one: counts of them, nothing else of the machines."""
    found = selectors.ordered(request.viewer, public_id=order)
    work = [one for one in selectors.work_of_order(found.pk) if one.status != WorkOrder.Status.CANCELLED]
    note_counts_shown(found.pk, viewer=request.viewer, real_now=clock.real_now())
    forecasts = selectors.forecast(found.pk, now=clock.now())
    context = {
        "order": found,
        "operations": selectors.made_by_operation(found.pk),
        "work": work,
        "last_at": max((one.finishes_at for one in forecasts), default=None),
        "is_over": all(one.is_closed for one in work),
    }
    return render(request, "production/made.html", context)


@require_safe
@login_required
def articles(request: ViewerRequest) -> HttpResponse:
    rows = list(selectors.articles_for_buyer(request.viewer)[:MOST_ARTICLES])
    waiting = [one for one in rows if not one.verdict]
    context = {"waiting": waiting, "decided": [one for one in rows if one.verdict]}
    return render(request, "production/articles.html", context)


@require_POST
@login_required
def decide(request: ViewerRequest, article: str) -> HttpResponse:
    decided = services.decide_article(
        viewer=request.viewer,
        article=article,
        is_approved="approve" in request.POST,
        note=request.POST.get("note", ""),
        now=clock.now(),
    )
    if decided.verdict == decided.Verdict.APPROVED:
        messages.success(request, _("Approved: the rest is made."))
    else:
        messages.success(request, _("Refused: the work stands still, the factory is told."))
    return redirect("production:articles")


@require_safe
@login_required
def photo(request: ViewerRequest, article: str) -> HttpResponse:
    found = selectors.photo_of(request.viewer, public_id=article)
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(found, content_type="image/jpeg", headers=headers)
