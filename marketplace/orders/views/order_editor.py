"""Writing an order: a new one, a copy, or a change of one that is not offered yet."""

from datetime import datetime
from functools import partial
from typing import Any, Protocol

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.viewer import Viewer
from marketplace.common import clock
from marketplace.common.errors import DomainError, Forbidden, NotFound
from marketplace.orders import selectors, services
from marketplace.orders.drafts import OrderDraft
from marketplace.orders.forms.order import (
    DropForms,
    OrderForm,
    drop_drafts,
    drop_forms,
    initial_of,
    usual_due,
)
from marketplace.orders.models import Order, Product
from marketplace.orders.states import BUYER_MAY_CHANGE


class Save(Protocol):
    def __call__(self, *, viewer: Viewer, draft: OrderDraft, now: datetime) -> Order: ...


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
        return _saved(request, product, save=services.create_order)
    values, drops = initial_of(source) if source else ({}, [])
    values["due_at"] = usual_due(clock.now())
    return _form_page(request, product, values=values, drops=drops)


@login_required
def edit(request: ViewerRequest, order: str) -> HttpResponse:
    """Everything but the product, as long as nothing is offered to a factory."""
    request.viewer.require_planner()
    found = selectors.order(viewer=request.viewer, order=order)
    product = selectors.product(viewer=request.viewer, product=found.product.public_id)
    if request.method == "POST":
        return _saved(request, product, save=partial(services.change_order, order=order), changed=found)
    if found.status not in BUYER_MAY_CHANGE:
        return redirect("orders:order", order)
    values, drops = initial_of(found, with_dates=True)
    return _form_page(request, product, values=values, drops=drops, changed=found)


def _saved(
    request: ViewerRequest, product: Product, *, save: Save, changed: Order | None = None
) -> HttpResponse:
    """To the order's page, or the form again with what is wrong."""
    form = OrderForm(request.POST, product=product, sellers=selectors.sellers())
    formset = DropForms(request.POST, prefix="drops", form_kwargs={"unit": product.unit})
    if all([form.is_valid(), formset.is_valid()]):
        kept = drop_forms(formset)
        try:
            draft = form.draft(drop_drafts(kept, quantity=form.cleaned_data["quantity"]))
            order = save(viewer=request.viewer, draft=draft, now=clock.now())
            return redirect("orders:order", order.public_id)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.tell(error, drops=kept)
    return _rendered(request, product, form=form, drops=formset, changed=changed, status=422)


def _form_page(
    request: ViewerRequest,
    product: Product,
    *,
    values: dict[str, Any],
    drops: list[dict[str, Any]],
    changed: Order | None = None,
) -> HttpResponse:
    form = OrderForm(product=product, sellers=selectors.sellers(), initial=values)
    formset = DropForms(prefix="drops", initial=drops, form_kwargs={"unit": product.unit})
    return _rendered(request, product, form=form, drops=formset, changed=changed)


def _rendered(
    request: ViewerRequest,
    product: Product,
    *,
    form: OrderForm,
    drops: Any,
    changed: Order | None,
    status: int = 200,
) -> HttpResponse:
    """`changed`: the order that is there already."""
    zone = timezone.get_current_timezone_name()
    context = {"product": product, "form": form, "drops": drops, "zone": zone, "changed": changed}
    return render(request, "orders/new.html", context, status=status)
