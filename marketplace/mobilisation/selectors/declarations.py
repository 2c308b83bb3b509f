"""Declarations of the viewer's own office; another's is not found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.accounts.viewer import Viewer
from marketplace.common.audit import entries_about
from marketplace.common.errors import NotFound
from marketplace.mobilisation.errors import NotLive
from marketplace.mobilisation.models import Declaration, Extension
from marketplace.mobilisation.selectors.office import require_coordinator
from marketplace.mobilisation.wording import ACTIONS

LISTED = 3  # entries of a list of facts that the trail shows
KEPT_S = 10  # real seconds; what is kept has its times with it, so that nothing outlives its end


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """An entry of the audit log as people read it; `who` is empty where the clock did it."""

    seq: int
    at: datetime
    hash: str
    action: str
    who: str
    facts: Mapping[str, object]

    @property
    def what(self) -> str:
        return str(ACTIONS.get(self.action, self.action))

    @property
    def told(self) -> str:
        return "; ".join(f"{name}: {_plain(value)}" for name, value in self.facts.items())

    @property
    def told_in_short(self) -> str:
        """Without the facts that have no value, long lists cut."""
        return "; ".join(
            f"{name}: {_plain(value, most=LISTED)}"
            for name, value in self.facts.items()
            if value not in (None, "", [])
        )


def declarations(viewer: Viewer) -> QuerySet[Declaration]:
    require_coordinator(viewer)
    return Declaration.objects.filter(office=viewer.enterprise_id).select_related(
        "office", "created_by", "proposed_by", "decided_by", "ended_by"
    )


def declaration(viewer: Viewer, *, public_id: str) -> Declaration:
    found = declarations(viewer).filter(public_id=public_id).first()
    if found is None:
        raise no_such_declaration()
    return found


def live_declaration(viewer: Viewer, *, public_id: str, now: datetime) -> Declaration:
    """Raises `NotLive` before its start and from its end on, to the second."""
    found = declaration(viewer, public_id=public_id)
    if not found.is_live(now):
        raise NotLive(_("This declaration is not in force."))
    return found


def extension(viewer: Viewer, *, public_id: str) -> Extension:
    require_coordinator(viewer)
    found = (
        Extension.objects.filter(declaration__office=viewer.enterprise_id, public_id=public_id)
        .select_related("declaration__office", "proposed_by")
        .first()
    )
    if found is None:
        raise no_such_declaration()
    return found


def live_declarations_of(viewer: Viewer, *, now: datetime) -> frozenset[str]:
    """Public ids of what is in force for the viewer's office; at most one query, none for others."""
    if not viewer.is_coordinator or not viewer.is_verified or viewer.enterprise_id is None:
        return frozenset()
    spans = cache.get_or_set(
        cache_key(viewer.enterprise_id),
        lambda: list(
            Declaration.objects.filter(
                office=viewer.enterprise_id, status=Declaration.Status.LIVE
            ).values_list("public_id", "starts_at", "until_at")
        ),
        timeout=KEPT_S,
    )
    return frozenset(
        public_id for public_id, starts_at, until_at in spans or () if starts_at <= now < until_at
    )


def cache_key(office_id: int) -> str:
    return f"live-declarations:{office_id}"


def trail(found: Declaration) -> list[Trace]:
    """Every use of power under the declaration, oldest first; three queries."""
    entries = list(entries_about([found.public_id]))
    people = {
        person.public_id: str(person)
        for person in Person.objects.filter(public_id__in={entry.person for entry in entries})
    }
    return [
        Trace(
            seq=entry.seq,
            at=entry.at,
            hash=entry.hash,
            action=entry.action,
            who=people.get(entry.person, ""),
            facts=entry.facts,
        )
        for entry in entries
    ]


def no_such_declaration() -> NotFound:
    return NotFound(_("There is no such declaration."))


def _plain(value: object, *, most: int | None = None) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    if not isinstance(value, list):
        return str(value)
    shown = ", ".join(map(str, value[:most]))
    return shown if most is None or len(value) <= most else f"{len(value)} ({shown}, …)"
