"""Is an enterprise who it says it is? An owner asks, platform staff decide."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.errors import NotReadyToVerify, VerificationState
from marketplace.accounts.models import Enterprise, Person
from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import Forbidden
from marketplace.common.live import push_after_commit

State = Enterprise.Verification


@transaction.atomic
def ask_for_verification(*, viewer: Viewer) -> Enterprise:
    viewer.require_owner()
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=viewer.require_enterprise())
    if enterprise.verification not in {State.UNVERIFIED, State.REJECTED}:
        raise VerificationState(_("The enterprise is verified, or about to be."))
    if not enterprise.registration_number or not enterprise.sites.exists():
        raise NotReadyToVerify(_("Give a registration number and a site first."), field="registration_number")
    return _moved(enterprise, to=State.PENDING)


@transaction.atomic
def decide_verification(*, by: Person, enterprise_id: int, is_genuine: bool, now: datetime) -> Enterprise:
    """By platform staff, of an enterprise that asked."""
    if not by.is_staff:
        raise Forbidden(_("Only platform staff may do this."))
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise_id)
    if enterprise.verification != State.PENDING:
        raise VerificationState(_("The enterprise has not asked to be verified."))
    enterprise.verified_at = now if is_genuine else None
    return _moved(enterprise, to=State.VERIFIED if is_genuine else State.REJECTED)


def _moved(enterprise: Enterprise, *, to: State) -> Enterprise:
    enterprise.verification = to
    enterprise.save(update_fields=["verification", "verified_at"])
    push_after_commit(f"enterprise:{enterprise.public_id}")
    return enterprise
