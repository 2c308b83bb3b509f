"""Inputs that several forms share."""

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class TextListField(forms.CharField):
    """Words separated by commas: `ISO 9001, IATF 16949`."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> tuple[str, ...]:
        text = super().clean(value)
        return tuple(word.strip() for word in text.replace("，", ",").split(",") if word.strip())


def time_zone_field(**options: Any) -> forms.ChoiceField:
    zones = sorted(
        zone
        for zone in zoneinfo.available_timezones()
        if "/" in zone and not zone.startswith(("Etc/", "US/"))
    )
    return forms.ChoiceField(
        label=_("time zone"),
        required=False,
        choices=[("", "–"), *((zone, zone) for zone in zones)],
        **options,
    )


class HiddenNumber(forms.FloatField):
    """A position the map fills in."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.HiddenInput, **options)
