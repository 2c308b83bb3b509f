"""Products: templates and one's own, drawn and copied."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common.errors import DomainError, Forbidden, NotFound
from marketplace.common.forms import refusals_in
from marketplace.orders import selectors, services
from marketplace.orders.forms.product import MaterialForm, ProductForms, initial_of
from marketplace.orders.models import Product
from marketplace.orders.variants import read_parameters


@require_safe
@login_required
def product_list(request: ViewerRequest) -> HttpResponse:
    found = list(selectors.products(viewer=request.viewer))
    context = {"products": found, "num_own": sum(one.owner_id is not None for one in found)}
    return render(request, "orders/products.html", context)


@require_safe
@login_required
def product(request: ViewerRequest, product: str) -> HttpResponse:
    found = selectors.product(viewer=request.viewer, product=product)
    context = {
        "product": found,
        "steps": found.operations.all(),
        "parameters": read_parameters(found.parameters),
        "is_own": found.owner_id is not None,
    }
    return render(request, "orders/product.html", context)


@login_required
def new_product(request: ViewerRequest) -> HttpResponse:
    """An empty editor, or (`?from=`) a copy of a product."""
    request.viewer.require_planner()
    initial: dict[str, Any] = {}
    if source := request.GET.get("from"):
        initial = initial_of(selectors.product(viewer=request.viewer, product=source), is_copy=True)
    return _editor(request, initial=initial, product=None)


@login_required
def edit_product(request: ViewerRequest, product: str) -> HttpResponse:
    found = selectors.product(viewer=request.viewer, product=product)
    request.viewer.require_planner()
    return _editor(request, initial=initial_of(found, is_copy=False), product=found)


@login_required
def materials(request: ViewerRequest) -> HttpResponse:
    form = MaterialForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            services.create_material(viewer=request.viewer, **form.cleaned_data)
            messages.success(request, _("The material is saved; only you see it."))
            return redirect("orders:materials")
    context = {"materials": selectors.materials(viewer=request.viewer), "form": form}
    return render(request, "orders/materials.html", context)


def _editor(request: ViewerRequest, *, initial: dict[str, Any], product: Product | None) -> HttpResponse:
    forms = ProductForms(request.POST or None, initial=None if request.POST else initial)
    if request.method == "POST" and forms.is_valid():
        try:
            saved = _save(request, forms, product=product)
            messages.success(request, _("The product is saved."))
            return redirect("orders:product", saved.public_id)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            forms.tell(error)
    context = {
        "forms": forms,
        "product": product,
        "materials": selectors.materials(viewer=request.viewer),
    }
    return render(request, "orders/editor.html", context, status=422 if request.POST else 200)


def _save(request: ViewerRequest, forms: ProductForms, *, product: Product | None) -> Product:
    if product is None:
        return services.create_product(viewer=request.viewer, draft=forms.draft())
    return services.update_product(viewer=request.viewer, product=product.public_id, draft=forms.draft())
