"""Breaking the glass: the platform's staff looks at one enterprise, for a reason and a few hours, and the owner knows."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise, Person
from marketplace.accounts.selectors import no_such_enterprise
from marketplace.accounts.services import tell
from marketplace.accounts.viewer import Viewer
from marketplace.common import audit
from marketplace.common.checks import require_text
from marketplace.common.errors import NotFound
from marketplace.disclosure.errors import GlassTooLong, NotStaff
from marketplace.disclosure.models import LONGEST_GLASS, BreakGlass

LEAST = timedelta(minutes=1)


@transaction.atomic
def break_glass(
    *, by: Person, enterprise: str, reason: str, lasts: timedelta, now: datetime, real_now: datetime
) -> BreakGlass:
    """A glass that lives already is replaced: its time starts anew, with the new reason. The owner is told each time."""
    _require_staff(by)
    require_text(reason.strip(), field="reason", least=10, most=240)
    if not LEAST <= lasts <= LONGEST_GLASS:
        raise GlassTooLong(_("Choose a time of up to four hours."), field="lasts")
    owner = Enterprise.objects.select_for_update(no_key=True).filter(public_id=enterprise).first()
    if owner is None:
        raise no_such_enterprise()
    _living(by, owner=owner, real_now=real_now).update(ended_at=real_now)
    glass = BreakGlass.objects.create(
        person=by, enterprise=owner, reason=reason.strip(), starts_at=real_now, ends_at=real_now + lasts
    )
    tell(
        [owner.pk],
        key=f"glass:{glass.public_id}",
        kind="disclosure.glass-broken",
        facts={"reason": glass.reason, "hours": f"{lasts / timedelta(hours=1):g}"},
        url="/settings/disclosure/",
        now=now,
    )
    audit.record(
        action="disclosure.glass-broken",
        viewer=Viewer(person_id=by.pk),
        subject=owner.public_id,
        facts={"glass": glass.public_id, "reason": glass.reason, "until": glass.ends_at.isoformat()},
        now=now,
    )
    return glass


@transaction.atomic
def mend_glass(*, by: Person, enterprise: str, now: datetime, real_now: datetime) -> None:
    """End one's own look before its time."""
    _require_staff(by)
    owner = Enterprise.objects.select_for_update(no_key=True).filter(public_id=enterprise).first()
    if owner is None or not _living(by, owner=owner, real_now=real_now).update(ended_at=real_now):
        raise NotFound(_("No glass is broken here."))
    audit.record(
        action="disclosure.glass-mended", viewer=Viewer(person_id=by.pk), subject=owner.public_id, now=now
    )


def _living(by: Person, *, owner: Enterprise, real_now: datetime) -> QuerySet[BreakGlass]:
    return BreakGlass.objects.filter(person=by, enterprise=owner, ended_at=None, ends_at__gt=real_now)


def _require_staff(by: Person) -> None:
    if not (by.is_active and by.is_staff):
        raise NotStaff(_("Only staff of the platform may do this."))
