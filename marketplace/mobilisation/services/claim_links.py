"""The link by which a firm of the office's book takes its account over."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from marketplace.accounts.services import make_claim_link
from marketplace.accounts.viewer import Viewer
from marketplace.common import audit
from marketplace.common.links import public_url
from marketplace.mobilisation.selectors.firms import firm
from marketplace.mobilisation.selectors.office import require_acting


@transaction.atomic
def claim_link_of(*, viewer: Viewer, firm_public_id: str, now: datetime, real_now: datetime) -> str:
    """The whole link. Raises `NotFound`, `AlreadyClaimed`."""
    require_acting(viewer)
    found = firm(viewer, public_id=firm_public_id)
    link, token = make_claim_link(viewer=viewer, enterprise_id=found.enterprise_id, real_now=real_now)
    audit.record(
        action="mobilisation.claim-link-shown",
        viewer=viewer,
        subject=found.enterprise.public_id,
        facts={"link": link.public_id, "firm": found.public_id},
        now=now,
    )
    return public_url(reverse("accounts:claim", args=[token]))
