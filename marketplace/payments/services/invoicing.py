"""Invoices for accepted pieces: when all are accepted, or once a month; credit notes for differences."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise, Person
from marketplace.accounts.services import tell
from marketplace.common.checks import require_text, require_whole
from marketplace.common.errors import NotFound
from marketplace.common.money import MAX_CENTS, format_cents, tax_cents
from marketplace.orders.models import Order
from marketplace.payments.creditor_reference import creditor_reference
from marketplace.payments.errors import NotDue
from marketplace.payments.ledger import Move, balance, open_cents, post
from marketplace.payments.models import Account, Entry, Invoice, InvoiceSeries, Line
from marketplace.payments.services.accept import accepted_pieces
from marketplace.payments.services.documents import documents_of_invoice
from marketplace.payments.services.receiving import after_payment, use_credit
from marketplace.payments.services.settlers import require_settler
from marketplace.payments.services.terms import agreed_deal, terms_of

MONTH = timedelta(days=30)  # of business time between two milestones of an order


@transaction.atomic
def issue_invoice(*, order_public_id: str, now: datetime) -> Invoice | None:
    """Invoice what is accepted and not invoiced, if it is time for that; else nothing. May be called at any time."""
    order = Order.objects.select_for_update(no_key=True).filter(public_id=order_public_id).first()
    if order is None or not _is_time(order, now=now):
        return None
    unbilled = balance(order, Account.Kind.UNBILLED, enterprise_id=order.buyer_id)
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
    _tell(invoice, now=now)
    after_payment(order, now=now)
    invoice.refresh_from_db()
    return invoice


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
    before = invoice.credit_notes.aggregate(net=Sum("net_cents"), tax=Sum("tax_cents"))
    net_before, tax_before = before["net"] or 0, before["tax"] or 0
    require_whole(
        net_cents, field="net_cents", least=1, most=invoice.net_cents + invoice.fee_cents - net_before
    )
    is_whole = net_before + net_cents == invoice.net_cents + invoice.fee_cents
    tax = (
        invoice.tax_cents
        if is_whole
        else min(invoice.tax_cents, tax_cents(net_cents=net_before + net_cents, rate_bp=invoice.tax_bp))
    ) - tax_before
    note = _numbered(
        Invoice(
            order=order,
            buyer=invoice.buyer,
            credits=invoice,
            status=Invoice.Status.CREDITED,
            accepted_total=invoice.accepted_total,
            net_cents=net_cents,
            fee_cents=0,
            tax_bp=invoice.tax_bp,
            tax_cents=tax,
            total_cents=net_cents + tax,
            currency=invoice.currency,
            due_on=now.date(),
            reason=reason.strip(),
            facts=invoice.facts,
        ),
        now=now,
        reference=invoice.reference,
    )
    _book_credit(note, invoice=invoice, now=now)
    documents_of_invoice(note)
    _tell(note, now=now)
    after_payment(order, now=now)
    return note


def orders_to_bill(*, now: datetime) -> list[str]:
    """Public ids of orders of which something is accepted, not invoiced, and due to be."""
    open_sums = (
        Line.objects.filter(account__kind=Account.Kind.UNBILLED)
        .order_by()
        .values("entry__order_id")
        .annotate(cents=Sum("amount_cents"))
        .filter(cents__gt=0)
        .values_list("entry__order_id", flat=True)
    )
    waiting = Order.objects.filter(pk__in=list(open_sums)).order_by("pk")
    return [order.public_id for order in waiting if _is_time(order, now=now)]


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
    terms = terms_of(deal)
    billed = order.invoices.filter(credits=None).aggregate(
        net=Sum("net_cents"), fee=Sum("fee_cents"), tax=Sum("tax_cents")
    )
    fee = -balance(order, Account.Kind.FEE) - (billed["fee"] or 0)
    before = (billed["net"] or 0) + (billed["fee"] or 0)
    tax = tax_cents(net_cents=before + unbilled, rate_bp=terms.tax_bp) - (billed["tax"] or 0)
    return _numbered(
        Invoice(
            order=order,
            buyer=order.buyer,
            accepted_total=min(accepted_pieces(order), order.quantity),
            net_cents=unbilled - fee,
            fee_cents=fee,
            tax_bp=terms.tax_bp,
            tax_cents=tax,
            total_cents=unbilled + tax,
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


def _numbered(invoice: Invoice, *, now: datetime, reference: str = "") -> Invoice:
    """Save it under the next number of its year. The series stays locked until the transaction ends."""
    InvoiceSeries.objects.get_or_create(year=now.year)
    series = InvoiceSeries.objects.select_for_update(no_key=True).get(year=now.year)
    series.last += 1
    series.save(update_fields=["last"])
    invoice.year, invoice.sequence, invoice.issued_at = series.year, series.last, now
    invoice.reference = reference or creditor_reference(f"{series.year}{series.last:06d}")
    invoice.save()
    return invoice


def _book_credit(note: Invoice, *, invoice: Invoice, now: datetime) -> None:
    off = min(note.total_cents, open_cents(invoice))
    buyer = note.buyer_id
    post(
        order=note.order,
        key=f"credited:{note.public_id}",
        kind=Entry.Kind.CREDITED,
        at=now,
        lines=[
            Move(kind=Account.Kind.RECEIVABLE, enterprise_id=buyer, amount_cents=-off, invoice=invoice),
            Move(kind=Account.Kind.CREDIT, enterprise_id=buyer, amount_cents=off - note.total_cents),
            Move(kind=Account.Kind.TAX, amount_cents=note.tax_cents),
            Move(kind=Account.Kind.ALLOWANCE, amount_cents=note.net_cents),
        ],
    )


def _order_of(invoice_public_id: str) -> Order:
    """Locked. Raises `NotFound`."""
    order_id = Invoice.objects.filter(public_id=invoice_public_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound(_("There is no such invoice."))
    return Order.objects.select_for_update(no_key=True).get(pk=order_id)


def _party(enterprise: Enterprise) -> dict[str, str]:
    return {"name": enterprise.name, "registration_number": enterprise.registration_number}


def _tell(invoice: Invoice, *, now: datetime) -> None:
    kind = "payments.credit-note" if invoice.is_credit_note else "payments.invoice-issued"
    tell(
        [invoice.buyer_id],
        key=f"invoice:{invoice.public_id}",
        kind=kind,
        facts={
            "number": invoice.number,
            "amount": format_cents(invoice.total_cents, invoice.currency),
            "due_on": invoice.due_on.isoformat(),
        },
        url=reverse("payments:order", args=[invoice.order.public_id]),
        now=now,
    )
