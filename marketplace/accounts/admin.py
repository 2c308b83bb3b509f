"""Platform staff verify enterprises. They see what is verified and change nothing else."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts import services
from marketplace.accounts.models import Enterprise, Person
from marketplace.common import clock
from marketplace.common.errors import DomainError


@admin.register(Enterprise)
class EnterpriseAdmin(admin.ModelAdmin[Enterprise]):
    list_display = ("name", "kind", "registration_number", "verification", "verified_at")
    list_filter = ("verification", "kind")
    search_fields = ("name", "registration_number")
    fields = ("name", "kind", "registration_number", "certificates", "verification", "verified_at")
    readonly_fields = fields
    actions = ("verify", "reject")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Enterprise | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Enterprise | None = None) -> bool:
        return False

    @admin.action(
        description=gettext_lazy("Verify: the enterprise is who it says it is"), permissions=["view"]
    )
    def verify(self, request: HttpRequest, chosen: QuerySet[Enterprise]) -> None:
        _decide(request, chosen, is_genuine=True)

    @admin.action(description=gettext_lazy("Reject the verification"), permissions=["view"])
    def reject(self, request: HttpRequest, chosen: QuerySet[Enterprise]) -> None:
        _decide(request, chosen, is_genuine=False)


def _decide(request: HttpRequest, chosen: QuerySet[Enterprise], *, is_genuine: bool) -> None:
    assert isinstance(request.user, Person)
    for enterprise in chosen.order_by("pk"):
        try:
            services.decide_verification(
                by=request.user, enterprise_id=enterprise.pk, is_genuine=is_genuine, now=clock.now()
            )
        except DomainError as error:
            messages.error(request, f"{enterprise}: {error.text}")
        else:
            messages.success(request, _("%(enterprise)s: decided.") % {"enterprise": enterprise})
