"""Noting who was shown what, so that the owner can read it."""

from datetime import datetime

from django.db import transaction

from marketplace.accounts.viewer import Viewer
from marketplace.disclosure.models import BreakGlass, Look
from marketplace.disclosure.selectors import Profile
from marketplace.disclosure.words import Word

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
