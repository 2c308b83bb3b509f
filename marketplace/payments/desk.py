"""What staff who settle money see: what waits for a person, over all enterprises. The caller has checked the right."""

from dataclasses import dataclass

from django.db.models import Sum

from marketplace.orders.models import Order
from marketplace.payments.models import (
    Account,
    BankLine,
    Invoice,
    Line,
    Payout,
    Refund,
    StripeCall,
    StripeEvent,
)
from marketplace.payments.models.movement import MovementStatus
from marketplace.payments.selectors import OpenInvoice, with_open

ROWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Cents of an order: paid ahead or too much by its buyer, or borne by the platform."""

    order: Order
    cents: int

    @property
    def currency(self) -> str:
        return self.order.currency


def open_invoices() -> list[OpenInvoice]:
    """By due date."""
    waiting = Invoice.objects.filter(
        credits=None, status__in=[Invoice.Status.ISSUED, Invoice.Status.PART_PAID]
    )
    return with_open(list(waiting.select_related("order", "buyer").order_by("due_on", "id")[:ROWS]))


def open_payouts() -> list[Payout]:
    """To be paid by a person, or failed at Stripe; by due date."""
    waiting = [MovementStatus.DUE, MovementStatus.FAILED]
    return list(
        Payout.objects.filter(status__in=waiting)
        .select_related("order", "enterprise")
        .order_by("due_on", "id")[:ROWS]
    )


def open_refunds() -> list[Refund]:
    return list(
        Refund.objects.filter(status=MovementStatus.DUE)
        .select_related("order", "enterprise")
        .order_by("id")[:ROWS]
    )


def credits() -> list[Credit]:
    """Orders whose buyer has paid ahead, refunds on their way not counted off."""
    sums = dict(
        Line.objects.filter(account__kind=Account.Kind.CREDIT)
        .order_by()
        .values_list("entry__order_id")
        .annotate(cents=Sum("amount_cents"))
        .filter(cents__lt=0)
    )
    orders = Order.objects.filter(pk__in=sums).select_related("buyer").order_by("id")[:ROWS]
    return [Credit(order=order, cents=-sums[order.pk]) for order in orders]


def borne() -> list[Credit]:
    """Orders of which the platform bears a difference, until it or who owes it has put the money in."""
    sums = dict(
        Line.objects.filter(account__kind=Account.Kind.ALLOWANCE)
        .order_by()
        .values_list("entry__order_id")
        .annotate(cents=Sum("amount_cents"))
        .filter(cents__gt=0)
    )
    orders = Order.objects.filter(pk__in=sums).select_related("buyer").order_by("id")[:ROWS]
    return [Credit(order=order, cents=sums[order.pk]) for order in orders]


def lost_calls() -> list[StripeCall]:
    """Calls to Stripe that were refused or given up, newest first."""
    ends = [StripeCall.State.DEAD, StripeCall.State.FAILED]
    return list(StripeCall.objects.filter(state__in=ends).order_by("-id")[:ROWS])


def lost_events() -> list[StripeEvent]:
    """Events that do not fit what is booked, or that nobody came to an end with, newest first."""
    return list(StripeEvent.objects.filter(state=StripeEvent.State.DEAD).order_by("-id")[:ROWS])


def last_lines() -> list[BankLine]:
    return list(BankLine.objects.select_related("order", "confirmed_by").order_by("-id")[:10])
