"""Forms of people and enterprises."""

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person


class SignupForm(forms.Form):
    def signup(self, request: object, user: object) -> None:
        """Called by allauth after the person is made."""


class ProfileForm(forms.ModelForm[Person]):
    class Meta:
        model = Person
        fields = ["name", "language", "time_zone"]
        help_texts = {"time_zone": _("Empty: the zone of your browser.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(label=_("language"), choices=settings.LANGUAGES)
        zones = sorted(
            zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc")
        )
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("time zone"),
            required=False,
            choices=[("", "—"), *((zone, zone) for zone in zones)],
            help_text=_("Empty: the zone of your browser."),
        )
