"""Forms of asking and answering."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.common.form_fields import LocalMomentField
from marketplace.mobilisation.models import Answer, Firm
from marketplace.mobilisation.services import QuestionDraft, Said
from marketplace.orders.models import MAX_QUANTITY

USUALLY_OPEN = timedelta(hours=6)
USUALLY_NEEDED = timedelta(days=7)
UNITS = [("piece", _("pieces")), *((unit, unit) for unit in ("m", "m²", "kg", "t", "l"))]


class QuestionForm(forms.Form):
    goods = forms.CharField(label=_("what do you need?"), min_length=2, max_length=160)
    quantity = forms.IntegerField(label=_("how much?"), min_value=1, max_value=MAX_QUANTITY)
    unit = forms.ChoiceField(label=_("counted in"), choices=UNITS, required=False)
    needed_by = LocalMomentField(label=_("needed by"))
    closes_at = LocalMomentField(label=_("answers until"))
    words = forms.CharField(
        label=_("in your words"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    firms = forms.MultipleChoiceField(label=_("firms"), widget=forms.CheckboxSelectMultiple)

    def __init__(
        self,
        *args: Any,
        firms: Iterable[Firm],
        now: datetime,
        until_at: datetime | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        book = list(firms)
        self.fields["firms"].choices = [(one.public_id, f"{one.name} · {one.city}") for one in book]  # type: ignore[attr-defined]
        self.fields["firms"].initial = [one.public_id for one in book]
        minute = now.replace(second=0, microsecond=0)
        self.fields["needed_by"].initial = minute + USUALLY_NEEDED
        closes_at = minute + USUALLY_OPEN
        self.fields["closes_at"].initial = min(closes_at, until_at) if until_at else closes_at

    def draft(self) -> QuestionDraft:
        values = {key: value for key, value in self.cleaned_data.items() if key != "firms"}
        return QuestionDraft(**{**values, "unit": values["unit"] or "piece"})


class SaidForm(forms.Form):
    """What a firm says to a question."""

    kind = forms.ChoiceField(choices=Answer.Kind.choices)
    quantity = forms.IntegerField(label=_("how much?"), min_value=1, required=False)
    reason = forms.CharField(label=_("why not, or on which condition?"), max_length=240, required=False)

    def said(self) -> Said:
        return Said(
            kind=self.cleaned_data["kind"],
            quantity=self.cleaned_data["quantity"],
            reason=self.cleaned_data["reason"],
        )


class AnswerForm(SaidForm):
    """Yes, a part, or no; `revision` is that of the page it was answered from, plus one."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class RecordForm(SaidForm):
    """What somebody of the office heard."""

    kind = forms.ChoiceField(label=_("they said"), choices=Answer.Kind.choices)
    quantity = forms.IntegerField(label=_("how much, if a part"), min_value=1, required=False)
    reason = forms.CharField(label=_("why not, or on which condition"), max_length=240, required=False)
    told_by = forms.CharField(label=_("who said it, and how (telephone, …)"), min_length=3, max_length=120)


class FileForm(forms.Form):
    file = forms.FileField(label=_("Excel (.xlsx) or CSV file"))
