"""Reading people and enterprises, always as somebody."""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Membership, Person
from marketplace.accounts.viewer import VISITOR, Viewer
from marketplace.common.errors import NotFound


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
        enterprise_public_id=chosen.enterprise.public_id,
        kind=chosen.enterprise.kind,
        role=chosen.role,
    )


def memberships_of(viewer: Viewer) -> list[Membership]:
    """The enterprises the viewer may act in, oldest membership first; one query, none for a visitor."""
    if viewer.person_id is None:
        return []
    return list(
        Membership.objects.filter(person=viewer.person_id).select_related("enterprise").order_by("id")
    )


def get_membership(*, viewer: Viewer, enterprise_public_id: str) -> Membership:
    """The viewer's own membership of the enterprise. Raises `NotFound` for one they do not belong to."""
    membership = (
        Membership.objects.filter(person=viewer.person_id, enterprise__public_id=enterprise_public_id)
        .select_related("enterprise")
        .first()
    )
    if membership is None:
        raise NotFound(_("There is no such enterprise."))
    return membership
