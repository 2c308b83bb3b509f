"""Many machines that are there, changed at once: a factory's file may be about thousands of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Site
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.drafts import (
    CapabilityDraft,
    ExceptionDraft,
    HoursDraft,
    MachineDraft,
    RateDraft,
    WindowDraft,
)
from marketplace.capacity.live import push_owners
from marketplace.capacity.locking import locked_equipment
from marketplace.capacity.models import Capability, CapacityWindow, Equipment, Rate, WeeklyHours
from marketplace.capacity.selectors import own_machines
from marketplace.capacity.services.abilities import (
    capability_row,
    rate_row,
    require_one_currency,
    require_process,
)
from marketplace.capacity.services.machines import (
    MachineBooked,
    are_counted_on,
    describe,
    number_taken,
    require_complete,
)
from marketplace.capacity.services.many_calendars import (
    drop_exceptions,
    drop_windows,
    write_exceptions,
    write_weeks,
    write_windows,
)
from marketplace.common.errors import InvalidInput, NotFound

BATCH = 500
DESCRIBED = ("site", "name", "own_number", "model", "certificates", "observes_holidays")
ABLE = ("materials", "min_size_mm", "max_size_mm", "tolerance_um", "certificates")
PRICED = (
    "run_min", "run_units", "speed_pct", "setup_min", "min_lot", "good_per_1000", "price_cents_per_h", "currency",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineChange:
    """Of the machine with this public id; what is None or empty stays as it is. `hours` () means no week at all."""

    machine: str
    draft: MachineDraft | None = None
    capabilities: tuple[CapabilityDraft, ...] = ()
    rates: tuple[RateDraft, ...] = ()
    hours: tuple[HoursDraft, ...] | None = None
    exceptions_gone: tuple[date, ...] = ()
    exceptions: tuple[ExceptionDraft, ...] = ()
    windows_gone: tuple[str, ...] = ()  # public ids
    windows: tuple[WindowDraft, ...] = ()
    is_listed: bool | None = None


Pairs = Sequence[tuple[Equipment, MachineChange]]


@transaction.atomic
def change_machines(*, viewer: Viewer, wanted: Sequence[MachineChange], now: datetime) -> None:
    """All of them or none, each named once. Two dozen queries for hundreds.

    Refuses what `update_machine`, `set_capability`, `set_rate`, `set_week`, `remove_exception`, `set_exception`,
    `withdraw_window`, `offer_window`, `publish` and `unpublish` refuse, with their errors.
    """
    pairs = _locked(viewer, wanted)
    _describe(pairs, viewer=viewer, now=now)
    _write_abilities(pairs)
    write_weeks([(machine, one.hours) for machine, one in pairs if one.hours is not None])
    drop_exceptions([(machine, on) for machine, one in pairs for on in one.exceptions_gone])
    write_exceptions([(machine, draft) for machine, one in pairs for draft in one.exceptions])
    drop_windows([(machine, gone) for machine, one in pairs for gone in one.windows_gone])
    write_windows([(machine, draft) for machine, one in pairs for draft in one.windows], now=now)
    _set_listed(pairs)
    if pairs:
        push_owners(*(machine for machine, _one in pairs))


def _locked(viewer: Viewer, wanted: Sequence[MachineChange]) -> Pairs:
    own = own_machines(viewer=viewer).filter(public_id__in=[one.machine for one in wanted])
    keys = dict(own.values_list("public_id", "pk"))
    if len(keys) < len(wanted):
        raise NotFound(_("There is no such machine."))
    viewer.require_planner()
    rows = locked_equipment(keys.values())
    return [(rows[keys[one.machine]], one) for one in wanted]


def _describe(pairs: Pairs, *, viewer: Viewer, now: datetime) -> None:
    sites = {site.public_id: site for site in Site.objects.filter(enterprise_id=viewer.enterprise_id or 0)}
    described = [(machine, one.draft) for machine, one in pairs if one.draft is not None]
    for _machine, draft in described:
        if draft.site not in sites:
            raise InvalidInput(_("There is no such site."), field="site")
    moving = [machine.pk for machine, draft in described if sites[draft.site].pk != machine.site_id]
    if moving and are_counted_on(moving, now=now):
        raise MachineBooked(_("The machine stays where it is until its bookings are over."), field="site")
    for machine, draft in described:
        describe(machine, draft, site=sites[draft.site])
    try:
        with transaction.atomic():
            Equipment.objects.bulk_update(
                [machine for machine, _draft in described], DESCRIBED, batch_size=BATCH
            )
    except IntegrityError as error:
        raise number_taken(error) from error


def _write_abilities(pairs: Pairs) -> None:
    Capability.objects.bulk_create(
        [capability_row(machine, draft) for machine, one in pairs for draft in one.capabilities],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["equipment", "process"],
        update_fields=ABLE,
    )
    priced = [(machine, one.rates) for machine, one in pairs if one.rates]
    _require_prices(priced)
    Rate.objects.bulk_create(
        [rate_row(machine, draft) for machine, drafts in priced for draft in drafts],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["equipment", "process", "product_code"],
        update_fields=PRICED,
    )


def _require_prices(priced: Sequence[tuple[Equipment, tuple[RateDraft, ...]]]) -> None:
    """Each of a process that the machine can do, and all of a machine in one currency, with those that stay."""
    machines = [machine.pk for machine, _drafts in priced]
    processes: dict[int, set[str]] = defaultdict(set)
    for machine, process in Capability.objects.filter(equipment__in=machines).values_list(
        "equipment_id", "process"
    ):
        processes[machine].add(process)
    stand: dict[int, dict[tuple[str, str], str]] = defaultdict(dict)
    rates = Rate.objects.filter(equipment__in=machines)
    for machine, process, code, currency in rates.values_list(
        "equipment_id", "process", "product_code", "currency"
    ):
        stand[machine][process, code] = currency
    for row, drafts in priced:
        for draft in drafts:
            require_process(draft, processes=processes[row.pk])
        told = {(draft.process, draft.product_code): draft.currency for draft in drafts}
        require_one_currency(set({**stand[row.pk], **told}.values()))


def _set_listed(pairs: Pairs) -> None:
    changed = [(machine, one.is_listed) for machine, one in pairs if one.is_listed is not None]
    offered = [machine.pk for machine, is_listed in changed if is_listed]
    able, priced = _with_any(Capability, offered), _with_any(Rate, offered)
    open_ = _with_any(WeeklyHours, offered) | _with_any(CapacityWindow, offered)
    for pk in offered:
        require_complete(capability=pk in able, rate=pk in priced, hours=pk in open_)
    for is_listed in (True, False):
        keys = [machine.pk for machine, wanted in changed if wanted is is_listed]
        Equipment.objects.filter(pk__in=keys).update(is_listed=is_listed)


def _with_any(
    model: type[Capability] | type[Rate] | type[WeeklyHours] | type[CapacityWindow], machines: Iterable[int]
) -> set[int]:
    """Keys of those of the machines that have a row in the table."""
    rows = model._default_manager.filter(equipment__in=machines)
    return set(rows.order_by().values_list("equipment_id", flat=True).distinct())
