"""Forms of a declaration's life."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Site
from marketplace.accounts.places import PROVINCES_ZH, place_name
from marketplace.capacity.models import Process
from marketplace.common.form_fields import LocalMomentField
from marketplace.mobilisation.drafts import DeclarationDraft
from marketplace.mobilisation.goods import templates
from marketplace.mobilisation.models import Declaration, Hazard

USUAL = timedelta(days=30)


class DeclarationForm(forms.Form):
    """Everything two people put their names to.

    The start is now unless something else is said; authority, legal basis and regions are those of the office's last
    declaration, `like`, to be written over.
    """

    is_drill = forms.BooleanField(
        label=_("a drill: everything up to the proposal, nothing is displaced"), required=False
    )
    title = forms.CharField(
        label=_("name of the emergency"), max_length=120, widget=forms.TextInput(attrs={"autofocus": True})
    )
    authority = forms.CharField(label=_("authority that declares"), max_length=160)
    legal_basis = forms.CharField(label=_("legal basis"), max_length=240)
    hazard = forms.ChoiceField(label=_("the hazard"), choices=Hazard.choices)
    reason = forms.CharField(
        label=_("reason"), max_length=2000, min_length=10, widget=forms.Textarea(attrs={"rows": 2})
    )
    products = forms.MultipleChoiceField(
        label=_("products"), required=False, widget=forms.CheckboxSelectMultiple
    )
    processes = forms.MultipleChoiceField(
        label=_("processes"),
        required=False,
        choices=Process.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    regions = forms.MultipleChoiceField(label=_("regions"), widget=forms.CheckboxSelectMultiple)
    starts_at = LocalMomentField(label=_("from"))
    ends_at = LocalMomentField(label=_("until (90 days at most)"))

    def __init__(self, *args: Any, now: datetime, like: Declaration | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["products"].choices = templates().values_list("code", "name")  # type: ignore[attr-defined]
        self.fields["regions"].choices = region_choices()  # type: ignore[attr-defined]
        minute = now.replace(second=0, microsecond=0)
        self.fields["starts_at"].initial = minute
        self.fields["ends_at"].initial = minute + USUAL
        if like is not None:
            for name in ("authority", "legal_basis", "regions"):
                self.fields[name].initial = getattr(like, name)

    def draft(self) -> DeclarationDraft:
        values = dict(self.cleaned_data)
        for name in ("products", "processes", "regions"):
            values[name] = tuple(values[name])
        return DeclarationDraft(**values)


class CodeForm(forms.Form):
    """The second factor, at this moment."""

    code = forms.CharField(
        label=_("code of your authenticator app, or a recovery code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "m-code"}
        ),
    )


class ApproveForm(CodeForm):
    """With the hash of what stood on the page."""

    content_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("reason"), min_length=3, max_length=240)


class ExtendForm(CodeForm):
    until_at = LocalMomentField(label=_("new end"))
    reason = forms.CharField(label=_("reason"), min_length=10, max_length=500)
    field_order = ["until_at", "reason", "code"]


def region_choices() -> list[tuple[str, str]]:
    """Where sites are, and every province whose sites do not name parts of it."""
    of_sites = set(Site.objects.values_list("region", flat=True).distinct())
    divided = {name for name in PROVINCES_ZH if any(region.startswith(f"{name} ") for region in of_sites)}
    known = of_sites | (set(PROVINCES_ZH) - divided)
    return sorted(((region, place_name(region)) for region in known), key=lambda pair: pair[1])
