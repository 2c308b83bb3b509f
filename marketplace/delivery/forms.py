"""What people type about shipments; what it may be the domain says."""

from datetime import datetime
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.delivery.models import Shipment
from marketplace.delivery.services import NO_MOMENT, Count, Packing, Whole
from marketplace.orders.models import MAX_QUANTITY


class PackForm(forms.Form):
    quantity = forms.IntegerField(label=_("quantity"), required=False, min_value=1, max_value=MAX_QUANTITY)
    box_size = forms.IntegerField(label=_("in one box"), required=False, min_value=1, max_value=MAX_QUANTITY)
    carrier = forms.CharField(label=_("carrier, licence plate"), required=False, max_length=120)

    def packing(self, shipment: str) -> Packing:
        return Packing(shipment=shipment, **self.cleaned_data)


class AnotherForm(forms.Form):
    quantity = forms.IntegerField(label=_("quantity"), min_value=1, max_value=MAX_QUANTITY)


class CountForm(forms.Form):
    """`key` is made with the form, so that sending it twice counts once."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=128)
    damaged = forms.IntegerField(label=_("damaged"), required=False, min_value=0, max_value=MAX_QUANTITY)
    missing = forms.IntegerField(label=_("missing"), required=False, min_value=0, max_value=MAX_QUANTITY)
    reason = forms.CharField(label=_("why"), required=False, max_length=240)

    def count(self, *, how: str) -> Count:
        return Count(
            key=self.cleaned_data["key"],
            damaged=self.cleaned_data["damaged"] or 0,
            missing=self.cleaned_data["missing"] or 0,
            reason=self.cleaned_data["reason"],
            how=how,
        )


class ScanForm(CountForm):
    code = forms.CharField(max_length=300)
    how = forms.ChoiceField(choices=[("scan", "scan"), ("typed", "typed")], required=False)


class ReceiveForm(CountForm):
    """The end of a receipt: what is not counted singly, and who signs."""

    signer = forms.CharField(label=_("received by"), required=False, max_length=120)
    photo = forms.FileField(label=_("photo"), required=False)
    field_order = ("damaged", "missing", "reason", "signer", "photo", "key")

    def whole(self, shipment: Shipment) -> Whole:
        photo = self.cleaned_data["photo"]
        return Whole(
            shipment=shipment.public_id,
            count=self.count(how="typed"),
            signer=self.cleaned_data["signer"],
            photo=photo.read() if photo else None,
        )


class DriverForm(forms.Form):
    """`at`: when it was said on a phone without a connection, in RFC 3339; filled by the page's script."""

    signer = forms.CharField(label=_("who signed"), max_length=120)
    photo = forms.FileField(label=_("photo"), required=False)
    at = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def clean_at(self) -> datetime | None:
        """What the service then judges; None where nothing is said. A moment without an offset is none."""
        text = self.cleaned_data["at"]
        try:
            moment = datetime.fromisoformat(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(NO_MOMENT) from error
        if moment is not None and moment.utcoffset() is None:
            raise forms.ValidationError(NO_MOMENT)
        return moment


class SettleForm(forms.Form):
    drop = forms.CharField(widget=forms.HiddenInput, max_length=24)
    key = forms.CharField(widget=forms.HiddenInput, max_length=128)
    quantity = forms.IntegerField(label=_("quantity"), min_value=1, max_value=MAX_QUANTITY)
    reason = forms.CharField(label=_("why"), max_length=240)


def new_key() -> str:
    return uuid4().hex
