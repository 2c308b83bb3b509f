"""Logging in; sign-up sends a known address here with it filled in."""

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from django.utils.translation import gettext_lazy as _


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("e-mail")
        self.fields["password"].label = _("password")
        self.fields["login"].initial = self.request.GET.get("email", "")[:254]
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
