"""Firms of the network in the office's book, so that they can be asked: as long as a declaration opens their names."""

from datetime import datetime

from django.db import transaction

from marketplace.accounts.viewer import Viewer
from marketplace.common import audit
from marketplace.common.live import push_after_commit
from marketplace.mobilisation.goods import covered_machines
from marketplace.mobilisation.models import Firm
from marketplace.mobilisation.selectors.declarations import live_declaration
from marketplace.mobilisation.selectors.office import require_acting


@transaction.atomic
def add_covered_firms(*, viewer: Viewer, declaration_public_id: str, now: datetime) -> int:
    """Every owner of a machine that fits; who is in the book already stays as it is. Returns how many are new.

    Raises `NotLive`.
    """
    office_id = require_acting(viewer)
    declaration = live_declaration(viewer, public_id=declaration_public_id, now=now)
    known = set(Firm.objects.filter(office=office_id).values_list("enterprise_id", flat=True))
    first_machine = {m.enterprise_id: m for m in reversed(covered_machines(declaration))}
    fresh = [
        Firm(
            office_id=office_id,
            enterprise=machine.enterprise,
            registration_number=machine.enterprise.registration_number,
            name=machine.enterprise.name,
            city=machine.site.city,
            region=machine.site.region,
            recorded_by_id=viewer.require_person(),
            recorded_at=now,
        )
        for enterprise_id, machine in sorted(first_machine.items())
        if enterprise_id not in known
    ]
    Firm.objects.bulk_create(fresh, ignore_conflicts=True)
    if fresh:
        push_after_commit(f"enterprise:{viewer.enterprise_public_id}")
        audit.record(
            action="mobilisation.firms-booked",
            viewer=viewer,
            subject=declaration.public_id,
            facts={"firms": sorted(firm.enterprise.public_id for firm in fresh)},
            now=now,
        )
    return len(fresh)
