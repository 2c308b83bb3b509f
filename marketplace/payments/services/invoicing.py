"""Invoices for accepted pieces: when all are accepted, or once a month."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from marketplace.accounts.models import Enterprise
from marketplace.common.money import tax_cents
from marketplace.orders.models import Order
from marketplace.payments.ledger import Move, balance, post
from marketplace.payments.models import Account, Entry, Invoice, Line
from marketplace.payments.services.crediting import credit_beyond
from marketplace.payments.services.documents import documents_of_invoice
from marketplace.payments.services.earning import accepted_pieces
from marketplace.payments.services.numbering import billed, numbered, tell_issued
from marketplace.payments.services.receiving import after_payment, use_credit
from marketplace.payments.services.terms import agreed_deal, terms_of

MONTH = timedelta(days=30)  # of business time between two milestones of an order


@transaction.atomic
def issue_invoice(*, order_public_id: str, now: datetime) -> Invoice | None:
    """Invoice what is accepted and not invoiced, if it is time for that; else nothing. May be called at any time.

    Of an order that ended with less than was invoiced the rest is credited instead.
    """
    order = Order.objects.select_for_update(no_key=True).filter(public_id=order_public_id).first()
    if order is None or not _is_time(order, now=now):
        return None
    unbilled = balance(order, Account.Kind.UNBILLED, enterprise_id=order.buyer_id)
    if unbilled < 0:
        _credit(order, now=now)
    if unbilled <= 0:
        return None
    invoice = _write(order, unbilled=unbilled, now=now)
    post(
        order=order,
        key=f"invoiced:{invoice.public_id}",
        kind=Entry.Kind.INVOICED,
        at=now,
        lines=[
            Move(
                kind=Account.Kind.RECEIVABLE,
                enterprise_id=order.buyer_id,
                amount_cents=invoice.total_cents,
                invoice=invoice,
            ),
            Move(kind=Account.Kind.UNBILLED, enterprise_id=order.buyer_id, amount_cents=-unbilled),
            Move(kind=Account.Kind.TAX, amount_cents=-invoice.tax_cents),
        ],
    )
    use_credit(invoice, now=now)
    documents_of_invoice(invoice)
    tell_issued(invoice, now=now)
    after_payment(order, now=now)
    invoice.refresh_from_db()
    return invoice


def orders_to_bill(*, now: datetime) -> list[str]:
    """Public ids of orders of which something is accepted, not invoiced, and due to be; or invoiced and not to come."""
    open_sums = (
        Line.objects.filter(account__kind=Account.Kind.UNBILLED)
        .order_by()
        .values_list("entry__order_id")
        .annotate(cents=Sum("amount_cents"))
        .exclude(cents=0)
    )
    cents = dict(open_sums)
    waiting = Order.objects.filter(pk__in=cents).order_by("pk")
    return [
        order.public_id
        for order in waiting
        if (_is_time(order, now=now) if cents[order.pk] > 0 else order.status == Order.Status.DONE)
    ]


def _credit(order: Order, *, now: datetime) -> None:
    deal = agreed_deal(order)
    if deal is not None:
        credit_beyond(order, deal=deal, now=now)
        after_payment(order, now=now)


def _is_time(order: Order, *, now: datetime) -> bool:
    if order.status == Order.Status.DONE or accepted_pieces(order) >= order.quantity:
        return True
    last = order.invoices.filter(credits=None).order_by("-id").first()
    accepted = order.acceptances.order_by("id").first()
    since = last.issued_at if last is not None else accepted.at if accepted is not None else now
    return now - since >= MONTH


def _write(order: Order, *, unbilled: int, now: datetime) -> Invoice:
    """The invoice row. Tax is cumulative over the order: the invoices' taxes add up to the tax of the whole."""
    deal = agreed_deal(order)
    assert deal is not None, "only pieces of an agreed deal are accepted"
    terms, before = terms_of(deal), billed(order)
    fee = max(0, min(unbilled, -balance(order, Account.Kind.FEE) - before.fee_cents))
    tax = tax_cents(net_cents=before.untaxed_cents + unbilled, rate_bp=terms.tax_bp) - before.tax_cents
    return numbered(
        Invoice(
            order=order,
            buyer=order.buyer,
            accepted_total=min(accepted_pieces(order), order.quantity),
            net_cents=unbilled - fee,
            fee_cents=fee,
            tax_bp=terms.tax_bp,
            tax_cents=max(0, tax),
            total_cents=unbilled + max(0, tax),
            currency=order.currency,
            due_on=(now + timedelta(days=terms.due_days)).date(),
            facts={
                "buyer": _party(order.buyer),
                "seller": _party(order.seller_of_record) if order.seller_of_record else None,
                "order": order.public_id,
                "title": order.title,
                "product": order.product.name,
            },
        ),
        now=now,
    )


def _party(enterprise: Enterprise) -> dict[str, str]:
    return {"name": enterprise.name, "registration_number": enterprise.registration_number}
