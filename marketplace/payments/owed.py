"""What a buyer gets back of an order, and by when: what it paid ahead or too much, once no invoice will use it."""

from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.orders.models import Order
from marketplace.payments.models import Account, Entry, PaymentTerms, Refund
from marketplace.payments.models.movement import MovementStatus

WAITING = (MovementStatus.DUE, MovementStatus.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """Cents of the order's currency. `free_cents` nobody has begun to give back yet; `by` is the day until which they
    are given back, None as long as an invoice may still use them.
    """

    free_cents: int
    refunds: tuple[Refund, ...]  # newest first
    by: date | None

    @property
    def is_given_back(self) -> bool:
        return self.free_cents > 0 and self.by is not None


def owed_to_buyer(order: Order, *, credit_cents: int, unbilled_cents: int) -> Owed:
    """Of an order with so much credit, of which so much is still to be invoiced. At most three queries."""
    refunds = tuple(Refund.objects.filter(order=order).order_by("-id"))
    waiting = sum(one.amount_cents for one in refunds if one.status in WAITING)
    is_over = order.status == Order.Status.DONE and unbilled_cents <= 0
    return Owed(
        free_cents=credit_cents - waiting,
        refunds=refunds,
        by=_by(order) if is_over and credit_cents > 0 else None,
    )


def _by(order: Order) -> date | None:
    """As many days as a buyer has to pay an invoice, after the last that changed what the order comes to or was paid."""
    last = (
        Entry.objects.filter(
            order=order, lines__account__kind__in=[Account.Kind.CREDIT, Account.Kind.UNBILLED]
        )
        .exclude(kind__in=[Entry.Kind.REFUNDED, Entry.Kind.RETURNED])
        .order_by("-id")
        .first()
    )
    terms = PaymentTerms.objects.filter(deal__order=order).order_by("-id").first()
    return None if last is None or terms is None else (last.at + timedelta(days=terms.due_days)).date()
