"""Reading people and enterprises, always as somebody. What is not the viewer's own is not found."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.errors import ClaimGone, InvitationGone
from marketplace.accounts.models import (
    ApiToken,
    ClaimLink,
    Enterprise,
    Invitation,
    Membership,
    Notice,
    Person,
    Site,
)
from marketplace.accounts.viewer import VISITOR, Viewer
from marketplace.common.errors import NotFound
from marketplace.common.hashing import hash_token


def viewer_for(person: Person | AnonymousUser, *, enterprise_public_id: str | None = None) -> Viewer:
    """The viewer a person is: in the named enterprise if they belong to it, else in their first one."""
    if not person.is_authenticated:
        return VISITOR
    memberships = Membership.objects.filter(person_id=person.pk).select_related("enterprise").order_by("id")
    chosen = None
    for membership in memberships:
        if chosen is None or membership.enterprise.public_id == enterprise_public_id:
            chosen = membership
    return Viewer(person_id=person.pk) if chosen is None else as_viewer(chosen)


def as_viewer(membership: Membership, *, may_write: bool = True) -> Viewer:
    """The member acting in the enterprise, which must be loaded with the membership."""
    return Viewer(
        person_id=membership.person_id,
        enterprise_id=membership.enterprise_id,
        enterprise_public_id=membership.enterprise.public_id,
        kind=membership.enterprise.kind,
        role=membership.role,
        may_write=may_write,
        is_verified=membership.enterprise.verification == Enterprise.Verification.VERIFIED,
    )


def may_watch_enterprise(person: object, public_id: str) -> bool:
    """Members watch their enterprises."""
    return (
        isinstance(person, Person)
        and Membership.objects.filter(person=person, enterprise__public_id=public_id).exists()
    )


def memberships_of(viewer: Viewer) -> list[Membership]:
    """The enterprises the viewer may act in, oldest membership first; one query, none for a visitor."""
    if viewer.person_id is None:
        return []
    return list(
        Membership.objects.filter(person=viewer.person_id).select_related("enterprise").order_by("id")
    )


def get_membership(*, viewer: Viewer, enterprise_public_id: str) -> Membership:
    """The viewer's own membership of the enterprise."""
    membership = (
        Membership.objects.filter(person=viewer.person_id, enterprise__public_id=enterprise_public_id)
        .select_related("enterprise")
        .first()
    )
    if membership is None:
        raise no_such_enterprise()
    return membership


def get_enterprise(*, viewer: Viewer) -> Enterprise:
    """The one the viewer acts in."""
    if viewer.enterprise_id is None:
        raise no_such_enterprise()
    return Enterprise.objects.get(pk=viewer.enterprise_id)


def sites_of(*, viewer: Viewer) -> QuerySet[Site]:
    return Site.objects.filter(enterprise=viewer.enterprise_id).select_related("enterprise").order_by("name")


def get_site(*, viewer: Viewer, public_id: str) -> Site:
    site = sites_of(viewer=viewer).filter(public_id=public_id).first()
    if site is None:
        raise no_such_site()
    return site


def members_of(*, viewer: Viewer) -> QuerySet[Membership]:
    """Everybody in the viewer's enterprise, in the order they came."""
    return (
        Membership.objects.filter(enterprise=viewer.enterprise_id)
        .select_related("person", "enterprise")
        .order_by("id")
    )


def open_invitations_of(*, viewer: Viewer, real_now: datetime) -> QuerySet[Invitation]:
    """What an owner has sent and nobody has used yet; nothing for others."""
    if not viewer.is_owner:
        return Invitation.objects.none()
    return Invitation.objects.filter(
        enterprise=viewer.enterprise_id, accepted_at=None, expires_at__gt=real_now
    ).order_by("-id")


def get_invitation(*, token: str, real_now: datetime) -> Invitation:
    """By the secret of its link; whoever holds it may see the enterprise's name and the role."""
    invitation = (
        Invitation.objects.filter(token_hash=hash_token(token), accepted_at=None, expires_at__gt=real_now)
        .select_related("enterprise")
        .first()
    )
    if invitation is None:
        raise invitation_gone()
    return invitation


def get_claim_link(*, token: str, real_now: datetime) -> ClaimLink:
    """By the secret of the link; whoever holds it may see what was written down about the enterprise."""
    link = (
        ClaimLink.objects.filter(
            token_hash=hash_token(token), used_at=None, expires_at__gt=real_now, enterprise__is_claimed=False
        )
        .select_related("enterprise", "made_for")
        .prefetch_related("enterprise__sites")
        .first()
    )
    if link is None:
        raise claim_gone()
    return link


def has_second_factor(*, viewer: Viewer) -> bool:
    """The viewer has an authenticator app."""
    found = Authenticator.objects.filter(user_id=viewer.person_id, type=Authenticator.Type.TOTP)
    return bool(found.exists())


def tokens_of(*, viewer: Viewer) -> QuerySet[ApiToken]:
    """The viewer's own keys of the enterprise; for an owner everybody's. Newest first, revoked ones too."""
    tokens = ApiToken.objects.filter(enterprise=viewer.enterprise_id).select_related("person").order_by("-id")
    return tokens if viewer.is_owner else tokens.filter(person=viewer.person_id)


def no_such_enterprise() -> NotFound:
    return NotFound(_("There is no such enterprise."))


def no_such_site() -> NotFound:
    return NotFound(_("There is no such site."))


def no_such_member() -> NotFound:
    return NotFound(_("There is no such person here."))


def no_such_invitation() -> NotFound:
    return NotFound(_("There is no such invitation."))


def no_such_token() -> NotFound:
    return NotFound(_("There is no such key."))


def invitation_gone() -> InvitationGone:
    return InvitationGone(_("This invitation was used, withdrawn or is too old. Ask for a new one."))


def notices_of(viewer: Viewer) -> QuerySet[Notice]:
    """What the viewer's enterprise was told, newest first."""
    return Notice.objects.filter(enterprise=viewer.enterprise_id).order_by("-id")


def num_unread(viewer: Viewer) -> int:
    """One query, none for somebody who acts for no enterprise."""
    return 0 if viewer.enterprise_id is None else notices_of(viewer).filter(read_at=None).count()


def claim_gone() -> ClaimGone:
    return ClaimGone(_("This link was used, replaced or is too old. Ask the office for a new one."))
