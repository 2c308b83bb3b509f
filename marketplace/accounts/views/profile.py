"""A person's own settings."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from marketplace.accounts import services
from marketplace.accounts.forms import ProfileForm
from marketplace.accounts.views.switch import YEAR_S


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        person = services.update_profile(viewer=request.viewer, **form.cleaned_data)  # type: ignore[attr-defined]
        with translation.override(person.language):
            messages.success(request, _("Your profile is saved."))
        response = redirect("accounts:profile")
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, person.language, max_age=YEAR_S, samesite="Lax")
        return response
    return render(request, "accounts/profile.html", {"form": form})
