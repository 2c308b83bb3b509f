"""Once invoices are paid, factories are paid out what they earned by their pieces: never more than the order has, and
never more than the buyer has paid for as their pay. What a change adds waits for the money for it.
"""

from collections.abc import Mapping
from datetime import datetime

from django.urls import reverse

from marketplace.accounts.services import tell
from marketplace.common.money import format_cents
from marketplace.orders.models import Order
from marketplace.payments.earnings import releasable
from marketplace.payments.ledger import Move, balance, balances, booked_to, open_cents, post
from marketplace.payments.models import Account, Entry, Invoice, Payout
from marketplace.payments.services.earning import put_in_cents, released_cents
from marketplace.payments.services.payouts import route_payout


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
    """By what was earned when the newest paid invoice was written; by all that is, where all of it is paid."""
    is_all = balance(order, Account.Kind.UNBILLED, enterprise_id=order.buyer_id) <= 0 and not any(
        open_cents(one) > 0 for one in order.invoices.filter(credits=None, pk__gt=paid.pk)
    )
    then = None if is_all else Entry.objects.get(key=f"invoiced:{paid.public_id}")
    released, most = released_cents(order), min(_pay_cents(order), _pay_cents(order, before=then))
    return releasable(
        earned=_of_factories(booked_to(order, Account.Kind.EARNED)),
        paid_for=_of_factories(booked_to(order, Account.Kind.EARNED, before=then)),
        released=released,
        cents=min(covered_cents(order), most - sum(released.values())),
    )


def _pay_cents(order: Order, *, before: Entry | None = None) -> int:
    """What of factories' pay the buyer owes by what was booked `before`, and what was put in for the rest."""
    earned = sum(booked_to(order, Account.Kind.EARNED, before=before).values())
    borne = -sum(booked_to(order, Account.Kind.ALLOWANCE, before=before).values())
    return earned - borne + put_in_cents(order)


def _of_factories(cents: Mapping[int | None, int]) -> dict[int, int]:
    return {pk: own for pk, own in cents.items() if pk is not None}


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
