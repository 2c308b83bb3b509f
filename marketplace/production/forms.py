"""What the pages of production ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.orders.models import MAX_QUANTITY
from marketplace.production.models import ScrapReason, StopReason
from marketplace.production.services.starting import LONGEST_NOTE, MAX_BOX


class TellForm(forms.Form):
    """Pieces told in the office, with the key of this form: sent twice it counts once."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    kind = forms.ChoiceField(label=_("What"), choices=[("good", _("good")), ("scrap", _("scrap"))])
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=MAX_QUANTITY)
    reason = forms.ChoiceField(
        label=_("Reason, for scrap"), choices=[("", "–"), *ScrapReason.choices], required=False
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("kind") == "scrap" and not found.get("reason"):
            self.add_error("reason", _("Scrap has a reason."))
        return found


class StopForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why"), choices=StopReason.choices)
    note = forms.CharField(label=_("Note"), max_length=LONGEST_NOTE, required=False)


class CloseForm(forms.Form):
    reason = forms.CharField(label=_("Why no more is made"), max_length=LONGEST_NOTE)


class BoxForm(forms.Form):
    box_size = forms.IntegerField(label=_("How much a box holds"), min_value=1, max_value=MAX_BOX)


class PinForm(forms.Form):
    pin = forms.CharField(
        label=_("PIN"),
        max_length=8,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "pattern": "[0-9]*", "autocomplete": "off", "data-1p-ignore": ""}
        ),
        help_text=_("Four to eight digits. Phones that are in are asked for the new one."),
    )


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label=_("Photo of a first piece"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "capture": "environment"}),
        help_text=_("JPEG, PNG or WebP, at most 5 MB."),
    )
