"""A person saw a buyer's transfer on our account and says which invoice it names."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.orders.models import Order
from marketplace.payments.creditor_reference import as_written, is_creditor_reference
from marketplace.payments.errors import UnknownReference, WrongCurrency, WrongReference
from marketplace.payments.ledger import open_cents
from marketplace.payments.models import Account, BankLine, Entry, Invoice
from marketplace.payments.services.bank_lines import BankDraft, write_bank_line
from marketplace.payments.services.receiving import receive
from marketplace.payments.services.settlers import refusals_logged, require_settler


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What became of the money: still owed on the invoice, or more than was owed on the whole order (credit)."""

    line: BankLine
    invoice: Invoice
    open_cents: int
    credit_cents: int


@transaction.atomic
def confirm_transfer(*, by: Person, reference: str, draft: BankDraft, now: datetime) -> Confirmed:
    """Book a transfer by the reference it carries. Too little leaves the rest open, too much becomes the buyer's credit.

    Raises `WrongReference` (mistyped), `UnknownReference`, `WrongCurrency`, `AlreadyConfirmed` or `InvalidInput`.
    """
    with refusals_logged("confirm transfer", by=by, reference=reference[:40], bank_id=draft.bank_id[:64]):
        require_settler(by)
        draft.check(now=now)
        found = _by_reference(reference)
        order = Order.objects.select_for_update(no_key=True).get(pk=found.order_id)
        invoice = Invoice.objects.select_related("order").get(pk=found.pk)
        if draft.currency != invoice.currency:
            raise WrongCurrency(
                _("This invoice is in %(currency)s.") % {"currency": invoice.currency}, field="currency"
            )
        line = write_bank_line(draft, by=by, order=order, invoice=invoice, sign=1, now=now)
        entry = receive(
            order=order,
            cents=draft.amount_cents,
            into=Account.Kind.BANK,
            key=f"transfer-in:{line.public_id}",
            kind=Entry.Kind.TRANSFER_IN,
            now=now,
            first=invoice,
        )
        credit = entry.lines.filter(account__kind=Account.Kind.CREDIT).first()
        invoice.refresh_from_db()
        return Confirmed(
            line=line,
            invoice=invoice,
            open_cents=open_cents(invoice),
            credit_cents=0 if credit is None else -credit.amount_cents,
        )


def _by_reference(text: str) -> Invoice:
    reference = as_written(text)
    if not is_creditor_reference(reference):
        raise WrongReference(
            _("This reference is mistyped: its check digits do not fit."), field="reference", value=text[:40]
        )
    found = Invoice.objects.filter(reference=reference, credits=None).first()
    if found is None:
        raise UnknownReference(_("No invoice has this reference."), field="reference", value=reference)
    return found
