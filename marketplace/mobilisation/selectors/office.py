"""Whose pages these are."""

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.mobilisation.errors import NotVerified


def require_coordinator(viewer: Viewer) -> None:
    """For anybody else these pages do not exist. Raises `NotVerified` for an office that may be anybody's."""
    if not viewer.is_coordinator:
        raise NotFound(_("There is no such page."))
    if not viewer.is_verified:
        raise NotVerified(_("Need and capacity are shown to offices that are verified."))


def require_acting(viewer: Viewer) -> int:
    """The key of the verified office for which the viewer may act. Raises as above, and `Forbidden`."""
    require_coordinator(viewer)
    viewer.require_planner()
    return viewer.require_enterprise()
