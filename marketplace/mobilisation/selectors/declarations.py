"""Declarations of the viewer's own office; another's is not found."""

from datetime import datetime

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.mobilisation.errors import NotLive
from marketplace.mobilisation.models import Declaration, Extension
from marketplace.mobilisation.selectors.office import require_coordinator

KEPT_S = 10  # real seconds; what is kept has its times with it, so that nothing outlives its end


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


def no_such_declaration() -> NotFound:
    return NotFound(_("There is no such declaration."))
