"""Once invoices are paid, factories are paid out what they earned by their pieces: never more than the order has."""

from collections.abc import Mapping
from datetime import datetime

from django.urls import reverse

from marketplace.accounts.services import tell
from marketplace.common.money import format_cents
from marketplace.orders.models import Order
from marketplace.payments.earnings import releasable
from marketplace.payments.ledger import Move, balance, balances, booked_to, open_cents, post
from marketplace.payments.models import Account, Entry, Invoice, Payout
from marketplace.payments.services.earning import released_cents
from marketplace.payments.services.payouts import route_payout
from marketplace.payments.services.terms import agreed_deal, terms_of
from marketplace.payments.worth import worth_of


def release(order: Order, *, now: datetime) -> None:
    """Give free what is paid for and was not given free yet. May be called at any time under the order's lock."""
    last = last_paid(order)
    if last is None:
        return
    due = _due(order, paid=last)
    if not due:
        return
    _book(order, due, paid=last, now=now)
    for pk, cents in sorted(due.items()):
        _pay_out(order, enterprise_id=pk, cents=cents, paid=last, now=now)


def last_paid(order: Order) -> Invoice | None:
    """The newest invoice before which, and with which, nothing is owed."""
    last = None
    for invoice in order.invoices.filter(credits=None):
        if open_cents(invoice) > 0:
            break
        last = invoice
    return last


def next_part(invoice: Invoice, *, enterprise_id: int) -> int:
    return Payout.objects.filter(invoice=invoice, enterprise_id=enterprise_id).count() + 1


def covered_cents(order: Order) -> int:
    """What the order has of money that is promised to no factory and not the buyer's own."""
    promised = (Account.Kind.BANK, Account.Kind.STRIPE, Account.Kind.PAYABLE, Account.Kind.CREDIT)
    return sum(cents for (kind, _pk), cents in balances(order).items() if kind in promised)


def _due(order: Order, *, paid: Invoice) -> dict[int, int]:
    deal = agreed_deal(order)
    assert deal is not None, "only an agreed deal is invoiced"
    is_all = balance(order, Account.Kind.UNBILLED, enterprise_id=order.buyer_id) <= 0 and not any(
        open_cents(one) > 0 for one in order.invoices.filter(credits=None, pk__gt=paid.pk)
    )
    earned = booked_to(order, Account.Kind.EARNED)
    return releasable(
        worth_of(deal, terms=terms_of(deal)).price,
        paid_pieces=None if is_all else paid.accepted_total,
        of=order.quantity,
        earned={pk: cents for pk, cents in earned.items() if pk is not None},
        released=released_cents(order),
        covered_cents=covered_cents(order),
    )


def _book(order: Order, due: Mapping[int, int], *, paid: Invoice, now: datetime) -> None:
    part = Entry.objects.filter(key__startswith=f"released:{paid.public_id}").count() + 1
    post(
        order=order,
        key=f"released:{paid.public_id}" if part == 1 else f"released:{paid.public_id}:{part}",
        kind=Entry.Kind.RELEASED,
        at=now,
        lines=[
            Move(kind=kind, enterprise_id=pk, amount_cents=sign * cents)
            for pk, cents in due.items()
            for kind, sign in ((Account.Kind.EARNED, 1), (Account.Kind.PAYABLE, -1))
        ],
    )


def _pay_out(order: Order, *, enterprise_id: int, cents: int, paid: Invoice, now: datetime) -> None:
    payout = Payout.objects.create(
        order=order,
        enterprise_id=enterprise_id,
        invoice=paid,
        part=next_part(paid, enterprise_id=enterprise_id),
        amount_cents=cents,
        currency=order.currency,
        due_on=now.date(),
    )
    route_payout(payout)
    _tell(payout, now=now)


def _tell(payout: Payout, *, now: datetime) -> None:
    tell(
        [payout.enterprise_id],
        key=f"payout-due:{payout.public_id}",
        kind="payments.payout-due",
        facts={"amount": format_cents(payout.amount_cents, payout.currency), "title": payout.order.title},
        url=reverse("payments:payouts"),
        now=now,
    )
