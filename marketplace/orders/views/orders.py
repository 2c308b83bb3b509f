"""Orders: find them, follow one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.money import tax_cents
from marketplace.common.sheets import csv_response
from marketplace.orders import selectors, services
from marketplace.orders.models import Order
from marketplace.orders.states import BUYER_MAY_CANCEL, BUYER_MAY_CHANGE
from marketplace.orders.variants import read_parameters
from marketplace.orders.wording import title_of, value_text

ROWS_A_PAGE = 50


@require_safe
@login_required
def order_list(request: ViewerRequest) -> HttpResponse:
    text, status = _asked(request)
    found = selectors.find_orders(viewer=request.viewer, text=text, status=status)
    context = {
        "page": Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "text": text,
        "status": status,
        "statuses": Order.Status.choices,
        "has_orders": selectors.orders(viewer=request.viewer).exists(),
    }
    return render(request, "orders/list.html", context)


@require_safe
@login_required
def export(request: ViewerRequest) -> HttpResponse:
    """All orders found, as CSV; moments in UTC, money in cents."""
    text, status = _asked(request)
    header = (
        "id", "title", "product", "status", "quantity", "due_at", "net_cents", "budget_cents", "currency", "tax_bp",
        "created_at",
    )  # fmt: skip
    rows = (
        (
            one.public_id, one.title, one.product.name, one.status, one.quantity, one.due_at.isoformat(),
            one.net_cents, one.budget_cents, one.currency, one.tax_bp, one.created_at.isoformat(),
        )
        for one in selectors.find_orders(viewer=request.viewer, text=text, status=status)
    )  # fmt: skip
    return csv_response(name="orders.csv", header=header, rows=rows)


@require_safe
@login_required
def order(request: ViewerRequest, order: str) -> HttpResponse:
    found = selectors.order(viewer=request.viewer, order=order)
    parameters = read_parameters(found.product.parameters)
    tax = tax_cents(net_cents=found.net_cents, rate_bp=found.tax_bp) if found.net_cents is not None else None
    now = clock.now()
    context = {
        "order": found,
        "title": title_of(found, now=now),
        "is_over": found.status in (Order.Status.DONE, Order.Status.CANCELLED),
        "overdue": now - found.due_at if found.due_at < now else None,
        "drops": found.drops.all(),
        "variant": [
            (one.label, value_text(one, found.variant[one.key]))
            for one in parameters
            if one.key in found.variant
        ],
        "may_change": request.viewer.may_plan and found.status in BUYER_MAY_CHANGE,
        "may_cancel": request.viewer.may_plan and found.status in BUYER_MAY_CANCEL,
        "is_planning": found.status in (Order.Status.DRAFT, Order.Status.OPEN),
        "tax_pct": found.tax_bp / 100,
        "gross_cents": None if tax is None else (found.net_cents or 0) + tax,
    }
    return render(request, "orders/order.html", context)


@require_POST
@login_required
def cancel(request: ViewerRequest, order: str) -> HttpResponse:
    services.cancel_order(viewer=request.viewer, order=order)
    messages.success(request, _("The order is cancelled; its plans and offers end."))
    return redirect("orders:order", order)


def _asked(request: ViewerRequest) -> tuple[str, str]:
    """Search text and status of the query; a status we do not know is none."""
    status = request.GET.get("status", "")
    return request.GET.get("q", "")[:200], status if status in Order.Status.values else ""
