"""What staff who settle money see: what waits for a person, over all enterprises. The caller has checked the right."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from marketplace.orders.models import Order
from marketplace.payments.ledger import balance
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
from marketplace.payments.owed import Owed, owed_to_buyer
from marketplace.payments.selectors import OpenInvoice, with_open

ROWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Borne:
    """Cents of an order that the platform bears."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """An order whose buyer has paid ahead or too much."""

    order: Order
    owed: Owed


def credits() -> list[Ahead]:
    """Orders of which a buyer has something to get that is not on its way: what is given back soonest first."""
    sums = dict(
        Line.objects.filter(account__kind=Account.Kind.CREDIT)
        .order_by()
        .values_list("entry__order_id")
        .annotate(cents=Sum("amount_cents"))
        .filter(cents__lt=0)
    )
    orders = Order.objects.filter(pk__in=sums).select_related("buyer").order_by("id")[:ROWS]
    found = [_ahead(order, credit_cents=-sums[order.pk]) for order in orders]
    return sorted((one for one in found if one.owed.free_cents > 0), key=lambda one: one.owed.by or date.max)


def _ahead(order: Order, *, credit_cents: int) -> Ahead:
    unbilled = balance(order, Account.Kind.UNBILLED, enterprise_id=order.buyer_id)
    return Ahead(order=order, owed=owed_to_buyer(order, credit_cents=credit_cents, unbilled_cents=unbilled))


def borne() -> list[Borne]:
    """Orders of which the platform bears a difference, until it or who owes it has put the money in."""
    sums = dict(
        Line.objects.filter(account__kind=Account.Kind.ALLOWANCE)
        .order_by()
        .values_list("entry__order_id")
        .annotate(cents=Sum("amount_cents"))
        .filter(cents__gt=0)
    )
    orders = Order.objects.filter(pk__in=sums).select_related("buyer").order_by("id")[:ROWS]
    return [Borne(order=order, cents=sums[order.pk]) for order in orders]


def lost_calls() -> list[StripeCall]:
    """Calls to Stripe that were refused or given up, newest first."""
    ends = [StripeCall.State.DEAD, StripeCall.State.FAILED]
    return list(StripeCall.objects.filter(state__in=ends).order_by("-id")[:ROWS])


def lost_events() -> list[StripeEvent]:
    """Events that do not fit what is booked, or that nobody came to an end with, newest first."""
    return list(StripeEvent.objects.filter(state=StripeEvent.State.DEAD).order_by("-id")[:ROWS])


def last_lines() -> list[BankLine]:
    return list(BankLine.objects.select_related("order", "confirmed_by").order_by("-id")[:10])
