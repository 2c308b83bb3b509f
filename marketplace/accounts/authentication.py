"""API tokens: `Authorization: Bearer muster_…`."""

from datetime import timedelta

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from marketplace.accounts.models import ApiToken, Membership, Person
from marketplace.accounts.selectors import as_viewer
from marketplace.common.clock import real_now
from marketplace.common.hashing import hash_token

USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """The person who made the token, acting in its enterprise within its scope and their present role."""

    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("The Authorization header must be `Bearer <token>`.")
        token = (
            ApiToken.objects.filter(token_hash=hash_token(parts[1].decode("latin-1")), revoked_at=None)
            .select_related("person")
            .first()
        )
        if token is None or not token.person.is_active:
            raise AuthenticationFailed("This token is not valid.")
        membership = (
            Membership.objects.filter(person=token.person, enterprise=token.enterprise_id)
            .select_related("enterprise")
            .first()
        )
        if membership is None:
            raise AuthenticationFailed("This token is not valid.")
        _note_use(token)
        request._request.viewer = as_viewer(  # type: ignore[attr-defined]
            membership, may_write=token.scope == ApiToken.Scope.WRITE
        )
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="muster"'


def _note_use(token: ApiToken) -> None:
    now = real_now()
    if token.last_used_at is None or token.last_used_at < now - USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "marketplace.accounts.authentication.TokenAuthentication"
    match_subclasses = True
    name = "apiToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A person's key for programs, of one enterprise.",
        }
