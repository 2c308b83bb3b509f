"""Numbers of invoices and credit notes: one series a year, without a gap; and the news that one was issued."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum
from django.urls import reverse

from marketplace.accounts.services import tell
from marketplace.common.money import format_cents
from marketplace.orders.models import Order
from marketplace.payments.creditor_reference import creditor_reference
from marketplace.payments.ledger import balance_by
from marketplace.payments.models import Account, Entry, Invoice, InvoiceSeries
from marketplace.payments.shares import share_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """What was invoiced of an order in all, less what was credited because it comes to less. Cents."""

    net_cents: int
    fee_cents: int
    tax_cents: int

    @property
    def untaxed_cents(self) -> int:
        return self.net_cents + self.fee_cents

    def without(self, cents: int) -> "Billed":
        """So much less, untaxed; net, fee and tax in proportion."""
        whole = max(1, self.untaxed_cents)
        fee = share_cents(self.fee_cents, pieces=cents, of=whole)
        return Billed(
            net_cents=self.net_cents - (cents - fee),
            fee_cents=self.fee_cents - fee,
            tax_cents=self.tax_cents - share_cents(self.tax_cents, pieces=cents, of=whole),
        )


def billed(order: Order) -> Billed:
    """Two queries. Credit notes for differences are not counted off: the platform bears those, but for what the order
    does not come to.
    """
    is_less = Q(because=Invoice.Because.LESS)
    sums: Mapping[str, int | None] = order.invoices.aggregate(
        **{name: Sum(f"{name}_cents", filter=Q(credits=None)) for name in ("net", "fee", "tax")},
        **{f"{name}_less": Sum(f"{name}_cents", filter=is_less) for name in ("net", "fee", "tax")},
    )
    net, fee, tax = ((sums[name] or 0) - (sums[f"{name}_less"] or 0) for name in ("net", "fee", "tax"))
    invoiced = Billed(net_cents=net, fee_cents=fee, tax_cents=tax)
    return invoiced.without(-balance_by(order, Account.Kind.ALLOWANCE, Entry.Kind.LESS_BORNE))


def numbered(invoice: Invoice, *, now: datetime, reference: str = "") -> Invoice:
    """Save it under the next number of its year. The series stays locked until the transaction ends."""
    InvoiceSeries.objects.get_or_create(year=now.year)
    series = InvoiceSeries.objects.select_for_update(no_key=True).get(year=now.year)
    series.last += 1
    series.save(update_fields=["last"])
    invoice.year, invoice.sequence, invoice.issued_at = series.year, series.last, now
    invoice.reference = reference or creditor_reference(f"{series.year}{series.last:06d}")
    invoice.save()
    return invoice


def tell_issued(invoice: Invoice, *, now: datetime) -> None:
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
