"""Looking through the audit trail."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.common.form_fields import DayInput
from marketplace.mobilisation.selectors import Wanted
from marketplace.mobilisation.trail import Trace


class TrailForm(forms.Form):
    """By GET; whoever and whatever is in the trail can be chosen."""

    words = forms.CharField(label=_("words"), max_length=80, required=False)
    person = forms.ChoiceField(label=_("who"), required=False)
    action = forms.ChoiceField(label=_("kind"), required=False)
    order = forms.ChoiceField(label=_("order"), required=False)
    since = forms.DateField(label=_("from day"), required=False, widget=DayInput())
    until = forms.DateField(label=_("to day"), required=False, widget=DayInput())

    def __init__(self, *args: Any, trail: list[Trace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("person", {(one.person, one.who) for one in trail if one.who})
        self._choose("action", {(one.action, one.what) for one in trail})
        self._choose("order", {order for one in trail for order in one.orders})

    def wanted(self) -> Wanted:
        """Nothing is left out where the form is not valid: its errors say why."""
        if not self.is_valid():
            return Wanted()
        values = dict(self.cleaned_data)
        since, until = values.pop("since"), values.pop("until")
        return Wanted(
            **values,
            since=None if since is None else _midnight(since),
            until=None if until is None else _midnight(until + timedelta(days=1)),
        )

    def _choose(self, name: str, pairs: set[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All")), *sorted(pairs, key=lambda pair: pair[1])]


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
