"""Keys for programs. A key acts as its maker in one enterprise, within its scope; only its hash is kept."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import ApiToken
from marketplace.accounts.selectors import no_such_token
from marketplace.accounts.viewer import Viewer
from marketplace.common.checks import require_choice, require_text
from marketplace.common.errors import Forbidden
from marketplace.common.hashing import hash_token

PREFIX = "muster_"
TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """`secret` is shown once and never again."""

    token: ApiToken
    secret: str


@transaction.atomic
def create_token(*, viewer: Viewer, name: str, scope: str) -> NewToken:
    """By any member for themselves; what the key may do is bounded by its scope and by the member's role."""
    if not viewer.may_write:
        raise Forbidden(_("This key may only read."))
    require_text(name, field="name", least=1, most=80)
    require_choice(scope, field="scope", choices=ApiToken.Scope.values)
    secret = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    token = ApiToken.objects.create(
        person_id=viewer.require_person(),
        enterprise_id=viewer.require_enterprise(),
        name=name,
        scope=scope,
        token_hash=hash_token(secret),
    )
    return NewToken(token=token, secret=secret)


@transaction.atomic
def revoke_token(*, viewer: Viewer, token_public_id: str, real_now: datetime) -> ApiToken:
    """One's own, or as an owner anybody's of the enterprise. What is revoked stays in the list."""
    tokens = ApiToken.objects.select_for_update(no_key=True).filter(enterprise=viewer.enterprise_id)
    if not viewer.is_owner:
        tokens = tokens.filter(person=viewer.person_id)
    token = tokens.filter(public_id=token_public_id, revoked_at=None).first()
    if token is None:
        raise no_such_token()
    if not viewer.may_write:
        raise Forbidden(_("This key may only read."))
    token.revoked_at = real_now
    token.save(update_fields=["revoked_at"])
    return token
