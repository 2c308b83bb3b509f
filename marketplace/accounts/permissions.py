"""Who may call an API view at all; what they may see or do is decided by selectors and services."""

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from marketplace.accounts.viewer import Viewer

if TYPE_CHECKING:
    from rest_framework.views import APIView


class IsMember(BasePermission):
    """Acts in an enterprise; a read-only token reads only."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        viewer = viewer_of(request)
        return viewer.enterprise_id is not None and (request.method in SAFE_METHODS or viewer.may_write)


def viewer_of(request: Request) -> Viewer:
    """The viewer that authentication (session or token) put on the request."""
    viewer: Viewer = request._request.viewer  # type: ignore[attr-defined]
    return viewer
