"""A person's own settings."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from marketplace.accounts import services
from marketplace.accounts.adapter import remember_language
from marketplace.accounts.forms.settings import ProfileForm
from marketplace.accounts.http import ViewerRequest


@login_required
def profile(request: ViewerRequest) -> HttpResponse:
    form = ProfileForm(request.POST) if request.method == "POST" else ProfileForm.of(request.user)
    if form.is_bound and form.is_valid():
        person = services.update_profile(viewer=request.viewer, **form.cleaned_data)
        with translation.override(person.language):
            messages.success(request, _("Your profile is saved."))
        response = redirect("accounts:profile")
        remember_language(response, person.language)
        return response
    return render(request, "accounts/profile.html", {"form": form})
