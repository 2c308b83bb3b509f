"""What follows when money of a buyer is there, however it came: debts are settled, factories' pay is released."""

from datetime import datetime

from django.db.models import Sum

from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order
from marketplace.payments.ledger import Move, balance, open_cents, post
from marketplace.payments.models import Account, Entry, Invoice, Refund
from marketplace.payments.models.movement import MovementStatus
from marketplace.payments.services.releasing import release


def receive(
    *, order: Order, cents: int, into: str, key: str, kind: str, now: datetime, first: Invoice | None = None
) -> Entry:
    """Book money that came `into` the bank or Stripe: for `first`, then for the order's older debts; the rest is credit.

    The caller holds the order's lock. The same key books nothing twice.
    """
    found = Entry.objects.filter(key=key).first()
    if found is not None:
        return found
    lines, left = [Move(kind=into, amount_cents=cents)], cents
    for invoice in debts(order, first=first):
        paid = min(left, open_cents(invoice))
        lines.append(owed(invoice, -paid))
        left -= paid
    lines.append(Move(kind=Account.Kind.CREDIT, enterprise_id=order.buyer_id, amount_cents=-left))
    entry = post(order=order, key=key, kind=kind, at=now, lines=lines)
    after_payment(order, now=now)
    return entry


def use_credit(invoice: Invoice, *, now: datetime) -> None:
    """What the buyer paid ahead counts against a new invoice. The caller holds the order's lock."""
    cents = min(free_credit(invoice.order), open_cents(invoice))
    if cents > 0:
        ahead = Move(kind=Account.Kind.CREDIT, enterprise_id=invoice.buyer_id, amount_cents=cents)
        key = f"credit-used:{invoice.public_id}"
        post(
            order=invoice.order,
            key=key,
            kind=Entry.Kind.CREDIT_USED,
            at=now,
            lines=[ahead, owed(invoice, -cents)],
        )


def free_credit(order: Order) -> int:
    """What the buyer paid ahead or too much and is not being given back."""
    being_refunded = Refund.objects.filter(
        order=order, status__in=[MovementStatus.DUE, MovementStatus.SENDING]
    ).aggregate(cents=Sum("amount_cents"))["cents"]
    return -balance(order, Account.Kind.CREDIT, enterprise_id=order.buyer_id) - (being_refunded or 0)


def after_payment(order: Order, *, now: datetime) -> None:
    """Bring the statuses of the order's invoices up to date and release what is paid. May be called at any time."""
    for invoice in order.invoices.filter(credits=None):
        status = status_of(invoice)
        if status != invoice.status:
            Invoice.objects.filter(pk=invoice.pk).update(status=status)
    release(order, now=now)
    push_after_commit(f"order:{order.public_id}")


def status_of(invoice: Invoice) -> Invoice.Status:
    """As the ledger says."""
    left = open_cents(invoice)
    credited = invoice.credit_notes.aggregate(cents=Sum("total_cents"))["cents"] or 0
    if left <= 0:
        return Invoice.Status.CREDITED if credited >= invoice.total_cents else Invoice.Status.PAID
    return Invoice.Status.PART_PAID if left < invoice.total_cents - credited else Invoice.Status.ISSUED


def debts(order: Order, *, first: Invoice | None) -> list[Invoice]:
    others = [one for one in order.invoices.filter(credits=None) if first is None or one.pk != first.pk]
    return others if first is None else [first, *others]


def owed(invoice: Invoice, cents: int) -> Move:
    return Move(
        kind=Account.Kind.RECEIVABLE, enterprise_id=invoice.buyer_id, amount_cents=cents, invoice=invoice
    )
