"""The buyer's pages: what is made of an order, and first articles that wait."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.sheets import csv_response
from marketplace.orders.models import Order
from marketplace.production import selectors, services
from marketplace.production.looks import note_counts_shown
from marketplace.production.models import WorkOrder

LOTS_A_PAGE = 50
MOST_SOUGHT = 200  # characters
ARTICLES_A_PAGE = 24  # photos of up to 500 kB each


@require_safe
@login_required
def made(request: ViewerRequest, order: str) -> HttpResponse:
    """Made against wanted, step by step, and the buyer's lots one by one: counts of them, nothing else of the machines.

    `q` searches them, `csv` gives all that are found as a file.
    """
    found = selectors.ordered(request.viewer, public_id=order)
    note_counts_shown(found.pk, viewer=request.viewer, real_now=clock.real_now())
    text = request.GET.get("q", "")[:MOST_SOUGHT]
    living = WorkOrder.objects.filter(order=found).exclude(status=WorkOrder.Status.CANCELLED)
    wanted = ~Q(status=WorkOrder.Status.CANCELLED) & selectors.work_matching(text)
    if "csv" in request.GET:
        return _lots_csv(found, wanted)
    page = Paginator(range(living.filter(wanted).count()), LOTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "order": found,
        "operations": selectors.made_by_operation(found.pk),
        "page": page,
        "work": selectors.work_rows(found.pk, wanted, first=max(page.start_index() - 1, 0), most=LOTS_A_PAGE),
        "num_work": living.count(),
        "text": text,
        "last_at": selectors.last_finish(found.pk, now=clock.now()),
        "is_over": not living.filter(closed_at=None).exists(),
    }
    return render(request, "production/made.html", context)


def _lots_csv(order: Order, wanted: Q) -> HttpResponse:
    header = ("lot", "step", "factory", "state", "good", "wanted", "scrap", "unit")
    rows = [
        (one.code, one.operation, one.enterprise, one.status, one.good, one.quantity, one.scrap, one.unit)
        for one in selectors.work_rows(order.pk, wanted)
    ]
    return csv_response(name=f"made-{order.public_id}.csv", header=header, rows=rows)


@require_safe
@login_required
def articles(request: ViewerRequest) -> HttpResponse:
    """The orders of which first articles were shown; a single one is opened at once."""
    orders = selectors.orders_with_articles(request.viewer)
    if len(orders) == 1:
        return redirect("production:order-articles", orders[0].public_id)
    num_waiting = sum(one.num_waiting for one in orders)
    return render(request, "production/articles.html", {"orders": orders, "num_waiting": num_waiting})


@require_safe
@login_required
def order_articles(request: ViewerRequest, order: str) -> HttpResponse:
    """First articles of one order: those that wait, longest first, or those decided, newest first."""
    found = selectors.ordered(request.viewer, public_id=order)
    rows = selectors.articles_of_order(found)
    waiting, decided = rows.filter(verdict=""), rows.exclude(verdict="").order_by("-decided_at", "-pk")
    is_decided = request.GET.get("show") == "decided"
    shown = decided if is_decided else waiting
    context = {
        "order": found,
        "page": Paginator(shown, ARTICLES_A_PAGE).get_page(request.GET.get("page")),
        "num_waiting": waiting.count(),
        "num_decided": decided.count(),
        "is_decided": is_decided,
    }
    return render(request, "production/order_articles.html", context)


@require_POST
@login_required
def approve(request: ViewerRequest, order: str) -> HttpResponse:
    """All that were shown, those that changed meanwhile excepted and named."""
    done = services.approve_articles(
        viewer=request.viewer, order=order, articles=request.POST.getlist("articles"), now=clock.now()
    )
    if done.approved:
        num = len(done.approved)
        words = ngettext(
            "%(num)s first article approved: the rest is made.",
            "%(num)s first articles approved: the rest is made.",
            num,
        )
        messages.success(request, words % {"num": num})
    if done.left:
        left = ", ".join(f"{one.work_order.code} ({one.get_verdict_display()})" for one in done.left)
        messages.warning(request, _("Decided by somebody meanwhile, and left so: %(left)s.") % {"left": left})
    return redirect("production:order-articles", order)


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
    return redirect("production:order-articles", decided.work_order.order.public_id)


@require_safe
@login_required
def photo(request: ViewerRequest, article: str) -> HttpResponse:
    found = selectors.photo_of(request.viewer, public_id=article)
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(found, content_type="image/jpeg", headers=headers)
