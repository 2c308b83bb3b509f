"""What an emergency declaration opens and closes. The app that owns declarations calls this; it has checked that the
declaration is approved by two people and lives."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.accounts.services import tell
from marketplace.common import audit
from marketplace.disclosure.errors import NoDeclaration
from marketplace.disclosure.models import LONGEST_GRANT, Grant
from marketplace.disclosure.words import Group

OPENED_BY_DECLARATION = (
    Group.FREE_CAPACITY, Group.PRICES, Group.TELEMETRY, Group.QUALITY, Group.STAFF_DATA,
)  # fmt: skip


@transaction.atomic
def open_for_declaration(
    *,
    reference: str,
    reader_id: int,
    owner_ids: Collection[int],
    purpose: str,
    ends_at: datetime,
    now: datetime,
    groups: Collection[Group] = OPENED_BY_DECLARATION,
) -> int:
    """Open these groups of each owner to the office `reader_id` (database keys) until `ends_at`, and tell the owners.

    Doing it again opens nothing twice. Returns how many grants are new. Raises `NoDeclaration`.
    """
    if not reference or not purpose or not now < ends_at <= now + LONGEST_GRANT:
        raise NoDeclaration(_("A declaration needs a reference, a purpose and an end within a year."))
    owners = set(
        Enterprise.objects.filter(pk__in=owner_ids).exclude(pk=reader_id).values_list("pk", flat=True)
    )
    there = set(
        Grant.objects.filter(reference=reference, to_enterprise=reader_id, ended_at=None).values_list(
            "owner_id", "group"
        )
    )
    fresh = [
        Grant(
            owner_id=owner_id, to_enterprise_id=reader_id, group=group, purpose=purpose, starts_at=now,
            basis=Grant.Basis.DECLARATION, reference=reference, ends_at=ends_at, given_at=now,
        )
        for owner_id in sorted(owners)
        for group in groups
        if (owner_id, group) not in there
    ]  # fmt: skip
    opened = Grant.objects.bulk_create(fresh, ignore_conflicts=True)
    tell(
        sorted({grant.owner_id for grant in opened}),
        key=f"opened:{reference}",
        kind="disclosure.opened-by-declaration",
        facts={"purpose": purpose, "until_at": ends_at.isoformat()},
        url="/settings/disclosure/",
        now=now,
    )
    audit.record(
        action="disclosure.opened",
        viewer=None,
        subject=reference,
        facts={
            "owners": len(owners),
            "groups": sorted(str(group.value) for group in groups),
            "until": ends_at.isoformat(),
        },
        now=now,
    )
    return len(opened)


@transaction.atomic
def close_for_declaration(*, reference: str, now: datetime) -> int:
    """Close all that is still open under it and tell each owner how often something was read; returns how many owners.

    Calling it after the end by the clock tells the owners all the same; calling it twice tells them once.
    """
    grants = list(
        Grant.objects.select_for_update(no_key=True)
        .filter(reference=reference, basis=Grant.Basis.DECLARATION)
        .order_by("pk")
    )
    looks: dict[int, int] = {grant.owner_id: 0 for grant in grants}
    for grant in grants:
        looks[grant.owner_id] += grant.looks.count()
        if grant.ended_at is None and grant.ends_at > now:
            grant.ended_at = now
            grant.save(update_fields=["ended_at"])
    for owner_id, num_looks in sorted(looks.items()):
        tell(
            [owner_id],
            key=f"closed:{reference}",
            kind="disclosure.closed-by-declaration",
            facts={"looks": num_looks},
            url="/settings/disclosure/",
            now=now,
        )
    if grants:
        audit.record(action="disclosure.closed", viewer=None, subject=reference, now=now)
    return len(looks)
