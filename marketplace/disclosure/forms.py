"""Opening something to another, and breaking glass."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.disclosure.facets import Scope
from marketplace.disclosure.selectors import OPENED
from marketplace.disclosure.services import GrantDraft
from marketplace.disclosure.words import Audience, Group

DAYS = (("7", _("a week")), ("30", _("30 days")), ("90", _("90 days")), ("365", _("365 days")))
HOURS = (("1", _("an hour")), ("2", _("2 hours")), ("4", _("4 hours")))


class GrantForm(forms.Form):
    """One enterprise of those that were found, or every buyer who sent a request."""

    FIELD_OF = {"ends_at": "days", "to_audience": "to_enterprise"}

    group = forms.ChoiceField(
        label=_("what"), choices=[(group.value, group.label) for group in Group if group in OPENED]
    )
    to_audience = forms.ChoiceField(
        label=_("to whom"),
        required=False,
        choices=[
            ("", _("One enterprise")),
            (Audience.BUYER_WITH_REQUEST.value, Audience.BUYER_WITH_REQUEST.label),
        ],
        help_text=_("Only your name can be opened to every buyer who sent you a request."),
    )
    to_enterprise = forms.ChoiceField(
        label=_("which enterprise"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("No other enterprise known to you has this name, number or id.")},
    )
    scope = forms.ChoiceField(label=_("which machines"), required=False)
    purpose = forms.CharField(
        label=_("what for"),
        min_length=3,
        max_length=240,
        help_text=_("For example “complaint about lot 3 of order plates”."),
    )
    days = forms.ChoiceField(label=_("for how long"), choices=DAYS, initial="30")

    def __init__(
        self, *args: Any, scopes: tuple[Scope, ...], readers: Sequence[Enterprise], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        whom = self.fields["to_enterprise"]
        assert isinstance(whom, forms.ChoiceField)
        whom.choices = [(one.public_id, f"{one.name} · {one.get_kind_display()}") for one in readers]
        if not readers:
            whom.help_text = _("Find it above by its name, number or id.")
        elif len(readers) == 1:
            whom.initial = readers[0].public_id
        field = self.fields["scope"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All")), *((scope.public_id, scope.label) for scope in scopes)]

    def draft(self, *, now: datetime) -> GrantDraft:
        values = self.cleaned_data
        return GrantDraft(
            group=values["group"],
            to_audience=values["to_audience"],
            to_enterprise=values["to_enterprise"].strip(),
            scope=values["scope"],
            purpose=values["purpose"],
            ends_at=now + timedelta(days=int(values["days"])),
        )


class GlassForm(forms.Form):
    FIELD_OF = {"lasts": "hours"}

    reason = forms.CharField(
        label=_("reason"),
        min_length=10,
        max_length=240,
        help_text=_("The owner reads it, at once."),
    )
    hours = forms.ChoiceField(label=_("for how long"), choices=HOURS)
