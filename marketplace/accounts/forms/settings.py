"""Forms of the settings pages."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.details import EnterpriseDetails, SiteDetails
from marketplace.accounts.forms.fields import TextListField, TimeZoneField
from marketplace.accounts.models import ApiToken, Enterprise, Membership, Person, Site
from marketplace.accounts.places import City, city_named, nearest_city


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("of a person", "name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=_("language"), choices=settings.LANGUAGES)
    time_zone = TimeZoneField(help_text=_("Empty: the zone of your browser."))

    @classmethod
    def of(cls, person: Person) -> "ProfileForm":
        return cls(initial={"name": person.name, "language": person.language, "time_zone": person.time_zone})


class EnterpriseForm(forms.Form):
    name = forms.CharField(label=_("name"), min_length=2, max_length=160)
    registration_number = forms.CharField(
        label=_("registration number"),
        max_length=64,
        required=False,
        help_text=_("As in the register of companies. A change of name or number ends a verification."),
    )
    certificates = TextListField(
        label=_("certificates"), max_length=600, required=False, help_text=_("Separated by commas.")
    )
    identity_is_public = forms.BooleanField(label=_("show our name to the public"), required=False)

    @classmethod
    def of(cls, enterprise: Enterprise) -> "EnterpriseForm":
        names = cls.base_fields
        return cls(initial={name: getattr(enterprise, name) for name in names})

    @property
    def details(self) -> EnterpriseDetails:
        return EnterpriseDetails(**self.cleaned_data)


class SiteForm(forms.Form):
    """Region, country and time zone follow from the city unless they are given."""

    name = forms.CharField(label=_("name"), max_length=120)
    city = forms.CharField(label=_("city"), max_length=80)
    address = forms.CharField(label=_("address"), max_length=240, required=False)
    certificates = TextListField(
        label=_("certificates"), max_length=600, required=False, help_text=_("Separated by commas.")
    )
    lat = forms.FloatField(label=_("latitude, °"), min_value=-90, max_value=90, required=False)
    lon = forms.FloatField(label=_("longitude, °"), min_value=-180, max_value=180, required=False)
    region = forms.CharField(label=_("province or state"), max_length=80, required=False)
    time_zone = TimeZoneField()

    ALWAYS = ("name", "city", "address", "certificates")

    @classmethod
    def of(cls, site: Site) -> "SiteForm":
        return cls(initial={name: getattr(site, name) for name in cls.base_fields})

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.ALWAYS]

    @property
    def position_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.ALWAYS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            near = self._near(cleaned)
            if near is None:
                self.add_error(
                    "city", _("We do not know this city: take one of the list, or tap its place on the map.")
                )
            else:
                self._fill_in(cleaned, near)
        return cleaned

    @property
    def details(self) -> SiteDetails:
        return SiteDetails(**self.cleaned_data)

    def _near(self, cleaned: dict[str, Any]) -> City | None:
        if cleaned.get("lat") is not None and cleaned.get("lon") is not None:
            return nearest_city(lat=cleaned["lat"], lon=cleaned["lon"])
        return city_named(cleaned["city"])

    def _fill_in(self, cleaned: dict[str, Any], near: City) -> None:
        cleaned["country"] = near.country
        cleaned["region"] = cleaned["region"] or near.region
        cleaned["time_zone"] = cleaned["time_zone"] or near.time_zone
        if cleaned["lat"] is None or cleaned["lon"] is None:
            cleaned["lat"], cleaned["lon"] = near.lat, near.lon


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(
        label=_("role"), choices=Membership.Role.choices, initial=Membership.Role.PLANNER
    )


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("name"), max_length=80, help_text=_("What will use it, for example “ERP”.")
    )
    scope = forms.ChoiceField(label=_("may"), choices=ApiToken.Scope.choices, initial=ApiToken.Scope.READ)
