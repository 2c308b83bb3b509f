"""Forms of what is done under a declaration in force."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.common.form_fields import LocalMomentField, MoneyField
from marketplace.mobilisation.models import Programme
from marketplace.orders.models import MAX_QUANTITY, Product

STATEMENT = _(
    "This is a rated order under the declaration named here. It is accepted and delivered before orders of a lower "
    "rating and unrated orders, at no higher price than theirs."
)
RATINGS = [("DO", _("DO: before unrated orders")), ("DX", _("DX: before DO and unrated orders"))]


class ProgrammeForm(forms.Form):
    name = forms.CharField(label=_("name of the programme"), min_length=3, max_length=120)
    product = forms.ChoiceField(label=_("product"))
    target_quantity = forms.IntegerField(label=_("target quantity"), min_value=1, max_value=MAX_QUANTITY)
    budget_cents = MoneyField(label=_("budget, net, CNY"), required=False)

    def __init__(self, *args: Any, products: Iterable[Product], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = [(one.code, one.name) for one in products]  # type: ignore[attr-defined]


class ConfirmForm(forms.Form):
    """The fake-need guard: somebody has spoken with the buyer."""

    confirmed_with = forms.CharField(
        label=_("whom you spoke with at the buyer's"), min_length=3, max_length=160
    )
    how = forms.CharField(label=_("how, and what they said"), max_length=240, required=False)


class ExerciseForm(forms.Form):
    """An order that nobody placed, for a drill."""

    product = forms.ChoiceField(label=_("product"))
    quantity = forms.IntegerField(label=_("quantity"), min_value=1, max_value=MAX_QUANTITY)
    city = forms.CharField(label=_("city"), max_length=80)
    due_at = LocalMomentField(label=_("needed by"))
    rating = forms.ChoiceField(label=_("rating"), choices=RATINGS)

    def __init__(self, *args: Any, products: Iterable[Product], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = [(one.code, one.name) for one in products]  # type: ignore[attr-defined]


class RateForm(forms.Form):
    programme = forms.ChoiceField(label=_("programme"))
    rating = forms.ChoiceField(
        label=_("rating"),
        choices=RATINGS,
    )
    statement = forms.CharField(
        label=_("statement"),
        min_length=10,
        max_length=2000,
        initial=STATEMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    signs = forms.BooleanField(label=_("I sign this with my name"))

    def __init__(self, *args: Any, programmes: Iterable[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].choices = [(one.public_id, one.name) for one in programmes]  # type: ignore[attr-defined]
