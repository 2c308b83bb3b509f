"""Appending to the audit log, inside the transaction of what is logged: neither is there without the other.

Entries are numbered without gaps, so their writers wait for each other until commit: record last, with every row
locked that the work needs.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import QuerySet

from marketplace.common.audit.anchor import anchor_entries
from marketplace.common.audit.chain import FIRST_PREV_HASH, Facts, entry_hash
from marketplace.common.clock import real_now
from marketplace.common.models import AuditEntry

LOCK = 0x6D757374  # of the advisory lock: "must"


class Acting(Protocol):
    """Who acts, as a `Viewer` says it; no person is somebody who followed a link, nobody at all is the clock."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def enterprise_public_id(self) -> str: ...


@transaction.atomic
def record(
    *, action: str, viewer: Acting | None, subject: str, facts: Facts | None = None, now: datetime
) -> AuditEntry:
    """Append what was done: `action` as `app.what-was-done`, `subject` the public id it was done to.

    `facts` are texts, whole numbers, lists and names of these (moments as ISO text). Raises `UnstableFacts`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = AuditEntry.objects.order_by("-seq").values_list("seq", "hash").first()
    seq, prev_hash = (1, FIRST_PREV_HASH) if last is None else (last[0] + 1, last[1])
    entry = AuditEntry(
        seq=seq,
        at=now,
        recorded_at=real_now(),
        person="" if viewer is None else _public_id(viewer.person_id),
        enterprise="" if viewer is None else viewer.enterprise_public_id,
        action=action,
        subject=subject,
        facts=dict(facts or {}),
        prev_hash=prev_hash,
    )
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    transaction.on_commit(lambda: anchor_entries(since=seq))
    return entry


def hash_of(entry: AuditEntry) -> str:
    """The hash the entry ought to have by what it says."""
    return entry_hash(
        seq=entry.seq,
        at=entry.at,
        recorded_at=entry.recorded_at,
        person=entry.person,
        enterprise=entry.enterprise,
        action=entry.action,
        subject=entry.subject,
        facts=entry.facts,
        prev_hash=entry.prev_hash,
    )


def entries_about(subjects: Collection[str]) -> QuerySet[AuditEntry]:
    """What was done to these, oldest first. For the apps above, which have checked who asks."""
    return AuditEntry.objects.filter(subject__in=subjects).order_by("seq")


def _public_id(person_id: int | None) -> str:
    if person_id is None:
        return ""
    found = get_user_model().objects.filter(pk=person_id).values_list("public_id", flat=True).first()
    return str(found or "")
