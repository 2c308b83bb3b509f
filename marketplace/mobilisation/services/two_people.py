"""One proposes, another approves the same words, each with a second factor at that moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.services import require_second_factor
from marketplace.accounts.viewer import Viewer
from marketplace.common import audit
from marketplace.common.errors import DomainError, NotFound
from marketplace.mobilisation.errors import AlreadyDecided, ContentChanged, SamePerson, WrongState
from marketplace.mobilisation.models import TwoPersonAct

S = TwoPersonAct.Status


def propose(act: TwoPersonAct, *, viewer: Viewer, code: str, content_hash: str, now: datetime) -> str:
    """The row, which is locked, waits for the second person; returns which second factor was used."""
    factor = require_second_factor(viewer=viewer, code=code)
    act.status, act.content_hash = S.WAITING, content_hash
    act.proposed_by_id, act.proposed_at = viewer.require_person(), now
    act.save(update_fields=["status", "content_hash", "proposed_by", "proposed_at"])
    return factor


def decide(
    act: TwoPersonAct, *, viewer: Viewer, code: str, read_hash: str, content_hash: str, now: datetime
) -> str:
    """Approve the locked row once; `read_hash` is of what the person had before their eyes.

    The person counts, not the membership. Raises `AlreadyDecided`, `WrongState`, `SamePerson`, `ContentChanged` and
    as `require_second_factor`; returns which second factor was used.
    """
    if act.decided_at is not None:
        raise AlreadyDecided(_("This was decided already; an approval counts once."))
    if act.status != S.WAITING:
        raise WrongState(_("Nothing waits for an approval here."), status=act.status)
    if act.proposed_by_id == viewer.require_person():
        raise SamePerson(_("You proposed this: a second person must approve it."))
    if not (read_hash == content_hash == act.content_hash):
        raise ContentChanged(_("This was changed after you read it. Read it again, then approve."))
    factor = require_second_factor(viewer=viewer, code=code)
    act.status, act.decided_hash = S.LIVE, content_hash
    act.decided_by_id, act.decided_at = viewer.require_person(), now
    act.save(update_fields=["status", "decided_hash", "decided_by", "decided_at"])
    return factor


@contextmanager
def refusals_logged(*, viewer: Viewer, public_id: str, now: datetime) -> Iterator[None]:
    """An approval that was refused is a use of power too; ids that are not found are nobody's business.

    Not to be used inside a transaction, which would take the log of the refusal with it.
    """
    try:
        yield
    except NotFound:
        raise
    except DomainError as error:
        audit.record(
            action="mobilisation.approval-refused",
            viewer=viewer,
            subject=public_id,
            facts={"code": error.code},
            now=now,
        )
        raise
