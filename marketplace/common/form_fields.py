"""Inputs of forms: money in its currency, moments in local time, words separated by commas."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.formsets import DELETION_FIELD_NAME, BaseFormSet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from marketplace.common.money import MAX_CENTS

CENTS = 100


class MoneyField(forms.DecimalField):
    """`120.50` in, 12050 cents out; the label names the currency."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_value=Decimal(0), max_value=Decimal(MAX_CENTS) / CENTS, decimal_places=2, **options
        )

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value) / CENTS:.2f}" if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        return None if amount is None else int(amount * CENTS)


class LocalMomentField(forms.DateTimeField):
    """Date and time by the clock of the active time zone; UTC out."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime) and timezone.is_aware(value):
            return timezone.localtime(value).replace(tzinfo=None)
        return value

    def clean(self, value: Any) -> Any:
        try:
            moment = super().clean(value)
            return None if moment is None else moment.astimezone(UTC)
        except OverflowError as error:
            raise forms.ValidationError(_("This date is too far away.")) from error


class DayInput(forms.DateInput):
    """The browser's picker of a day: it reads `2026-03-13` alone, whatever the language."""

    input_type = "date"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%d", **options)


class WallTimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%H:%M", **options)


class WordsField(forms.CharField):
    """Words separated by commas: `ISO 9001, IATF 16949`."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return tuple(word.strip() for word in text.replace("，", ",").split(",") if word.strip())


class RowSet(BaseFormSet[forms.Form]):
    """Rows of a form; a row with its box ticked is left out."""

    default_error_messages = {
        "too_few_forms": ngettext_lazy(
            "Fill in at least %(num)d row.", "Fill in at least %(num)d rows.", "num"
        ),
    }

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        if DELETION_FIELD_NAME in form.fields:
            form.fields[DELETION_FIELD_NAME].label = _("leave this out")
