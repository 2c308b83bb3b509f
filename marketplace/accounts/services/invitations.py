"""Joining an enterprise by a link: for one e-mail address, once, within a week. Only the link's hash is stored."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.errors import AlreadyMember, WrongAddressee
from marketplace.accounts.models import Invitation, Membership, Person
from marketplace.accounts.selectors import invitation_gone, no_such_invitation
from marketplace.accounts.viewer import Viewer
from marketplace.common.checks import require_choice, require_text
from marketplace.common.errors import InvalidInput
from marketplace.common.hashing import hash_token

VALID_FOR = timedelta(days=7)
TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """`token` is shown once and never again."""

    invitation: Invitation
    token: str


@transaction.atomic
def invite(*, viewer: Viewer, email: str, role: str, real_now: datetime) -> NewInvitation:
    """By an owner. A second invitation of the same address replaces the first."""
    viewer.require_owner()
    require_choice(role, field="role", choices=Membership.Role.values)
    email = _address(email)
    if Membership.objects.filter(enterprise=viewer.enterprise_id, person__email=email).exists():
        raise AlreadyMember(_("This person belongs to the enterprise already."), field="email")
    Invitation.objects.filter(enterprise=viewer.enterprise_id, email=email, accepted_at=None).delete()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation = Invitation.objects.create(
        enterprise_id=viewer.require_enterprise(),
        email=email,
        role=role,
        token_hash=hash_token(token),
        invited_by_id=viewer.require_person(),
        expires_at=real_now + VALID_FOR,
    )
    return NewInvitation(invitation=invitation, token=token)


@transaction.atomic
def withdraw_invitation(*, viewer: Viewer, invitation_public_id: str) -> None:
    viewer.require_owner()
    gone, _rows = Invitation.objects.filter(
        enterprise=viewer.enterprise_id, public_id=invitation_public_id, accepted_at=None
    ).delete()
    if not gone:
        raise no_such_invitation()


@transaction.atomic
def accept_invitation(*, person: Person, token: str, real_now: datetime) -> Membership:
    """Once, in time, by the person it is for."""
    invitation = (
        Invitation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(token_hash=hash_token(token), accepted_at=None, expires_at__gt=real_now)
        .first()
    )
    if invitation is None:
        raise invitation_gone()
    if invitation.email != person.email:
        raise WrongAddressee(_("This invitation is for another e-mail address. Log in with that one."))
    membership, is_new = Membership.objects.get_or_create(
        person=person, enterprise=invitation.enterprise, defaults={"role": invitation.role}
    )
    if not is_new:
        raise AlreadyMember(_("You belong to this enterprise already."))
    invitation.accepted_at = real_now
    invitation.save(update_fields=["accepted_at"])
    return membership


def _address(email: str) -> str:
    require_text(email, field="email", least=3, most=254)
    try:
        validate_email(email.strip())
    except Exception as error:
        raise InvalidInput(_("This is no e-mail address."), field="email") from error
    return email.strip().lower()
