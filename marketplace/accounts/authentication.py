"""API tokens: `Authorization: Bearer muster_…`."""

import hashlib

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from marketplace.accounts.models import ApiToken, Membership, Person
from marketplace.accounts.viewer import Viewer
from marketplace.common.clock import real_now


def hash_token(token: str) -> str:
    """What is stored of a token: SHA-256, enough for 160 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("The Authorization header must be `Bearer <token>`.")
        token = (
            ApiToken.objects.filter(token_hash=hash_token(parts[1].decode("latin-1")), revoked_at=None)
            .select_related("person", "enterprise")
            .first()
        )
        membership = (
            token and Membership.objects.filter(person=token.person, enterprise=token.enterprise).first()
        )
        if token is None or membership is None or not token.person.is_active:
            raise AuthenticationFailed("This token is not valid.")
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=real_now())
        request._request.viewer = Viewer(  # type: ignore[attr-defined]
            person_id=token.person_id,
            enterprise_id=token.enterprise_id,
            enterprise_public_id=token.enterprise.public_id,
            kind=token.enterprise.kind,
            role=membership.role,
            may_write=token.scope == ApiToken.Scope.WRITE,
        )
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="muster"'
