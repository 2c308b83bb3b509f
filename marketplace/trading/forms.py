"""What a factory sends back."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _


class AnswerForm(forms.Form):
    """All, some (those ticked) or none of the runs of an offer; a refusal says why."""

    what = forms.ChoiceField(choices=[("all", _("all")), ("some", _("some")), ("none", _("none"))])
    reason = forms.CharField(max_length=240, required=False)
    earliest_on = forms.DateField(required=False)  # of a rated order that is declined

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        if values.get("what") == "none" and not values.get("reason"):
            self.add_error(
                "reason", _("Please say in a few words why you decline; the network plans better for it.")
            )
        return values


class DismissForm(forms.Form):
    """Why the plan stays as it is."""

    reason = forms.CharField(label=_("Why the plan stays as it is"), max_length=240)


class ReturnForm(forms.Form):
    """When a machine is back; empty: nobody knows yet."""

    back_at = forms.DateTimeField(
        label=_("Back at (leave empty if nobody knows)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class MoveForm(forms.Form):
    """Where and when a run should be instead."""

    machine = forms.ChoiceField(label=_("Machine"))
    starts_at = forms.DateTimeField(
        label=_("Start"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: object, machines: Iterable[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["machine"].choices = list(machines)  # type: ignore[attr-defined]
