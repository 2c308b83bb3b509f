"""Programmes of a declaration and the orders that come first under it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.mobilisation.goods import covered_orders
from marketplace.mobilisation.models import Declaration, NeedConfirmation, OrderRating, Programme
from marketplace.mobilisation.selectors.office import require_coordinator
from marketplace.orders.models import Order
from marketplace.planning.models import PlanRun

NOT_AGREED = (Order.Status.DRAFT, Order.Status.OPEN, Order.Status.OFFERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An order that may be rated once its need is confirmed; `num_alike` other orders of the buyer look the same."""

    order: Order
    confirmation: NeedConfirmation | None
    num_alike: int


def programmes(found: Declaration) -> QuerySet[Programme]:
    return found.programmes.select_related("product").prefetch_related("product__operations__needs")


def programme(viewer: Viewer, *, public_id: str) -> Programme:
    require_coordinator(viewer)
    found = (
        Programme.objects.filter(declaration__office=viewer.enterprise_id, public_id=public_id)
        .select_related("declaration__office", "product")
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such programme."))
    return found


def rated(found: Declaration) -> QuerySet[OrderRating]:
    """Every rating given under the declaration, also those that ended."""
    return (
        OrderRating.objects.filter(programme__declaration=found)
        .select_related("order__buyer", "order__product", "programme", "signed_by", "need__confirmed_by")
        .prefetch_related("order__product__operations__needs")
    )


def rating(viewer: Viewer, *, public_id: str) -> OrderRating:
    require_coordinator(viewer)
    found = (
        OrderRating.objects.filter(programme__declaration__office=viewer.enterprise_id, public_id=public_id)
        .select_related("order__buyer", "order__product", "programme__declaration__office")
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such order."))
    return found


def newest_precedence_plan(found: OrderRating, *, now: datetime) -> PlanRun | None:
    """The last plan that was asked for in which the order comes first.

    It names factories and their booked hours, which only an emergency opens: once the declaration is over, it is shown
    only if it was committed, as the record of what was done.
    """
    plans = found.order.plan_runs.filter(kind=PlanRun.Kind.PRECEDENCE).order_by("-id")
    if not found.programme.declaration.is_live(now):
        plans = plans.filter(deals__isnull=False)
    return plans.first()


def precedence_plan(viewer: Viewer, *, rating_public_id: str, now: datetime) -> PlanRun:
    """The same, of a rating of the viewer's office. Raises `NotFound`, also where none was asked for."""
    plan = newest_precedence_plan(rating(viewer, public_id=rating_public_id), now=now)
    if plan is None:
        raise NotFound(_("There is no such plan."))
    return plan


def rateable(found: Declaration) -> list[Candidate]:
    """Orders of public buyers for declared goods that are not agreed and not rated; two queries."""
    rated_here = OrderRating.objects.filter(programme__declaration=found, ended_at=None)
    orders = list(
        covered_orders(found)
        .filter(status__in=NOT_AGREED, rating="")
        .exclude(pk__in=rated_here.values("order"))
        .prefetch_related("drops", "product__operations__needs")[:200]
    )
    confirmations = {
        one.order_id: one
        for one in NeedConfirmation.objects.filter(declaration=found, order__in=orders).select_related(
            "confirmed_by"
        )
    }
    return [
        Candidate(
            order=order,
            confirmation=_still_true(confirmations.get(order.pk), order),
            num_alike=sum(
                1
                for o in orders
                if o is not order and (o.buyer_id, o.product_id) == (order.buyer_id, order.product_id)
            ),
        )
        for order in orders
    ]


def confirmation_of(found: Declaration, order: Order) -> NeedConfirmation | None:
    """The latest, if what is ordered is still what was confirmed."""
    last = NeedConfirmation.objects.filter(declaration=found, order=order).order_by("pk").last()
    return _still_true(last, order)


def _still_true(confirmation: NeedConfirmation | None, order: Order) -> NeedConfirmation | None:
    if confirmation is None or confirmation.order_revision != order.revision:
        return None
    return confirmation
