"""What a factory sends back."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AnswerForm(forms.Form):
    """All, some (those ticked) or none of the runs of an offer; a refusal says why."""

    what = forms.ChoiceField(choices=[("all", _("all")), ("some", _("some")), ("none", _("none"))])
    reason = forms.CharField(max_length=240, required=False)

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        if values.get("what") == "none" and not values.get("reason"):
            self.add_error(
                "reason", _("Please say in a few words why you decline; the network plans better for it.")
            )
        return values
