"""Who may do what in an enterprise. Every change locks all memberships of the enterprise, so that two owners who
remove each other at once cannot both succeed."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.errors import LastOwner
from marketplace.accounts.models import ApiToken, Membership
from marketplace.accounts.selectors import no_such_member
from marketplace.accounts.viewer import Viewer
from marketplace.common.checks import require_choice
from marketplace.common.clock import real_now
from marketplace.common.errors import Forbidden
from marketplace.common.live import push_after_commit


@transaction.atomic
def change_role(*, viewer: Viewer, person_public_id: str, role: str) -> Membership:
    """By an owner, of anybody in the enterprise; the last owner stays one."""
    viewer.require_owner()
    require_choice(role, field="role", choices=Membership.Role.values)
    membership, others = _locked(viewer, person_public_id)
    if role != Membership.Role.OWNER:
        _require_another_owner(membership, others)
    membership.role = role
    membership.save(update_fields=["role"])
    push_after_commit(f"enterprise:{membership.enterprise.public_id}")
    return membership


@transaction.atomic
def remove_member(*, viewer: Viewer, person_public_id: str) -> None:
    """An owner removes anybody, everybody removes themselves; their keys of the enterprise end too."""
    membership, others = _locked(viewer, person_public_id)
    if not viewer.may_write or (membership.person_id != viewer.person_id and not viewer.is_owner):
        raise Forbidden(_("Only an owner of the enterprise may do this."))
    _require_another_owner(membership, others)
    ApiToken.objects.filter(
        person=membership.person_id, enterprise=membership.enterprise_id, revoked_at=None
    ).update(revoked_at=real_now())
    membership.delete()
    push_after_commit(f"enterprise:{membership.enterprise.public_id}")


def _locked(viewer: Viewer, person_public_id: str) -> tuple[Membership, list[Membership]]:
    """The person's membership and all the others', locked in order."""
    memberships = list(
        Membership.objects.select_for_update(of=("self",), no_key=True)
        .filter(enterprise=viewer.enterprise_id)
        .select_related("person", "enterprise")
        .order_by("pk")
    )
    wanted = next((m for m in memberships if m.person.public_id == person_public_id), None)
    if wanted is None:
        raise no_such_member()
    return wanted, [m for m in memberships if m is not wanted]


def _require_another_owner(membership: Membership, others: list[Membership]) -> None:
    is_owner = membership.role == Membership.Role.OWNER
    if is_owner and not any(other.role == Membership.Role.OWNER for other in others):
        raise LastOwner(_("An enterprise needs an owner: name another one first."))
