"""API tokens with the powers of the office they act for: what is in force is known up here only."""

from rest_framework.request import Request

from config.middleware import with_declarations
from marketplace.accounts.authentication import TokenAuthentication
from marketplace.accounts.models import ApiToken, Person


class OfficeTokenAuthentication(TokenAuthentication):
    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        found = super().authenticate(request)
        if found is not None:
            http = request._request
            http.viewer = with_declarations(http.viewer)  # type: ignore[attr-defined]
        return found
