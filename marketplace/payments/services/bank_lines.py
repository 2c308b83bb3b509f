"""Lines of our bank account, as a person reads them there: each is confirmed once."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.common.checks import require_choice, require_text, require_whole
from marketplace.common.errors import InvalidInput
from marketplace.common.money import CURRENCIES, MAX_CENTS
from marketplace.orders.models import Order
from marketplace.payments.errors import AlreadyConfirmed, WrongAmount
from marketplace.payments.models import BankLine, Invoice, Payout, Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDraft:
    """What stands on the statement. The amount is positive; whether it came or went follows from what is confirmed."""

    bank_id: str
    amount_cents: int
    currency: str
    booked_on: date

    def check(self, *, now: datetime) -> None:
        """Raise `InvalidInput` for an amount of nothing or beyond sense, another currency, a day to come."""
        require_text(self.bank_id, field="bank_id", least=1, most=64)
        require_whole(self.amount_cents, field="amount_cents", least=1, most=MAX_CENTS)
        require_choice(self.currency, field="currency", choices=CURRENCIES)
        if self.booked_on > now.date():
            raise InvalidInput(_("The bank cannot have booked this on a day to come."), field="booked_on")

    def require_exact(self, *, owed_cents: int, currency: str) -> None:
        """Raise `WrongAmount` for more, less or other money than what is owed."""
        if (self.amount_cents, self.currency) != (owed_cents, currency):
            raise WrongAmount(
                _("Another amount is owed."), field="amount_cents", owed_cents=owed_cents, currency=currency
            )


def write_bank_line(
    draft: BankDraft,
    *,
    by: Person,
    order: Order,
    sign: int,
    now: datetime,
    invoice: Invoice | None = None,
    payout: Payout | None = None,
    refund: Refund | None = None,
    covers: bool = False,
) -> BankLine:
    """Keep the line; `sign` is 1 for what came, -1 for what went. Raises `AlreadyConfirmed` and what `check` does."""
    draft.check(now=now)
    try:
        with transaction.atomic():
            return BankLine.objects.create(
                bank_id="".join(draft.bank_id.split()).upper(),  # however it was typed, it is the same line
                order=order,
                invoice=invoice,
                payout=payout,
                refund=refund,
                covers=covers,
                amount_cents=sign * draft.amount_cents,
                currency=draft.currency,
                booked_on=draft.booked_on,
                confirmed_by=by,
                confirmed_at=now,
            )
    except IntegrityError as error:
        raise AlreadyConfirmed(
            _("This line of the bank was confirmed before."), field="bank_id", value=draft.bank_id
        ) from error
