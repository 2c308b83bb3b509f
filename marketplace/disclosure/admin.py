"""The Django admin obeys the matrix: the platform's staff sees nothing of an enterprise but by a broken glass.

The list has neutral columns only. The page of an enterprise asks for a reason first; what it then shows is the staff's
column of the matrix, each look is logged, the owner is told. Staff verifies enterprises the same way.
"""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from marketplace.accounts.models import Enterprise, Person
from marketplace.accounts.services import decide_verification
from marketplace.accounts.viewer import Viewer
from marketplace.common import clock
from marketplace.common.errors import DomainError
from marketplace.common.forms import refusals_in
from marketplace.disclosure import selectors, services
from marketplace.disclosure.forms import GlassForm
from marketplace.disclosure.models import BreakGlass

# Addresses and second factors of people are nobody's business, not even under glass.
PRIVATE_TO_PEOPLE = (EmailAddress, Authenticator)
for model in PRIVATE_TO_PEOPLE:
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Nothing is added, changed or removed here, and no action is taken on many rows at once."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Enterprise)
class EnterpriseAdmin(LookOnly):
    list_display = ("public_id", "kind", "verification", "verified_at")
    list_display_links = ("public_id",)
    list_filter = ("verification", "kind")
    search_fields = ("=public_id",)  # a search by name would tell who is here
    ordering = ("-pk",)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<path:object_id>/glass/", self.admin_site.admin_view(self.glass), name="break-glass"),
            path("<path:object_id>/mend/", self.admin_site.admin_view(self.mend), name="mend-glass"),
            path("<path:object_id>/decide/", self.admin_site.admin_view(self.decide), name="decide"),
        ]
        return own + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """Only through a live glass; without one, the question for the reason."""
        enterprise, glass = self._behind_glass(request, object_id)
        if enterprise is None:
            return self._away(request, object_id)
        if glass is None:
            return redirect("admin:break-glass", object_id=object_id)
        person, now = _staff(request), clock.now()
        profile = selectors.staff_view(enterprise, now=now)
        services.note_looks(viewer=Viewer(person_id=person.pk), profile=profile, glass=glass, now=now)
        context = {
            "title": enterprise.public_id, "enterprise": enterprise, "profile": profile, "glass": glass,
            "can_decide": enterprise.verification == Enterprise.Verification.PENDING,
        }  # fmt: skip
        return self._page(request, "disclosure/admin/enterprise.html", context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Django's own page would show the name; what was done stands in the audit log."""
        return self._away(request, object_id)

    def glass(self, request: HttpRequest, object_id: str) -> HttpResponse:
        enterprise, _glass = self._behind_glass(request, object_id)
        if enterprise is None:
            return self._away(request, object_id)
        form = GlassForm(request.POST or None)
        if form.is_bound and form.is_valid():
            with refusals_in(form):
                services.break_glass(
                    by=_staff(request),
                    enterprise=enterprise.public_id,
                    reason=form.cleaned_data["reason"],
                    lasts=timedelta(hours=int(form.cleaned_data["hours"])),
                    now=clock.now(),
                    real_now=clock.real_now(),
                )
            if form.is_valid():
                return redirect("admin:accounts_enterprise_change", object_id=object_id)
        context = {"title": _("Break the glass of %(id)s") % {"id": enterprise.public_id}, "form": form}
        return self._page(request, "disclosure/admin/glass.html", context)

    def mend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        enterprise, glass = self._behind_glass(request, object_id)
        if request.method == "POST" and enterprise is not None and glass is not None:
            services.mend_glass(
                by=_staff(request),
                enterprise=enterprise.public_id,
                now=clock.now(),
                real_now=clock.real_now(),
            )
        return redirect("admin:accounts_enterprise_changelist")

    def decide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Verify or reject, by somebody who looks through a live glass."""
        enterprise, glass = self._behind_glass(request, object_id)
        if request.method != "POST" or enterprise is None or glass is None:
            return self._away(request, object_id)
        try:
            decide_verification(
                by=_staff(request),
                enterprise_id=enterprise.pk,
                is_genuine=request.POST.get("is_genuine") == "yes",
                now=clock.now(),
            )
        except DomainError as error:
            messages.error(request, f"{enterprise.public_id}: {error.text}")
        else:
            messages.success(request, _("%(id)s: decided.") % {"id": enterprise.public_id})
        return redirect("admin:accounts_enterprise_changelist")

    def _behind_glass(
        self, request: HttpRequest, object_id: str
    ) -> tuple[Enterprise | None, BreakGlass | None]:
        """The enterprise, if staff may know of it, and the live glass, if there is one."""
        if not self.has_view_permission(request) or not object_id.isdigit():
            return None, None
        enterprise = Enterprise.objects.filter(pk=object_id).first()
        if enterprise is None:
            return None, None
        return enterprise, selectors.live_glass(
            person_id=_staff(request).pk, enterprise_id=enterprise.pk, real_now=clock.real_now()
        )

    def _away(self, request: HttpRequest, object_id: str) -> HttpResponseRedirect:
        return redirect(reverse("admin:index"))

    def _page(self, request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
        shown = {**self.admin_site.each_context(request), "opts": Enterprise._meta, **context}
        response = TemplateResponse(request, template, shown)
        response["Cache-Control"] = "private, no-store"
        return response


@admin.register(BreakGlass)
class BreakGlassAdmin(LookOnly):
    """Who broke which glass: staff sees each other's."""

    list_display = ("public_id", "enterprise_id", "person_id", "starts_at", "ends_at", "ended_at")
    list_display_links = None
    ordering = ("-pk",)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return obj is None and super().has_view_permission(request)


def _staff(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
