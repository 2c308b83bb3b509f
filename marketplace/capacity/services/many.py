"""Many new machines at once: a factory's first file holds up to thousands, each with its abilities, prices and week."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Site
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.drafts import (
    CapabilityDraft,
    HoursDraft,
    MachineDraft,
    RateDraft,
    require_disjoint_week,
)
from marketplace.capacity.models import Capability, Equipment, Rate, WeeklyHours
from marketplace.capacity.services.abilities import (
    capability_row,
    rate_row,
    require_one_currency,
    require_process,
)
from marketplace.capacity.services.calendar import week_rows
from marketplace.capacity.services.machines import (
    NumberTaken,
    describe,
    number_taken,
    require_complete,
    require_room,
)
from marketplace.common.errors import InvalidInput
from marketplace.common.live import push_after_commit

BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMachine:
    """`draft` has an own number. Without `hours` a machine is not published here."""

    draft: MachineDraft
    capabilities: tuple[CapabilityDraft, ...] = ()
    rates: tuple[RateDraft, ...] = ()
    hours: tuple[HoursDraft, ...] = ()
    is_published: bool = False


@transaction.atomic
def create_machines(*, viewer: Viewer, wanted: Sequence[NewMachine]) -> dict[str, str]:
    """All of them or none; the public id of each by its own number. A dozen queries for thousands.

    Refuses what `create_machine`, `set_capability`, `set_rate`, `set_week` and `publish` refuse, with their errors.
    """
    enterprise_id = require_room(viewer, num_new=len(wanted))
    sites = {site.public_id: site for site in Site.objects.filter(enterprise_id=enterprise_id)}
    for one in wanted:
        _require_sound(one, sites=sites)
    machines = [_described(one, enterprise_id=enterprise_id, sites=sites) for one in wanted]
    try:
        with transaction.atomic():
            Equipment.objects.bulk_create(machines, batch_size=BATCH)
    except IntegrityError as error:
        raise number_taken(error) from error
    pairs = list(zip(machines, wanted, strict=True))
    Capability.objects.bulk_create(
        [capability_row(machine, draft) for machine, one in pairs for draft in one.capabilities],
        batch_size=BATCH,
    )
    Rate.objects.bulk_create(
        [rate_row(machine, draft) for machine, one in pairs for draft in one.rates], batch_size=BATCH
    )
    WeeklyHours.objects.bulk_create(
        [row for machine, one in pairs for row in week_rows(machine, one.hours)], batch_size=BATCH
    )
    push_after_commit(f"enterprise:{viewer.enterprise_public_id}")
    return {machine.own_number: machine.public_id for machine in machines}


def _require_sound(one: NewMachine, *, sites: dict[str, Site]) -> None:
    if one.draft.site not in sites:
        raise InvalidInput(_("There is no such site."), field="site")
    if not one.draft.own_number.strip():
        raise NumberTaken(_("Every machine of many needs a number of its own."), field="own_number")
    processes = {capability.process for capability in one.capabilities}
    for rate in one.rates:
        require_process(rate, processes=processes)
    require_one_currency({rate.currency for rate in one.rates})
    require_disjoint_week(one.hours)
    if one.is_published:
        require_complete(capability=bool(one.capabilities), rate=bool(one.rates), hours=bool(one.hours))


def _described(one: NewMachine, *, enterprise_id: int, sites: dict[str, Site]) -> Equipment:
    machine = Equipment(enterprise_id=enterprise_id, is_listed=one.is_published)
    describe(machine, one.draft, site=sites[one.draft.site])
    return machine
