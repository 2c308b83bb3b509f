"""Declaring an emergency: one person writes and proposes, a second of the same office approves what they read."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.services import keep_asked
from marketplace.common import audit, clock
from marketplace.common.checks import require_text
from marketplace.common.errors import InvalidInput
from marketplace.common.live import push_after_commit
from marketplace.mobilisation.content import declaration_hash
from marketplace.mobilisation.drafts import DeclarationDraft
from marketplace.mobilisation.errors import WrongState
from marketplace.mobilisation.goods import templates
from marketplace.mobilisation.models import Declaration
from marketplace.mobilisation.selectors.declarations import no_such_declaration
from marketplace.mobilisation.selectors.office import require_acting
from marketplace.mobilisation.services.opening import (
    close_declaration,
    forget_live,
    log_opened,
    open_declaration,
)
from marketplace.mobilisation.services.second_person import tell_second_person
from marketplace.mobilisation.services.two_people import decide, propose, refusals_logged

S = Declaration.Status
MAY_CHANGE = (S.DRAFT, S.WAITING)


@transaction.atomic
def create_declaration(*, viewer: Viewer, draft: DeclarationDraft, now: datetime) -> Declaration:
    """A draft of the viewer's verified office. Raises `InvalidInput` naming the field."""
    office_id = require_acting(viewer)
    declaration = Declaration(office_id=office_id, created_by_id=viewer.require_person(), created_at=now)
    _write(declaration, draft, now=now)
    _log("drafted", declaration, viewer=viewer, now=now)
    return declaration


@transaction.atomic
def change_declaration(
    *, viewer: Viewer, public_id: str, draft: DeclarationDraft, now: datetime
) -> Declaration:
    """As long as nobody approved it. What was proposed is a draft again: the other person reads it anew."""
    declaration = locked(viewer, public_id)
    _require_state(declaration, *MAY_CHANGE, now=now)
    declaration.status, declaration.proposed_by, declaration.proposed_at = S.DRAFT, None, None
    _write(declaration, draft, now=now)
    _log("changed", declaration, viewer=viewer, now=now)
    return declaration


@transaction.atomic
def propose_declaration(*, viewer: Viewer, public_id: str, code: str, now: datetime) -> Declaration:
    """The first person puts their name to it. Raises `WrongState` and as `require_second_factor`."""
    declaration = locked(viewer, public_id)
    _require_state(declaration, S.DRAFT, now=now)
    if declaration.ends_at <= now:
        raise InvalidInput(_("This end is in the past."), field="ends_at")
    content_hash = declaration_hash(declaration)
    factor = propose(declaration, viewer=viewer, code=code, content_hash=content_hash, now=now)
    _log("proposed", declaration, viewer=viewer, now=now, second_factor=factor)
    tell_second_person(declaration, kind="mobilisation.declaration-proposed", key=content_hash, now=now)
    return declaration


def approve_declaration(
    *, viewer: Viewer, public_id: str, content_hash: str, code: str, now: datetime
) -> Declaration:
    """The second person puts theirs to exactly what they read: it is in force from its start on.

    Raises `AlreadyDecided`, `SamePerson`, `ContentChanged`, `WrongState` and as `require_second_factor`; each refusal
    is logged. Not to be called inside a transaction, which would take the log of the refusal with it.
    """
    with refusals_logged(viewer=viewer, public_id=public_id, now=now):
        return _approve(viewer=viewer, public_id=public_id, content_hash=content_hash, code=code, now=now)


@transaction.atomic
def _approve(*, viewer: Viewer, public_id: str, content_hash: str, code: str, now: datetime) -> Declaration:
    declaration = locked(viewer, public_id)
    if declaration.state_at(now) == S.EXPIRED:
        raise WrongState(_("The time of this declaration is over."))
    factor = decide(
        declaration,
        viewer=viewer,
        code=code,
        read_hash=content_hash,
        content_hash=declaration_hash(declaration),
        now=now,
    )
    forget_live(declaration)
    keep_asked(occasion=declaration.public_id, now=now)
    num_owners = open_declaration(declaration, now=now) if declaration.is_live(now) else None
    _log("approved", declaration, viewer=viewer, now=now, second_factor=factor)
    log_opened(declaration, num_owners=num_owners, now=now)
    return declaration


@transaction.atomic
def refuse_declaration(*, viewer: Viewer, public_id: str, reason: str, now: datetime) -> Declaration:
    """The second person says no, and why; the first may draw one of their own back the same way."""
    declaration = locked(viewer, public_id)
    _require_state(declaration, *MAY_CHANGE, now=now)
    require_text(reason, field="reason", least=3, most=240)
    declaration.status, declaration.refusal = S.REFUSED, reason.strip()
    declaration.save(update_fields=["status", "refusal"])
    _log("refused", declaration, viewer=viewer, now=now, reason=reason.strip())
    return declaration


@transaction.atomic
def end_declaration(*, viewer: Viewer, public_id: str, reason: str, now: datetime) -> Declaration:
    """Before its time, by any one person who may act for the office: giving power back needs no second."""
    declaration = locked(viewer, public_id)
    if declaration.state_at(now) not in ("approved", S.LIVE):
        raise WrongState(_("This declaration is not in force."))
    require_text(reason, field="reason", least=3, most=240)
    declaration.until_at, declaration.status = now, S.ENDED
    declaration.ended_by_id, declaration.end_reason = viewer.require_person(), reason.strip()
    declaration.save(update_fields=["until_at", "status", "ended_by", "end_reason"])
    forget_live(declaration)
    close_declaration(declaration, now=now)
    _log("ended", declaration, viewer=viewer, now=now, reason=reason.strip())
    return declaration


def locked(viewer: Viewer, public_id: str) -> Declaration:
    """The declaration of the viewer's verified office, its row locked. Raises `NotFound`."""
    office_id = require_acting(viewer)
    declaration = (
        Declaration.objects.select_for_update(of=("self",), no_key=True)
        .select_related("office")
        .filter(public_id=public_id, office_id=office_id)
        .first()
    )
    if declaration is None:
        raise no_such_declaration()
    return declaration


def _write(declaration: Declaration, draft: DeclarationDraft, *, now: datetime) -> None:
    draft.require_timely(now, clock_speed=clock.speed())
    known = set(templates().filter(code__in=draft.products).values_list("code", flat=True))
    if unknown := set(draft.products) - known:
        raise InvalidInput(_("There is no such product."), field="products", value=min(unknown))
    declaration.title = draft.title.strip()
    declaration.authority = draft.authority.strip()
    declaration.legal_basis = draft.legal_basis.strip()
    declaration.reason = draft.reason.strip()
    declaration.hazard = draft.hazard
    declaration.products = sorted(draft.products)
    declaration.processes = sorted(draft.processes)
    declaration.regions = sorted(draft.regions)
    declaration.is_drill = draft.is_drill
    declaration.starts_at = draft.starts_at
    declaration.ends_at = declaration.until_at = draft.ends_at
    declaration.save()
    declaration.content_hash = declaration_hash(declaration)
    declaration.save(update_fields=["content_hash"])


def _require_state(declaration: Declaration, *states: str, now: datetime) -> None:
    if declaration.state_at(now) not in states:
        raise WrongState(_("This can no longer be done with the declaration."), status=declaration.status)


def _log(what: str, declaration: Declaration, *, viewer: Viewer, now: datetime, **facts: str) -> None:
    push_after_commit(f"enterprise:{declaration.office.public_id}")
    audit.record(
        action=f"mobilisation.declaration-{what}",
        viewer=viewer,
        subject=declaration.public_id,
        facts={"content": declaration.content_hash, **facts},
        now=now,
    )
