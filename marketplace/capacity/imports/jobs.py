"""The sheet of own jobs and maintenance: sent again every day, upsert by the owner's job number."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils.translation import gettext_lazy as _

from marketplace.capacity.drafts import WindowDraft
from marketplace.capacity.imports.calendars import require_machine, zone_of
from marketplace.capacity.imports.moments import local_cell, read_local
from marketplace.capacity.imports.outcomes import Findings, Outcome, Vanished
from marketplace.capacity.imports.steps import Steps
from marketplace.capacity.imports.words import read_choice, read_word
from marketplace.capacity.imports.world import World, job_texts
from marketplace.capacity.models import Equipment, TakenTime
from marketplace.capacity.services import OwnTime
from marketplace.capacity.services.own_time import OWN_KINDS
from marketplace.capacity.services.taken import LONGEST_TAKE
from marketplace.common.checks import require_text
from marketplace.common.errors import InvalidInput
from marketplace.common.sheets import Row, Sheet

SHEET = "jobs"
COLUMN_OF = {"own_reference": "job"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    row: Row
    number: str
    own: OwnTime
    existing: TakenTime | None


def plan_jobs(
    sheet: Sheet,
    *,
    numbers: Collection[str],
    world: World,
    findings: Findings,
    steps: Steps,
    now: datetime,
    remove: Collection[str],
) -> None:
    """`numbers` are the machines the file is about; of their future jobs that it does not name, those with a
    public id in `remove` go, the others stay and are in the way of what overlaps them."""
    jobs = _read(sheet, world=world, findings=findings, steps=steps)
    named = {one.existing.public_id for one in jobs if one.existing}
    gone: set[str] = set()
    for number in sorted(numbers):
        machine = world.machines.get(number)
        for row in world.taken.get(machine.pk, []) if machine else []:
            if machine and row.kind in OWN_KINDS and row.public_id not in named and row.period.lower > now:
                is_removed = row.public_id in remove
                findings.vanished.append(_vanished(machine, row, is_removed=is_removed))
                gone |= {row.public_id} if is_removed else set()
    steps.jobs_gone.extend(sorted(gone))
    _require_free(jobs, world=world, findings=findings, away=named | gone)


def _read(sheet: Sheet, *, world: World, findings: Findings, steps: Steps) -> list[_Job]:
    seen: dict[tuple[str, str], int] = {}
    jobs: list[_Job] = []
    for row in sheet.rows:
        if not require_machine(row, SHEET, world=world, steps=steps, findings=findings):
            continue
        number, reference = row.values["number"], row.values["job"]
        zone = zone_of(number, world=world, steps=steps)
        findings.read_cells(SHEET, row, _readers(zone))
        with findings.faults_of(SHEET, row, columns=COLUMN_OF):
            require_text(reference, field="job", least=1, most=40)
            if (number, reference) in seen:
                rule = _("Row %(row)s has this job number already.") % {"row": seen[number, reference]}
                raise InvalidInput(rule, field="job")
            seen[number, reference] = row.number
            machine = world.machines.get(number)
            existing = _existing(reference, machine, world=world)
            own = _own_time(row, machine, existing, zone=zone)
            job = _Job(row=row, number=number, own=own, existing=existing)
            jobs.append(job)
            if _note(job, machine, zone=zone, findings=findings):
                steps.jobs.append((number, own))
    return jobs


def _readers(zone: str) -> dict[str, Callable[..., object]]:
    return {
        "job": partial(require_text, least=1, most=40),
        "kind": read_choice,
        "title": partial(require_text, most=120),
        "starts_at": partial(read_local, zone=zone),
        "ends_at": partial(read_local, zone=zone),
    }


def _existing(reference: str, machine: Equipment | None, *, world: World) -> TakenTime | None:
    """By the owner's number, else by ours, under which jobs without a number are exported."""
    return world.own_jobs.get((machine.pk, reference)) if machine else None


def _own_time(row: Row, machine: Equipment | None, existing: TakenTime | None, *, zone: str) -> OwnTime:
    values = row.values
    stands = job_texts(machine, existing) if machine and existing else {}
    kind = values["kind"] if values.get("kind") else stands.get("kind", TakenTime.Kind.OWN_JOB)
    title = values.get("title", stands.get("title", ""))
    require_text(title, field="title", most=120)
    period = WindowDraft(
        starts_at=read_local(values["starts_at"], field="starts_at", zone=zone),
        ends_at=read_local(values["ends_at"], field="ends_at", zone=zone),
    )
    if period.ends_at - period.starts_at > LONGEST_TAKE:
        raise InvalidInput(_("At most a year can be taken at once."), field="ends_at")
    is_ours = existing is not None and not existing.own_reference
    return OwnTime(
        machine=machine.public_id if machine else "",
        own_reference="" if is_ours else values["job"],
        kind=read_word("kind", kind),
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        title=title,
        taken=existing.public_id if existing else "",
    )


def _note(job: _Job, machine: Equipment | None, *, zone: str, findings: Findings) -> bool:
    reference = job.row.values["job"]
    texts = {
        "number": job.number,
        "job": reference,
        "kind": job.own.kind,
        "title": job.own.title,
        "starts_at": local_cell(job.own.starts_at, zone=zone),
        "ends_at": local_cell(job.own.ends_at, zone=zone),
    }
    stands = job_texts(machine, job.existing) if machine and job.existing else None
    outcome = findings.row(SHEET, job.row, key=(job.number, reference), before=stands, after=texts)
    return outcome is not Outcome.UNCHANGED


def _vanished(machine: Equipment, row: TakenTime, *, is_removed: bool) -> Vanished:
    return Vanished(
        taken=row.public_id,
        number=machine.own_number,
        job=row.own_reference,
        title=row.title,
        kind=row.kind,
        starts_at=row.period.lower,
        ends_at=row.period.upper,
        time_zone=machine.site.time_zone,
        is_removed=is_removed,
    )


def _require_free(jobs: Iterable[_Job], *, world: World, findings: Findings, away: Collection[str]) -> None:
    """Each job against what stays on its machine, and against the other jobs of the file."""
    by_machine: dict[str, list[_Job]] = defaultdict(list)
    for job in jobs:
        by_machine[job.number].append(job)
    offered = {one.taken for one in findings.vanished}
    for number, mine in by_machine.items():
        machine = world.machines.get(number)
        stay = (
            [one for one in world.taken.get(machine.pk, []) if one.public_id not in away] if machine else []
        )
        stay.sort(key=lambda one: one.period.lower)
        for job in mine:
            found = _first_over(job, stay)
            if found is not None and machine is not None:
                blocked_by = found.public_id if found.public_id in offered else ""
                findings.fault(
                    SHEET, job.row, "starts_at", _in_the_way(machine, found), blocked_by=blocked_by
                )
        _require_apart(mine, findings)


def _first_over(job: _Job, stay: list[TakenTime]) -> TakenTime | None:
    """`stay` is sorted and disjoint."""
    index = bisect_left(stay, job.own.starts_at, key=lambda one: one.period.upper)
    while index < len(stay) and stay[index].period.upper <= job.own.starts_at:
        index += 1
    found = stay[index] if index < len(stay) else None
    return found if found is not None and found.period.lower < job.own.ends_at else None


def _require_apart(mine: list[_Job], findings: Findings) -> None:
    latest: _Job | None = None
    for job in sorted(mine, key=lambda one: (one.own.starts_at, one.own.ends_at)):
        if latest is not None and job.own.starts_at < latest.own.ends_at:
            rule = _("This overlaps row %(row)s of the file.") % {"row": latest.row.number}
            findings.fault(SHEET, job.row, "starts_at", rule)
        if latest is None or job.own.ends_at > latest.own.ends_at:
            latest = job


def _in_the_way(machine: Equipment, row: TakenTime) -> str:
    """What the owner may know of their own machine: kind, title or number, and when by the site's clock."""
    zone = machine.site.time_zone
    name = " ".join(part for part in (row.own_reference, row.title) if part) or row.reference
    return _("In the way: %(kind)s %(name)s, %(starts)s to %(ends)s.") % {
        "kind": row.get_kind_display(),
        "name": name,
        "starts": local_cell(row.period.lower, zone=zone),
        "ends": local_cell(row.period.upper, zone=zone),
    }
