"""Orders: find them, place one, follow one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.csv_file import csv_response
from marketplace.common.errors import DomainError, Forbidden, NotFound
from marketplace.common.money import tax_cents
from marketplace.orders import selectors, services
from marketplace.orders.forms.order import (
    DropForms,
    OrderForm,
    drop_drafts,
    drop_forms,
    initial_of,
    usual_due,
)
from marketplace.orders.models import Order, Product
from marketplace.orders.states import BUYER_MAY_CANCEL
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


@login_required
def new(request: ViewerRequest) -> HttpResponse:
    """First the product, then the order; `?from=` starts from another order."""
    request.viewer.require_planner()
    copied = request.GET.get("from", "")
    source = selectors.order(viewer=request.viewer, order=copied) if copied else None
    chosen = source.product.public_id if source else request.GET.get("product", "")
    if not chosen:
        return render(
            request, "orders/choose_product.html", {"products": selectors.products(viewer=request.viewer)}
        )
    product = selectors.product(viewer=request.viewer, product=chosen)
    if request.method == "POST":
        return _created(request, product)
    values, drops = initial_of(source) if source else ({}, [])
    values["due_at"] = usual_due(clock.now())
    return _form_page(
        request,
        product,
        form=OrderForm(product=product, sellers=selectors.sellers(), initial=values),
        drops=DropForms(prefix="drops", initial=drops),
    )


def _created(request: ViewerRequest, product: Product) -> HttpResponse:
    form = OrderForm(request.POST, product=product, sellers=selectors.sellers())
    formset = DropForms(request.POST, prefix="drops")
    if all([form.is_valid(), formset.is_valid()]):
        kept = drop_forms(formset)
        try:
            draft = form.draft(drop_drafts(kept, quantity=form.cleaned_data["quantity"]))
            order = services.create_order(viewer=request.viewer, draft=draft, now=clock.now())
            return redirect("orders:order", order.public_id)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.tell(error, drops=kept)
    return _form_page(request, product, form=form, drops=formset, status=422)


def _form_page(
    request: ViewerRequest, product: Product, *, form: OrderForm, drops: Any, status: int = 200
) -> HttpResponse:
    context = {"product": product, "form": form, "drops": drops, "zone": timezone.get_current_timezone_name()}
    return render(request, "orders/new.html", context, status=status)


@require_safe
@login_required
def order(request: ViewerRequest, order: str) -> HttpResponse:
    found = selectors.order(viewer=request.viewer, order=order)
    parameters = read_parameters(found.product.parameters)
    tax = tax_cents(net_cents=found.net_cents, rate_bp=found.tax_bp) if found.net_cents is not None else None
    context = {
        "order": found,
        "title": title_of(found, now=clock.now()),
        "drops": found.drops.all(),
        "variant": [
            (one.label, value_text(one, found.variant[one.key]))
            for one in parameters
            if one.key in found.variant
        ],
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
