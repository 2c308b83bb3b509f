"""Every use of power under a declaration, whole or looked through. The caller has shown that the declaration is the
viewer's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from marketplace.accounts.models import Person
from marketplace.common.audit import entries_about
from marketplace.common.models import AuditEntry
from marketplace.mobilisation.models import Declaration
from marketplace.mobilisation.trail import Trace, traces


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for, empty for everything: public ids of a person and an order, a kind of act, [since, until), and
    words that the sentence has."""

    person: str = ""
    action: str = ""
    order: str = ""
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""


def trail(found: Declaration, *, wanted: Wanted | None = None) -> list[Trace]:
    """Oldest first."""
    wanted = wanted or Wanted()
    entries = list(_filtered(entries_about([found.public_id]), wanted))
    rows = traces(entries, people=people_of(entries))
    words = wanted.words.casefold().split()
    return [row for row in rows if all(word in row.sentence.casefold() for word in words)]


def last_of_trail(found: Declaration, *, most: int) -> tuple[list[Trace], int]:
    """The newest entries, newest first, and how many there are."""
    entries = entries_about([found.public_id])
    newest = list(entries.reverse()[:most])
    return traces(newest, people=people_of(newest)), entries.count()


def people_of(entries: Sequence[AuditEntry]) -> dict[str, str]:
    """Names of who acted, by public id."""
    ids = {entry.person for entry in entries} - {""}
    return {person.public_id: str(person) for person in Person.objects.filter(public_id__in=ids)}


def _filtered(entries: QuerySet[AuditEntry], wanted: Wanted) -> QuerySet[AuditEntry]:
    exact = {"person": wanted.person, "action": wanted.action, "facts__order": wanted.order}
    entries = entries.filter(**{name: value for name, value in exact.items() if value})
    if wanted.since is not None:
        entries = entries.filter(at__gte=wanted.since)
    if wanted.until is not None:
        entries = entries.filter(at__lt=wanted.until)
    return entries
