"""Noting who was shown what, so that the owner can read it."""

from datetime import datetime

from django.db import transaction

from marketplace.accounts.viewer import Viewer
from marketplace.disclosure.models import BreakGlass, Grant, Look
from marketplace.disclosure.selectors import Profile, live_grants
from marketplace.disclosure.words import Audience, Group, Word

LOGGED = frozenset({Word.EXACT_LOGGED, Word.ON_DISPUTE, Word.BREAK_GLASS})


@transaction.atomic
def note_looks(*, viewer: Viewer, profile: Profile, glass: BreakGlass | None = None, now: datetime) -> int:
    """The viewer was shown this profile: a row for each section that rests on a grant, a declaration or a glass."""
    looks = [
        Look(
            owner=profile.owner,
            reader_id=None if glass else viewer.enterprise_id,
            person_id=viewer.person_id,
            group=section.cell.group,
            audience=profile.audience,
            grant=section.grant,
            glass=glass,
            at=now,
        )
        for section in profile.sections
        if section.facts and (section.grant is not None or section.cell.word in LOGGED)
    ]
    return len(Look.objects.bulk_create(looks))


@transaction.atomic
def note_declared_look(
    *, viewer: Viewer, reference: str, owner_ids: list[int], group: Group, now: datetime
) -> int:
    """The office was shown this group of many owners at once (a list, an export) under a declaration.

    A row for each owner with a live grant of the declaration; returns how many. Owners without one must not have
    been shown.
    """
    grants = live_grants(now=now).filter(
        reference=reference, to_enterprise=viewer.enterprise_id, owner__in=owner_ids, group=group,
        basis=Grant.Basis.DECLARATION,
    )  # fmt: skip
    looks = [
        Look(
            owner_id=grant.owner_id, reader_id=viewer.enterprise_id, person_id=viewer.person_id, group=group,
            audience=Audience.COORDINATOR_DECLARED, grant=grant, at=now,
        )
        for grant in grants.order_by("pk")
    ]  # fmt: skip
    return len(Look.objects.bulk_create(looks))
