"""What widened sight shows of machines: exact free hours by local day, and what they do for the declared goods."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from marketplace.capacity.market import SellableWindow, sellable_windows
from marketplace.capacity.models import Equipment, Process, Rate
from marketplace.capacity.units import Pair, speed_text, units_for
from marketplace.mobilisation.goods import Goods, covered_processes

AHEAD = timedelta(days=14)
Days = tuple[tuple[date, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMachine:
    """A machine that fits: its owner, what it does, and its free hours by local day, days without any left out.

    `units_per_h` is the fastest rate stated for what is declared; None where the product's standard time counts.
    """

    machine: str
    name: str
    owner: str
    owner_id: str
    city: str
    region: str
    processes: tuple[str, ...]
    units_per_h: float | None
    unit: str
    days: Days

    @property
    def speed(self) -> str:
        return speed_text(self.units_per_h or 0, self.unit)

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


def open_machines(machines: Sequence[Equipment], *, goods: Goods, now: datetime) -> tuple[OpenMachine, ...]:
    """For callers that have shown that a declaration in force covers the machines, and have logged the look."""
    days = free_days(machines, now=now)
    units = units_for(rate for machine in machines for rate in machine.rates.all())
    return tuple(_open(machine, days[machine.pk], goods=goods, units=units) for machine in machines)


def free_days(machines: Sequence[Equipment], *, now: datetime) -> Mapping[int, Days]:
    """Free hours in the next `AHEAD` by machine key and local day of its site, days without any left out."""
    windows = sellable_windows(
        equipment_ids=[machine.pk for machine in machines], starts_at=now, ends_at=now + AHEAD, now=now
    )
    return {
        machine.pk: tuple(_by_day(windows[machine.pk], zone=ZoneInfo(machine.site.time_zone)))
        for machine in machines
    }


def fastest(rates: Iterable[Rate]) -> Rate | None:
    """None where no rate says how many an hour."""
    return max(
        (rate for rate in rates if rate.units_per_h), key=lambda one: one.units_per_h or 0, default=None
    )


def _open(machine: Equipment, days: Days, *, goods: Goods, units: Mapping[Pair, str]) -> OpenMachine:
    processes = sorted({capability.process for capability in covered_processes(machine, goods)})
    rates = [rate for rate in machine.rates.all() if rate.process in processes and goods.meant_by(rate)]
    rate = fastest(rates)
    return OpenMachine(
        machine=machine.public_id,
        name=machine.name,
        owner=machine.enterprise.name,
        owner_id=machine.enterprise.public_id,
        city=machine.site.city,
        region=machine.site.region,
        processes=tuple(processes),
        units_per_h=None if rate is None else rate.units_per_h,
        unit="" if rate is None else units[rate.process, rate.product_code],
        days=days,
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
