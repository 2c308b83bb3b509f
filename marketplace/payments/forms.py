"""What staff type from a bank statement."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.common.form_fields import DayInput, MoneyField
from marketplace.common.money import CURRENCIES
from marketplace.payments.services import BankDraft


class BankLineForm(forms.Form):
    """A line of the statement, for a pay-out or a refund."""

    amount = MoneyField(label=_("amount"))
    currency = forms.ChoiceField(label=_("currency"), choices=[(one, one) for one in CURRENCIES])
    bank_id = forms.CharField(
        label=_("the bank's number of the line"),
        max_length=64,
        help_text=_("Each line is confirmed once."),
    )
    booked_on = forms.DateField(label=_("booked on"), widget=DayInput())

    FIELD_OF = {"amount_cents": "amount"}

    @property
    def draft(self) -> BankDraft:
        values: dict[str, Any] = self.cleaned_data
        return BankDraft(
            bank_id=values["bank_id"],
            amount_cents=values["amount"],
            currency=values["currency"],
            booked_on=values["booked_on"],
        )


class TransferForm(BankLineForm):
    """A buyer's transfer: the reference says what it is for."""

    reference = forms.CharField(
        label=_("reference"), max_length=40, help_text=_("As it stands on the transfer: RF and digits.")
    )
    field_order = ("reference", "amount", "currency", "bank_id", "booked_on")


class RefundForm(forms.Form):
    amount = MoneyField(label=_("amount"))

    FIELD_OF = {"amount_cents": "amount"}


class CreditForm(forms.Form):
    """A credit note."""

    net = MoneyField(label=_("amount, net"))
    reason = forms.CharField(label=_("reason"), max_length=240)

    FIELD_OF = {"net_cents": "net"}
