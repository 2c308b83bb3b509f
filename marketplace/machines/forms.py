"""Forms of devices."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Site
from marketplace.machines.models import Device
from marketplace.machines.services.devices import SILENCE_LIMITS_S


class DeviceForm(forms.Form):
    """A machine's voice; the site comes from the viewer's own."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("As the people at the machine call it.")
    )
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), empty_label=None)
    source = forms.ChoiceField(
        label=_("How it speaks"),
        choices=[choice for choice in Device.Source.choices if choice[0] != Device.Source.NONE],
    )
    source_name = forms.CharField(
        label=_("Its name at the agent"), max_length=120, required=False, help_text=_("Only for MTConnect.")
    )
    rung = forms.TypedChoiceField(
        label=_("Evidence"), choices=Device.Rung.choices, coerce=int, initial=Device.Rung.CONTROLLER
    )
    silence_limit_s = forms.IntegerField(
        label=_("Silent after, seconds"),
        min_value=SILENCE_LIMITS_S[0],
        max_value=SILENCE_LIMITS_S[1],
        initial=180,
    )

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["site"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = sites

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {**self.cleaned_data, "site": self.cleaned_data["site"].public_id}
