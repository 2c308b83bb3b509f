"""What follows when money of a buyer is there, however it came: debts are settled, factories' pay is released."""

from datetime import datetime

from django.db.models import Sum
from django.urls import reverse

from marketplace.accounts.services import tell
from marketplace.common.live import push_after_commit
from marketplace.common.money import format_cents
from marketplace.orders.models import Order
from marketplace.payments.ledger import Move, balance, booked_to, open_cents, post
from marketplace.payments.models import Account, Entry, Invoice, Line, Payout, Refund
from marketplace.payments.models.movement import MovementStatus
from marketplace.payments.services.payouts import route_payout
from marketplace.payments.services.terms import agreed_deal, terms_of
from marketplace.payments.shares import share_cents
from marketplace.payments.worth import worth_of


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
    for invoice in _debts(order, first=first):
        paid = min(left, open_cents(invoice))
        lines.append(_owed(invoice, -paid))
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
            lines=[ahead, _owed(invoice, -cents)],
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
    _release(order, now=now)
    push_after_commit(f"order:{order.public_id}")


def status_of(invoice: Invoice) -> Invoice.Status:
    """As the ledger says."""
    left = open_cents(invoice)
    credited = invoice.credit_notes.aggregate(cents=Sum("total_cents"))["cents"] or 0
    if left <= 0:
        return Invoice.Status.CREDITED if credited >= invoice.total_cents else Invoice.Status.PAID
    return Invoice.Status.PART_PAID if left < invoice.total_cents - credited else Invoice.Status.ISSUED


def _debts(order: Order, *, first: Invoice | None) -> list[Invoice]:
    others = [one for one in order.invoices.filter(credits=None) if first is None or one.pk != first.pk]
    return others if first is None else [first, *others]


def _owed(invoice: Invoice, cents: int) -> Move:
    return Move(
        kind=Account.Kind.RECEIVABLE, enterprise_id=invoice.buyer_id, amount_cents=cents, invoice=invoice
    )


def _release(order: Order, *, now: datetime) -> None:
    """Once the invoices up to a number of pieces are paid, factories are paid out what they earned by these."""
    last = _last_paid(order)
    if last is None or Entry.objects.filter(key=f"released:{last.public_id}").exists():
        return
    due = {pk: cents for pk, cents in _due(order, paid=last).items() if cents > 0 and pk is not None}
    if not due:
        return
    post(
        order=order,
        key=f"released:{last.public_id}",
        kind=Entry.Kind.RELEASED,
        at=now,
        lines=[
            Move(kind=kind, enterprise_id=pk, amount_cents=sign * cents)
            for pk, cents in due.items()
            for kind, sign in ((Account.Kind.EARNED, 1), (Account.Kind.PAYABLE, -1))
        ],
    )
    for pk, cents in sorted(due.items()):
        payout = Payout.objects.create(
            order=order,
            enterprise_id=pk,
            invoice=last,
            amount_cents=cents,
            currency=order.currency,
            due_on=now.date(),
        )
        route_payout(payout)
        _tell(payout, now=now)


def _last_paid(order: Order) -> Invoice | None:
    """The newest invoice before which, and with which, nothing is owed."""
    last = None
    for invoice in order.invoices.filter(credits=None):
        if open_cents(invoice) > 0:
            break
        last = invoice
    return last


def _due(order: Order, *, paid: Invoice) -> dict[int | None, int]:
    """What each factory earned by the pieces that are paid, less what was released before."""
    earned = booked_to(order, Account.Kind.EARNED)
    released = dict(
        Line.objects.filter(
            entry__order=order, entry__kind=Entry.Kind.RELEASED, account__kind=Account.Kind.EARNED
        )
        .order_by()
        .values_list("account__enterprise_id")
        .annotate(cents=Sum("amount_cents"))
    )
    deal = agreed_deal(order)
    assert deal is not None, "only an agreed deal is invoiced"
    pay = worth_of(deal, terms=terms_of(deal)).pay_cents
    is_all = balance(order, Account.Kind.UNBILLED, enterprise_id=order.buyer_id) == 0 and not any(
        open_cents(one) > 0 for one in order.invoices.filter(credits=None, pk__gt=paid.pk)
    )
    return {
        pk: (
            cents
            if is_all
            else min(
                cents,
                share_cents(pay.get(pk or 0, 0), pieces=paid.accepted_total, of=order.quantity),
            )
        )
        - released.get(pk, 0)
        for pk, cents in earned.items()
    }


def _tell(payout: Payout, *, now: datetime) -> None:
    tell(
        [payout.enterprise_id],
        key=f"payout-due:{payout.public_id}",
        kind="payments.payout-due",
        facts={"amount": format_cents(payout.amount_cents, payout.currency), "title": payout.order.title},
        url=reverse("payments:payouts"),
        now=now,
    )
