"""Credit notes: for a difference that was settled, and where an order comes to less than was invoiced.

What a note takes off is set off at once: against its own invoice, then against what else is open of the order. What is
left is the buyer's credit: it counts against the next invoice of the order, or is given back.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.common.checks import require_text, require_whole
from marketplace.common.errors import NotFound
from marketplace.common.money import MAX_CENTS, tax_cents
from marketplace.orders.models import Order
from marketplace.payments.earnings import beyond
from marketplace.payments.errors import NotDue
from marketplace.payments.ledger import Move, balance, booked_to, open_cents, post
from marketplace.payments.models import Account, Entry, Invoice
from marketplace.payments.services.documents import documents_of_invoice
from marketplace.payments.services.following import booked_price
from marketplace.payments.services.numbering import Billed, billed, numbered, tell_issued
from marketplace.payments.services.receiving import after_payment, debts, owed
from marketplace.payments.services.settlers import require_settler
from marketplace.payments.services.terms import terms_of
from marketplace.trading.models import Deal

Because = Invoice.Because


@transaction.atomic
def credit_invoice(
    *, by: Person, invoice_public_id: str, net_cents: int, reason: str, now: datetime
) -> Invoice:
    """Take a part of an invoice back, for differences that were settled; tax goes back with it.

    What the buyer has paid of it already becomes its credit. Raises `InvalidInput` for an amount that is none or more
    than was invoiced, `NotDue` for a credit note.
    """
    require_settler(by)
    require_whole(net_cents, field="net_cents", least=1, most=MAX_CENTS)
    require_text(reason, field="reason", least=1, most=240)
    order = _order_of(invoice_public_id)
    invoice = Invoice.objects.select_related("order", "buyer").get(public_id=invoice_public_id)
    if invoice.is_credit_note:
        raise NotDue(_("A credit note cannot be credited."))
    left = left_of(invoice)
    require_whole(net_cents, field="net_cents", least=1, most=left.untaxed_cents)
    before = invoice.net_cents + invoice.fee_cents - left.untaxed_cents
    upto = tax_cents(net_cents=before + net_cents, rate_bp=invoice.tax_bp)
    tax = left.tax_cents if net_cents == left.untaxed_cents else upto - (invoice.tax_cents - left.tax_cents)
    note = _issue(
        invoice,
        because=Because.DIFFERENCE,
        off=Billed(net_cents=net_cents, fee_cents=0, tax_cents=max(0, min(tax, left.tax_cents))),
        reason=reason.strip(),
        now=now,
    )
    after_payment(order, now=now)
    return note


def credit_beyond(order: Order, *, deal: Deal, now: datetime) -> list[Invoice]:
    """Credit what was invoiced beyond the most that the order can come to; the newest invoice first.

    Doing it again does nothing. The caller holds the order's lock and brings the statuses up to date.
    """
    before, most = billed(order), most_of(order, deal=deal)
    over = beyond(invoiced_cents=before.untaxed_cents, most_cents=most.untaxed_cents)
    fee = before.fee_cents - most.fee_cents  # also a cent less than nothing, where rounding has it so
    notes = []
    for invoice in order.invoices.filter(credits=None).order_by("-id"):
        left = left_of(invoice)
        cents = min(over, left.untaxed_cents)
        if cents <= 0:
            continue
        own_fee = min(cents, max(0, left.fee_cents), max(fee, cents - left.net_cents))
        tax = before.tax_cents - tax_cents(net_cents=before.untaxed_cents - cents, rate_bp=invoice.tax_bp)
        off = Billed(net_cents=cents - own_fee, fee_cents=own_fee, tax_cents=max(0, min(tax, left.tax_cents)))
        notes.append(_issue(invoice, because=Because.LESS, off=off, reason="", now=now))
        over, fee, before = over - cents, fee - own_fee, billed(order)
    _bear_less(order, over, now=now)
    return notes


def _bear_less(order: Order, cents: int, *, now: datetime) -> None:
    """All that was invoiced is credited, for differences more of it than the order comes to: that is not borne."""
    if cents <= 0:
        return
    part = Entry.objects.filter(order=order, kind=Entry.Kind.LESS_BORNE).count() + 1
    post(
        order=order,
        key=f"less-borne:{order.public_id}:{part}",
        kind=Entry.Kind.LESS_BORNE,
        at=now,
        lines=[
            Move(kind=Account.Kind.UNBILLED, enterprise_id=order.buyer_id, amount_cents=cents),
            Move(kind=Account.Kind.ALLOWANCE, amount_cents=-cents),
        ],
    )


def most_of(order: Order, *, deal: Deal) -> Billed:
    """The most that the buyer can come to owe: for all pieces, or, once no more will come, what is booked of it.

    An order may end while a change waits for answers, which its books do not follow.
    """
    terms = terms_of(deal)
    price = booked_price(deal)
    whole, fee = price.whole_cents, price.fee_cents
    if order.status == Order.Status.DONE:
        unbilled = balance(order, Account.Kind.UNBILLED, enterprise_id=order.buyer_id)
        whole = billed(order).untaxed_cents + unbilled
        fee = booked_to(order, Account.Kind.FEE).get(None, 0)
    return Billed(
        net_cents=whole - fee, fee_cents=fee, tax_cents=tax_cents(net_cents=whole, rate_bp=terms.tax_bp)
    )


def left_of(invoice: Invoice) -> Billed:
    """What no credit note has taken off an invoice."""
    off = invoice.credit_notes.aggregate(net=Sum("net_cents"), fee=Sum("fee_cents"), tax=Sum("tax_cents"))
    return Billed(
        net_cents=invoice.net_cents - (off["net"] or 0),
        fee_cents=invoice.fee_cents - (off["fee"] or 0),
        tax_cents=invoice.tax_cents - (off["tax"] or 0),
    )


def _issue(invoice: Invoice, *, because: Because, off: Billed, reason: str, now: datetime) -> Invoice:
    note = numbered(
        Invoice(
            order=invoice.order,
            buyer=invoice.buyer,
            credits=invoice,
            status=Invoice.Status.CREDITED,
            accepted_total=invoice.accepted_total,
            net_cents=off.net_cents,
            fee_cents=off.fee_cents,
            tax_bp=invoice.tax_bp,
            tax_cents=off.tax_cents,
            total_cents=off.untaxed_cents + off.tax_cents,
            currency=invoice.currency,
            due_on=now.date(),
            because=because,
            reason=reason,
            facts=invoice.facts,
        ),
        now=now,
        reference=invoice.reference,
    )
    _book(note, invoice=invoice, now=now)
    documents_of_invoice(note)
    tell_issued(note, now=now)
    return note


def _book(note: Invoice, *, invoice: Invoice, now: datetime) -> None:
    """Off what is open, then the buyer's; a difference is borne by the platform, less is not owed at all."""
    lines, left = [], note.total_cents
    for debt in debts(note.order, first=invoice):
        cents = min(left, open_cents(debt))
        lines.append(owed(debt, -cents))
        left -= cents
    untaxed = note.net_cents + note.fee_cents
    is_less = note.because == Because.LESS
    lines += [
        Move(kind=Account.Kind.CREDIT, enterprise_id=note.buyer_id, amount_cents=-left),
        Move(kind=Account.Kind.TAX, amount_cents=note.tax_cents),
        Move(kind=Account.Kind.UNBILLED, enterprise_id=note.buyer_id, amount_cents=untaxed)
        if is_less
        else Move(kind=Account.Kind.ALLOWANCE, amount_cents=untaxed),
    ]
    key = f"credited:{note.public_id}"
    post(order=note.order, key=key, kind=Entry.Kind.CREDITED, at=now, lines=lines)


def _order_of(invoice_public_id: str) -> Order:
    """Locked. Raises `NotFound`."""
    order_id = Invoice.objects.filter(public_id=invoice_public_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound(_("There is no such invoice."))
    return Order.objects.select_for_update(no_key=True).get(pk=order_id)
