"""How allauth meets our people."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from marketplace.accounts.models import Person

YEAR_S = 31_536_000
SILENT = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def save_user(self, request: HttpRequest, user: Person, form: Any, commit: bool = True) -> Person:
        """The name, language and time zone come with the e-mail and password."""
        user.name = form.cleaned_data.get("name", "")
        user.language = form.language_of(request)
        user.time_zone = form.time_zone_of(request)
        return super().save_user(request, user, form, commit=commit)  # type: ignore[no-any-return]

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Who logs in or out sees that; it needs no message."""
        if message_template not in SILENT:
            super().add_message(request, level, message_template, *args, **kwargs)

    def post_login(self, request: HttpRequest, user: Person, **kwargs: Any) -> HttpResponse:
        """The pages speak the language chosen in this browser, where none was that of the person's profile."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            remember_language(response, user.language)
        return response


def remember_language(response: HttpResponse, language: str) -> None:
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR_S, samesite="Lax")
