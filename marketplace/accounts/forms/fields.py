"""Inputs that several forms share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from marketplace.common.zones import known_zones


class TextListField(forms.CharField):
    """Words separated by commas: `ISO 9001, IATF 16949`."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> tuple[str, ...]:
        text = super().clean(value)
        return tuple(word.strip() for word in text.replace("，", ",").split(",") if word.strip())


class TimeZoneField(forms.CharField):
    """An IANA name or nothing; the browser offers the names it knows."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"data-zones": "", "autocomplete": "off", "translate": "no"})
        super().__init__(label=_("time zone"), required=False, max_length=64, widget=widget, **options)

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and value not in known_zones():
            raise ValidationError(_("This is no time zone we know."), code="unknown")


class HiddenNumber(forms.FloatField):
    """A position the map fills in."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.HiddenInput, **options)
