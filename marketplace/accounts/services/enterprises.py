"""What an enterprise says about itself."""

from django.db import transaction

from marketplace.accounts.details import EnterpriseDetails
from marketplace.accounts.models import Enterprise
from marketplace.accounts.viewer import Viewer
from marketplace.common.live import push_after_commit


@transaction.atomic
def update_enterprise(*, viewer: Viewer, details: EnterpriseDetails) -> Enterprise:
    """By an owner. A verified name or registration number that changes is verified no longer."""
    viewer.require_owner()
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=viewer.require_enterprise())
    before = (enterprise.name, enterprise.registration_number)
    enterprise.name = details.name
    enterprise.registration_number = details.registration_number
    enterprise.certificates = list(details.certificates)
    enterprise.identity_is_public = details.identity_is_public
    if before != (enterprise.name, enterprise.registration_number):
        enterprise.verification = Enterprise.Verification.UNVERIFIED
        enterprise.verified_at = None
    enterprise.save()
    push_after_commit(f"enterprise:{enterprise.public_id}")
    return enterprise
