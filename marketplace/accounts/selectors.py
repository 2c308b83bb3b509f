"""Reading people and enterprises, always as somebody."""

from django.contrib.auth.models import AnonymousUser

from marketplace.accounts.models import Membership, Person
from marketplace.accounts.viewer import VISITOR, Viewer


def viewer_for(person: Person | AnonymousUser, *, enterprise_public_id: str | None = None) -> Viewer:
    """The viewer a person is: in the named enterprise if they belong to it, else in their first one."""
    if not person.is_authenticated:
        return VISITOR
    memberships = Membership.objects.filter(person_id=person.pk).select_related("enterprise").order_by("id")
    chosen = None
    for membership in memberships:
        if chosen is None or membership.enterprise.public_id == enterprise_public_id:
            chosen = membership
    if chosen is None:
        return Viewer(person_id=person.pk)
    return Viewer(
        person_id=person.pk,
        enterprise_id=chosen.enterprise_id,
        kind=chosen.enterprise.kind,
        role=chosen.role,
    )
