"""Widened sight: exact free capacity of fitting machines, for as long as a declaration is in force, each look logged."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.market import SellableWindow, sellable_windows
from marketplace.capacity.models import Equipment, Process
from marketplace.common import audit
from marketplace.mobilisation.goods import Goods, covered_machines, covered_processes, goods_of
from marketplace.mobilisation.models import Declaration, Reading
from marketplace.mobilisation.selectors.declarations import live_declaration
from marketplace.mobilisation.selectors.office import require_acting
from marketplace.mobilisation.services.opening import tell_opened

AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMachine:
    """A machine that fits: its owner, what it does, and its free hours by local day, days without any left out.

    `units_per_h` is the fastest stated rate of a fitting process; None where the product's standard time counts.
    """

    machine: str
    name: str
    owner: str
    owner_id: str
    city: str
    region: str
    processes: tuple[str, ...]
    units_per_h: float | None
    days: tuple[tuple[date, float], ...]

    @property
    def process_names(self) -> str:
        return ", ".join(str(Process(process).label) for process in self.processes)

    @property
    def free_h(self) -> float:
        return round(sum(hours for _day, hours in self.days), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one look showed; [starts_at, ends_at) is what the hours are of."""

    machines: tuple[OpenMachine, ...]
    starts_at: datetime
    ends_at: datetime

    @property
    def num_owners(self) -> int:
        return len({machine.owner_id for machine in self.machines})

    @property
    def free_h(self) -> float:
        return round(sum(machine.free_h for machine in self.machines), 1)


@transaction.atomic
def look_at_capacity(*, viewer: Viewer, declaration_public_id: str, now: datetime) -> Sight:
    """The next fortnight, as exact as the owners see it; no prices, no telemetry, no names of other work.

    By somebody who may act for the verified office. Writes a reading for each owner and one entry of the audit log;
    owners that were not told yet are told. Raises `NotLive`, `NotFound`, `Forbidden`.
    """
    require_acting(viewer)
    declaration = live_declaration(viewer, public_id=declaration_public_id, now=now)
    goods = goods_of(declaration)
    machines = covered_machines(declaration)
    windows = sellable_windows(
        equipment_ids=[machine.pk for machine in machines], starts_at=now, ends_at=now + AHEAD, now=now
    )
    _note(declaration, machines, viewer=viewer, now=now)
    return Sight(
        machines=tuple(_open(machine, windows[machine.pk], goods=goods) for machine in machines),
        starts_at=now,
        ends_at=now + AHEAD,
    )


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


def _open(machine: Equipment, windows: Iterable[SellableWindow], *, goods: Goods) -> OpenMachine:
    processes = [capability.process for capability in covered_processes(machine, goods)]
    rates = [
        rate.units_per_h for rate in machine.rates.all() if rate.process in processes and rate.units_per_h
    ]
    return OpenMachine(
        machine=machine.public_id,
        name=machine.name,
        owner=machine.enterprise.name,
        owner_id=machine.enterprise.public_id,
        city=machine.site.city,
        region=machine.site.region,
        processes=tuple(sorted(processes)),
        units_per_h=max(rates, default=None),
        days=tuple(_by_day(windows, zone=ZoneInfo(machine.site.time_zone))),
    )


def _by_day(windows: Iterable[SellableWindow], *, zone: ZoneInfo) -> Iterable[tuple[date, float]]:
    hours: dict[date, float] = defaultdict(float)
    for window in windows:
        start = window.starts_at
        while start < window.ends_at:
            local = start.astimezone(zone)
            midnight = datetime(local.year, local.month, local.day, tzinfo=zone) + timedelta(days=1)
            end = min(window.ends_at, midnight.astimezone(start.tzinfo))
            hours[local.date()] += (end - start) / timedelta(hours=1)
            start = end
    return ((day, round(amount, 1)) for day, amount in sorted(hours.items()))
