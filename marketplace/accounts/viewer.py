"""Who is looking: the one argument every selector takes."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise, Membership
from marketplace.common.errors import Forbidden

SESSION_KEY = "enterprise"  # the session holds the public id of the enterprise a person acts for
WRITERS = frozenset({Membership.Role.OWNER, Membership.Role.PLANNER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A person acting in one enterprise; ids are database keys, None for a visitor.

    `declarations` are the public ids of live emergency declarations, filled in by middleware.
    """

    person_id: int | None = None
    enterprise_id: int | None = None
    enterprise_public_id: str = ""  # for live topics
    kind: str = ""  # Enterprise.Kind
    role: str = ""  # Membership.Role
    may_write: bool = True  # False for a read-only token
    is_verified: bool = False  # the enterprise is who it says it is
    declarations: frozenset[str] = frozenset()

    @property
    def is_buyer(self) -> bool:
        return self.kind == Enterprise.Kind.BUYER

    @property
    def is_factory(self) -> bool:
        return self.kind == Enterprise.Kind.FACTORY

    @property
    def is_coordinator(self) -> bool:
        return self.kind == Enterprise.Kind.COORDINATOR

    @property
    def may_plan(self) -> bool:
        """Owner or planner of the enterprise, with a key that may write."""
        return self.may_write and self.role in WRITERS

    @property
    def is_owner(self) -> bool:
        return self.may_write and self.role == Membership.Role.OWNER

    def require_person(self) -> int:
        """The key of the person. Raise `Forbidden` for a visitor."""
        if self.person_id is None:
            raise Forbidden(_("Log in first."))
        return self.person_id

    def require_enterprise(self) -> int:
        """The key of the enterprise. Raise `Forbidden` for somebody who acts for none."""
        if self.enterprise_id is None:
            raise Forbidden(_("This needs an enterprise to act for."))
        return self.enterprise_id

    def require_planner(self) -> None:
        """Raise `Forbidden` unless the viewer may change things for the enterprise."""
        if not self.may_plan:
            raise Forbidden(_("Only an owner or planner of the enterprise may do this."))

    def require_owner(self) -> None:
        if not self.is_owner:
            raise Forbidden(_("Only an owner of the enterprise may do this."))


VISITOR = Viewer()
