"""Opening a group of fields to another for a purpose and a time, by the owner; ending it at once."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.accounts.services import tell
from marketplace.accounts.viewer import Viewer
from marketplace.common import audit
from marketplace.common.checks import require_choice, require_moment, require_text
from marketplace.common.live import push_after_commit
from marketplace.disclosure.errors import (
    GrantOver,
    GrantTooLong,
    NotGrantable,
    NotToRivals,
    UnknownReader,
    UnknownScope,
)
from marketplace.disclosure.facets import scopes_of
from marketplace.disclosure.models import LONGEST_GRANT, Grant
from marketplace.disclosure.selectors import OF_A_DISPUTE, OPENED, no_such_grant
from marketplace.disclosure.words import Audience, Group

NEVER_TO_RIVALS = frozenset({Group.FREE_CAPACITY, Group.TELEMETRY})
NAMES_THE_OWNER = OF_A_DISPUTE | {Group.IDENTITY}
TO_AUDIENCES = frozenset({Audience.BUYER_WITH_REQUEST, Audience.PUBLIC})  # for which the matrix says "opt-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantDraft:
    """`to_enterprise` is a public id and `to_audience` an audience, one of the two; `scope` a public id or empty."""

    group: str
    purpose: str
    ends_at: datetime
    to_enterprise: str = ""
    to_audience: str = ""
    scope: str = ""


@transaction.atomic
def give_grant(*, viewer: Viewer, draft: GrantDraft, now: datetime) -> Grant:
    """By an owner of the enterprise; begins now. The one who may now see is told."""
    viewer.require_owner()
    owner = Enterprise.objects.select_for_update(no_key=True).get(pk=viewer.require_enterprise())
    _require_sound(draft, owner=owner, now=now)
    reader = _reader(draft, owner=owner)
    grant = Grant.objects.create(
        owner=owner,
        to_enterprise=reader,
        to_audience="" if reader else draft.to_audience,
        group=draft.group,
        scope=draft.scope,
        purpose=draft.purpose.strip(),
        starts_at=now,
        ends_at=draft.ends_at,
        given_by_id=viewer.require_person(),
        given_at=now,
    )
    if reader is not None:
        _tell_reader(grant, reader=reader, now=now)
    push_after_commit(f"enterprise:{owner.public_id}")
    audit.record(
        action="disclosure.granted",
        viewer=viewer,
        subject=grant.public_id,
        facts={"group": grant.group, "to": draft.to_enterprise or draft.to_audience},
        now=now,
    )
    return grant


@transaction.atomic
def end_grant(*, viewer: Viewer, grant: str, now: datetime) -> Grant:
    """At once, by an owner of the enterprise that gave it."""
    viewer.require_owner()
    found = (
        Grant.objects.select_for_update(no_key=True)
        .filter(owner=viewer.require_enterprise(), public_id=grant)
        .first()
    )
    if found is None:
        raise no_such_grant()
    if found.ended_at is not None or found.ends_at <= now:
        raise GrantOver(_("This has ended already."))
    found.ended_at = now
    found.ended_by_id = viewer.require_person()
    found.save(update_fields=["ended_at", "ended_by"])
    push_after_commit(f"enterprise:{viewer.enterprise_public_id}")
    audit.record(action="disclosure.grant-ended", viewer=viewer, subject=found.public_id, now=now)
    return found


def _tell_reader(grant: Grant, *, reader: Enterprise, now: datetime) -> None:
    """Under the owner's name only if the grant gives it away."""
    facts = {"purpose": grant.purpose, "until_at": grant.ends_at.isoformat()}
    kind = "disclosure.granted"
    if grant.group in NAMES_THE_OWNER:
        kind, facts["enterprise"] = "disclosure.granted-by-name", grant.owner.name
    tell(
        [reader.pk],
        key=f"grant:{grant.public_id}",
        kind=kind,
        facts=facts,
        url=f"/firms/{grant.owner.public_id}/",
        now=now,
    )


def _require_sound(draft: GrantDraft, *, owner: Enterprise, now: datetime) -> None:
    require_choice(draft.group, field="group", choices=Group.values)
    if draft.group not in OPENED:
        raise NotGrantable(_("This cannot be opened by a grant."), field="group")
    require_text(draft.purpose.strip(), field="purpose", least=3, most=240)
    require_moment(draft.ends_at, field="ends_at")
    if not now < draft.ends_at <= now + LONGEST_GRANT:
        raise GrantTooLong(_("Choose an end in the future, within 365 days."), field="ends_at")
    if draft.scope and draft.scope not in {scope.public_id for scope in scopes_of(owner.pk)}:
        raise UnknownScope(_("This is no machine or run of yours."), field="scope")


def _reader(draft: GrantDraft, *, owner: Enterprise) -> Enterprise | None:
    """The enterprise it is for; None where it is for an audience."""
    if bool(draft.to_enterprise) == bool(draft.to_audience):
        raise UnknownReader(_("Name one enterprise by its id, or choose an audience."), field="to_enterprise")
    if draft.to_audience:
        if draft.to_audience not in TO_AUDIENCES or draft.group != Group.IDENTITY:
            raise NotGrantable(_("Only your name can be opened to a whole audience."), field="to_audience")
        return None
    reader = Enterprise.objects.filter(public_id=draft.to_enterprise).exclude(pk=owner.pk).first()
    if reader is None:
        raise UnknownReader(_("No other enterprise has this id."), field="to_enterprise")
    if draft.group in NEVER_TO_RIVALS and reader.kind == Enterprise.Kind.FACTORY:
        raise NotToRivals(_("Factories never see each other's free hours or machine data."), field="group")
    return reader
