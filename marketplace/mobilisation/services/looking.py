"""Widened sight: exact free capacity of fitting machines, for as long as a declaration is in force, each look logged."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.models import Equipment
from marketplace.common import audit
from marketplace.mobilisation.goods import covered_machines, goods_of
from marketplace.mobilisation.models import Declaration, Reading
from marketplace.mobilisation.selectors.declarations import live_declaration
from marketplace.mobilisation.selectors.office import require_acting
from marketplace.mobilisation.selectors.sight import AHEAD, Sight, open_machines
from marketplace.mobilisation.services.opening import tell_opened


@transaction.atomic
def look_at_capacity(*, viewer: Viewer, declaration_public_id: str, now: datetime) -> Sight:
    """The next fortnight, as exact as the owners see it; no prices, no telemetry, no names of other work.

    By somebody who may act for the verified office. Writes a reading for each owner and one entry of the audit log;
    owners that were not told yet are told. Raises `NotLive`, `NotFound`, `Forbidden`.
    """
    require_acting(viewer)
    declaration = live_declaration(viewer, public_id=declaration_public_id, now=now)
    machines = covered_machines(declaration)
    _note(declaration, machines, viewer=viewer, now=now)
    shown = open_machines(machines, goods=goods_of(declaration), now=now)
    return Sight(machines=shown, starts_at=now, ends_at=now + AHEAD)


def _note(declaration: Declaration, machines: Sequence[Equipment], *, viewer: Viewer, now: datetime) -> None:
    by_owner: dict[int, list[Equipment]] = defaultdict(list)
    for machine in machines:
        by_owner[machine.enterprise_id].append(machine)
    tell_opened(declaration, owners=by_owner.keys(), now=now)
    Reading.objects.bulk_create(
        [
            Reading(
                declaration=declaration,
                owner_id=owner,
                person_id=viewer.require_person(),
                read_at=now,
                machines=[machine.public_id for machine in read],
            )
            for owner, read in by_owner.items()
        ]
    )
    audit.record(
        action="mobilisation.capacity-read",
        viewer=viewer,
        subject=declaration.public_id,
        facts={"owners": {read[0].enterprise.public_id: len(read) for read in by_owner.values()}},
        now=now,
    )
