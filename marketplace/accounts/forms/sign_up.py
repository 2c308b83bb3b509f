"""Signing up: who you are, what you come for, and for a factory where it stands."""

from dataclasses import replace
from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.core import context
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.details import EnterpriseDetails, SiteDetails, site_in
from marketplace.accounts.forms.fields import HiddenNumber
from marketplace.accounts.models import Enterprise, Person
from marketplace.accounts.places import city_named, nearest_city
from marketplace.accounts.services import accept_invitation, claim, found_enterprise
from marketplace.common.clock import now, real_now
from marketplace.common.zones import known_zones


class PersonForm(AllauthSignupForm):  # type: ignore[misc]
    """The part about the person, with what the browser already says of them."""

    name = forms.CharField(
        label=_("your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ["name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("e-mail")
        self.fields["password1"].label = _("password")
        self.fields["password1"].help_text = _("At least 8 characters, and not one that everybody uses.")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def language_of(self, request: HttpRequest) -> str:
        return get_language() or "en"

    def time_zone_of(self, request: HttpRequest) -> str:
        zone = request.COOKIES.get("tz", "")
        return zone if zone in known_zones() else ""

    def validate_unique_email(self, value: str) -> str:
        """A known address is told so here, with the way to log in, and nowhere else."""
        if Person.objects.filter(email=value).exists():
            raise ValidationError(_known(value), code="known")
        return value

    def try_save(self, request: HttpRequest) -> tuple[Person | None, HttpResponseBase | None]:
        """Of two who sign up with one address at once the second is sent to log in."""
        try:
            with transaction.atomic():
                return self.save(request), None
        except IntegrityError:
            return None, redirect("account_login")


class SignupForm(PersonForm):
    """A new enterprise and its first owner."""

    kind = forms.ChoiceField(choices=Enterprise.Kind.choices, widget=forms.HiddenInput)
    enterprise_name = forms.CharField(
        label=_("enterprise"),
        min_length=2,
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    city = forms.CharField(label=_("city of your first site"), max_length=80, required=False)
    lat = HiddenNumber(min_value=-90, max_value=90)
    lon = HiddenNumber(min_value=-180, max_value=180)
    field_order = ["kind", "enterprise_name", "city", "lat", "lon", "name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].initial = self.chosen_kind
        self.fields["city"].required = self.asks_for_site
        if not self.asks_for_site:
            for name in ("city", "lat", "lon"):
                del self.fields[name]

    @property
    def chosen_kind(self) -> str:
        """Empty until one of the three cards is taken."""
        kind = str(self.data.get("kind") or context.request.GET.get("kind") or "")
        return kind if kind in Enterprise.Kind.values else ""

    @property
    def asks_for_site(self) -> bool:
        return self.chosen_kind == Enterprise.Kind.FACTORY

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if self.asks_for_site and cleaned.get("city"):
            cleaned["site"] = self._site(cleaned)
        return cleaned

    def custom_signup(self, request: HttpRequest, user: Person) -> None:
        found_enterprise(
            founder=user,
            kind=self.cleaned_data["kind"],
            details=EnterpriseDetails(name=self.cleaned_data["enterprise_name"]),
            site=self.cleaned_data.get("site"),
        )

    def _site(self, cleaned: dict[str, Any]) -> SiteDetails | None:
        """In the city named, at the place tapped on the map; a city we do not know needs the place."""
        lat, lon = cleaned.get("lat"), cleaned.get("lon")
        if (city := city_named(cleaned["city"])) is not None:
            return site_in(city, lat=lat, lon=lon)
        if lat is None or lon is None:
            self.add_error(
                "city", _("We do not know this city: take one of the list, or tap its place on the map.")
            )
            return None
        return replace(site_in(nearest_city(lat=lat, lon=lon), lat=lat, lon=lon), city=cleaned["city"])


class JoinForm(PersonForm):
    """A person who follows an invitation: the address is the invitation's."""

    field_order = ["email", "name", "password1"]

    def __init__(self, *args: Any, token: str, invited_email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.token = token
        self.fields["email"].initial = invited_email
        self.fields["email"].disabled = True

    def custom_signup(self, request: HttpRequest, user: Person) -> None:
        accept_invitation(person=user, token=self.token, real_now=real_now())


class ClaimForm(PersonForm):
    """A person who takes over a firm by its link."""

    def __init__(self, *args: Any, token: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.token = token

    def custom_signup(self, request: HttpRequest, user: Person) -> None:
        claim(person=user, token=self.token, now=now(), real_now=real_now())


def _known(email: str) -> str:
    url = f"{reverse('account_login')}?{urlencode({'email': email})}"
    return format_html('{} <a href="{}">{}</a>', _("This e-mail address has an account."), url, _("Log in"))
