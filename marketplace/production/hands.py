"""Who does something at a machine: a person of the enterprise, or a phone that was let in at its station."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Membership
from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import Forbidden

WORKERS = frozenset({Membership.Role.OWNER, Membership.Role.PLANNER, Membership.Role.OPERATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Database keys: of a person, or of a station's session; neither where the machine itself spoke."""

    person_id: int | None = None
    session_id: int | None = None


MACHINE = Hand()


def hand_of(viewer: Viewer) -> Hand:
    """Owners, planners and operators work at machines. Raises `Forbidden` for others."""
    if not viewer.is_factory or not viewer.may_write or viewer.role not in WORKERS:
        raise Forbidden(_("Only people who work for the factory may do this."))
    return Hand(person_id=viewer.person_id)
