"""A later end for a declaration in force: proposed by one person, approved by another, like the declaration itself."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common import audit
from marketplace.common.audit.chain import moment
from marketplace.common.checks import require_moment, require_text
from marketplace.common.errors import InvalidInput
from marketplace.common.ids import new_public_id
from marketplace.common.live import push_after_commit
from marketplace.mobilisation.content import extension_hash
from marketplace.mobilisation.drafts import LONGEST
from marketplace.mobilisation.errors import WrongState
from marketplace.mobilisation.models import Declaration, Extension
from marketplace.mobilisation.selectors.declarations import no_such_declaration
from marketplace.mobilisation.selectors.office import require_acting
from marketplace.mobilisation.services.declarations import locked
from marketplace.mobilisation.services.opening import forget_live
from marketplace.mobilisation.services.second_person import tell_second_person
from marketplace.mobilisation.services.two_people import decide, propose, refusals_logged

S = Extension.Status


@transaction.atomic
def propose_extension(
    *, viewer: Viewer, public_id: str, until_at: datetime, reason: str, code: str, now: datetime
) -> Extension:
    """At most 90 days from now. An extension that waits is replaced. Raises `WrongState` and `InvalidInput`."""
    declaration = locked(viewer, public_id)
    if not declaration.is_live(now):
        raise WrongState(_("This declaration is not in force."))
    require_text(reason, field="reason", least=10, most=500)
    require_moment(until_at, field="until_at")
    if until_at <= declaration.until_at:
        raise InvalidInput(_("This is not later than the present end."), field="until_at")
    if until_at > now + LONGEST:
        raise InvalidInput(_("An extension lasts 90 days from now at most."), field="until_at")
    declaration.extensions.filter(status=S.WAITING).update(status=S.REFUSED, refusal="replaced")
    extension = Extension(
        public_id=new_public_id("ext"), declaration=declaration, until_at=until_at, reason=reason.strip()
    )
    extension.save()
    content_hash = extension_hash(extension)
    factor = propose(extension, viewer=viewer, code=code, content_hash=content_hash, now=now)
    _log("proposed", extension, viewer=viewer, now=now, second_factor=factor)
    tell_second_person(declaration, kind="mobilisation.extension-proposed", key=content_hash, now=now)
    return extension


def approve_extension(
    *, viewer: Viewer, public_id: str, content_hash: str, code: str, now: datetime
) -> Extension:
    """Raises as `approve_declaration`; each refusal is logged. Not to be called inside a transaction."""
    with refusals_logged(viewer=viewer, public_id=public_id, now=now):
        return _approve(viewer=viewer, public_id=public_id, content_hash=content_hash, code=code, now=now)


@transaction.atomic
def _approve(*, viewer: Viewer, public_id: str, content_hash: str, code: str, now: datetime) -> Extension:
    office_id = require_acting(viewer)
    found = Extension.objects.filter(public_id=public_id, declaration__office=office_id)
    declaration_id = found.values_list("declaration_id", flat=True).first()
    if declaration_id is None:
        raise no_such_declaration()
    declaration = (
        Declaration.objects.select_for_update(of=("self",), no_key=True)
        .select_related("office")
        .get(pk=declaration_id)
    )
    extension = found.select_for_update(of=("self",), no_key=True).get()
    extension.declaration = declaration
    if not declaration.is_live(now):
        raise WrongState(_("This declaration is not in force."))
    factor = decide(
        extension,
        viewer=viewer,
        code=code,
        read_hash=content_hash,
        content_hash=extension_hash(extension),
        now=now,
    )
    declaration.until_at = extension.until_at
    declaration.save(update_fields=["until_at"])
    forget_live(declaration)
    _log("approved", extension, viewer=viewer, now=now, second_factor=factor)
    return extension


def _log(what: str, extension: Extension, *, viewer: Viewer, now: datetime, **facts: str) -> None:
    declaration = extension.declaration
    push_after_commit(f"enterprise:{declaration.office.public_id}")
    audit.record(
        action=f"mobilisation.extension-{what}",
        viewer=viewer,
        subject=declaration.public_id,
        facts={
            "extension": extension.public_id,
            "until": moment(extension.until_at),
            "content": extension.content_hash,
            **facts,
        },
        now=now,
    )
