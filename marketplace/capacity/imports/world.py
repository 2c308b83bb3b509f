"""What stands now of the machines a file names, in the words of the file."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction

from django.db.models import Prefetch, Q, QuerySet

from marketplace.accounts.models import Site
from marketplace.accounts.selectors import sites_of
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.drafts import ExceptionDraft, HoursDraft
from marketplace.capacity.imports.moments import local_cell
from marketplace.capacity.imports.outcomes import Texts
from marketplace.capacity.imports.words import CLOSED, OPEN
from marketplace.capacity.market import expired_holds
from marketplace.capacity.models import (
    CalendarException,
    Capability,
    CapacityWindow,
    Equipment,
    Rate,
    TakenTime,
)
from marketplace.capacity.selectors import machines_with_details
from marketplace.capacity.services.own_time import OWN_KINDS
from marketplace.common.clock import real_now

Key = tuple[str, str]  # process and product code
SOLD_KINDS = (TakenTime.Kind.HOLD, TakenTime.Kind.BOOKING)
CENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The machines by own number, the sites by name, what is taken and offered by machine key."""

    machines: Mapping[str, Equipment]
    sites: Mapping[str, list[Site]]
    taken: Mapping[int, list[TakenTime]] = field(default_factory=dict)
    own_jobs: Mapping[tuple[int, str], TakenTime] = field(default_factory=dict)  # by machine and job number
    windows: Mapping[int, list[CapacityWindow]] = field(default_factory=dict)
    num_machines: int = 0


def load_world(
    *, viewer: Viewer, numbers: Collection[str] | None = None, jobs: Collection[str] = (), since: datetime
) -> World:
    """Everything about the machines with these own numbers (None: all); of time what ends after `since`, and the
    own jobs numbered `jobs` whenever they were. Nine queries, whatever the number of machines.
    """
    found = machines_with_details(viewer=viewer)
    num_machines = found.count()
    if numbers is not None:
        found = found.filter(own_number__in=numbers)
    machines = {one.own_number: one for one in found.prefetch_related(Prefetch("windows", _windows(since)))}
    taken: dict[int, list[TakenTime]] = defaultdict(list)
    own_jobs: dict[tuple[int, str], TakenTime] = {}
    ids = [one.pk for one in machines.values()]
    rows = TakenTime.objects.filter(equipment_id__in=ids).filter(
        Q(period__endswith__gt=since) | Q(own_reference__in=jobs) | Q(public_id__in=jobs)
    )
    for row in rows.exclude(expired_holds(at=real_now())).order_by("period"):
        taken[row.equipment_id].append(row)
        if row.kind in OWN_KINDS:
            own_jobs[row.equipment_id, row.own_reference or row.public_id] = row
    sites: dict[str, list[Site]] = defaultdict(list)
    for site in sites_of(viewer=viewer):
        sites[site.name.strip().casefold()].append(site)
    windows = {one.pk: list(one.windows.all()) for one in machines.values()}
    return World(
        machines=machines,
        sites=sites,
        taken=taken,
        own_jobs=own_jobs,
        windows=windows,
        num_machines=num_machines,
    )


def _windows(since: datetime) -> QuerySet[CapacityWindow]:
    return CapacityWindow.objects.filter(period__endswith__gt=since).order_by("period")


def machine_texts(machine: Equipment) -> Texts:
    """The columns that are the machine's own, the same in each of its rows."""
    return {
        "number": machine.own_number,
        "name": machine.name.strip(),
        "site": machine.site.name.strip(),
        "model": machine.model.strip(),
        "certificates": ", ".join(machine.certificates),
        "holidays": "yes" if machine.observes_holidays else "no",
        "listed": "yes" if machine.is_listed else "no",
    }


def capability_texts(one: Capability) -> Texts:
    return {
        "process": one.process,
        "materials": ", ".join(one.materials),
        "min_size_mm": _whole(one.min_size_mm),
        "max_size_mm": _whole(one.max_size_mm),
        "tolerance_um": _whole(one.tolerance_um),
    }


def rate_texts(one: Rate) -> Texts:
    return {
        "product_code": one.product_code,
        "rate": "" if one.run_units is None else rate_text(run_units=one.run_units, run_min=one.run_min),
        "setup_min": str(one.setup_min),
        "min_lot": str(one.min_lot),
        "price": f"{Decimal(one.price_cents_per_h) / CENTS:.2f}",
        "currency": one.currency,
    }


def rate_text(*, run_units: int, run_min: int) -> str:
    """Pieces an hour with three decimals at most."""
    exact = Fraction(run_units * 60, run_min)
    text = f"{Decimal(exact.numerator) / Decimal(exact.denominator):.3f}"
    return text.rstrip("0").rstrip(".")


def rows_of(machine: Equipment) -> dict[Key, Texts]:
    """A row for each process and product of the machine; one without a process where it has none."""
    own = machine_texts(machine)
    found: dict[Key, Texts] = {}
    rates = sorted(machine.rates.all(), key=lambda one: (one.process, one.product_code))
    for capability in sorted(machine.capabilities.all(), key=lambda one: one.process):
        able = {**own, **capability_texts(capability)}
        mine = [rate for rate in rates if rate.process == capability.process]
        for rate in mine:
            found[capability.process, rate.product_code] = {**able, **rate_texts(rate)}
        if not mine:
            found[capability.process, ""] = able
    return found or {("", ""): own}


def hours_texts(number: str, one: HoursDraft) -> Texts:
    return {
        "number": number,
        "weekday": str(one.weekday + 1),
        "from": time_text(one.starts),
        "to": time_text(one.ends),
        "price_pct": str(one.price_pct),
    }


def exceptions_of(machine: Equipment) -> dict[date, Texts]:
    return {one.on: exception_texts(machine.own_number, one) for one in machine.exceptions.all()}


def exception_texts(number: str, one: CalendarException | ExceptionDraft) -> Texts:
    return {
        "number": number,
        "on": one.on.isoformat(),
        "what": CLOSED if one.is_closed else OPEN,
        "from": time_text(one.starts) if one.starts else "",
        "to": time_text(one.ends) if one.ends else "",
        "reason": one.reason.strip(),
    }


def window_texts(machine: Equipment, one: CapacityWindow) -> Texts:
    zone = machine.site.time_zone
    return {
        "number": machine.own_number,
        "starts_at": local_cell(one.period.lower, zone=zone),
        "ends_at": local_cell(one.period.upper, zone=zone),
        "price_pct": str(one.price_pct),
    }


def job_texts(machine: Equipment, one: TakenTime) -> Texts:
    zone = machine.site.time_zone
    return {
        "number": machine.own_number,
        "job": one.own_reference or one.public_id,
        "kind": one.kind,
        "title": one.title.strip(),
        "starts_at": local_cell(one.period.lower, zone=zone),
        "ends_at": local_cell(one.period.upper, zone=zone),
    }


def time_text(at: time) -> str:
    return at.isoformat("minutes")


def _whole(number: int | None) -> str:
    return "" if number is None else str(number)
