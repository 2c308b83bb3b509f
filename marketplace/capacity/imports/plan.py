"""A file's rows against what stands now: what would change, and everything that is wrong with them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.imports.calendars import plan_exceptions, plan_hours, plan_windows
from marketplace.capacity.imports.jobs import plan_jobs
from marketplace.capacity.imports.machines import plan_machines
from marketplace.capacity.imports.outcomes import Findings
from marketplace.capacity.imports.steps import MachineStep, Steps
from marketplace.capacity.imports.world import World, load_world
from marketplace.common.errors import InvalidInput
from marketplace.common.sheets import Row, Sheet, read_moment

FAR_EAST = timedelta(hours=14)  # no clock is further ahead of UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The sheets of a file by kind; `numbers` are machines it is about besides those its rows name."""

    sheets: Mapping[str, Sheet]
    numbers: frozenset[str] = frozenset()

    @property
    def machines(self) -> frozenset[str]:
        named = {row.values["number"] for sheet in self.sheets.values() for row in sheet.rows}
        return self.numbers | (named - {""})

    def as_json(self) -> dict[str, Any]:
        return {
            "numbers": sorted(self.numbers),
            "sheets": {
                key: {
                    "rows": [[row.number, dict(row.values)] for row in sheet.rows],
                    "ignored": list(sheet.ignored),
                }
                for key, sheet in self.sheets.items()
            },
        }

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> "Content":
        return cls(
            numbers=frozenset(stored["numbers"]),
            sheets={
                key: Sheet(
                    rows=tuple(Row(number=number, values=values) for number, values in sheet["rows"]),
                    ignored=tuple(sheet["ignored"]),
                )
                for key, sheet in stored["sheets"].items()
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a file would do now; to be carried out only where it has no faults."""

    findings: Findings
    steps: Steps
    world: World

    @property
    def is_clean(self) -> bool:
        return not self.findings.faults

    @property
    def version(self) -> str:
        return self.findings.version


def make_plan(*, viewer: Viewer, content: Content, now: datetime, remove: Collection[str] = ()) -> Plan:
    """`remove` are the public ids of vanished own jobs that are to go. A dozen queries, whatever the file's size."""
    world = _world(viewer=viewer, content=content, now=now)
    findings, steps = Findings(), Steps()
    sheets = content.sheets
    if "machines" in sheets:
        plan_machines(sheets["machines"], world=world, findings=findings, steps=steps)
    if "hours" in sheets:
        plan_hours(sheets["hours"], world=world, findings=findings, steps=steps)
    if "exceptions" in sheets:
        plan_exceptions(sheets["exceptions"], world=world, findings=findings, steps=steps)
    if "windows" in sheets:
        plan_windows(sheets["windows"], world=world, findings=findings, steps=steps, now=now)
    if "jobs" in sheets:
        plan_jobs(
            sheets["jobs"],
            numbers=content.machines,
            world=world,
            findings=findings,
            steps=steps,
            now=now,
            remove=remove,
        )
    for step in steps.machines.values():
        _require_ready(step, world=world, findings=findings, steps=steps)
    return Plan(findings=findings, steps=steps, world=world)


def _world(*, viewer: Viewer, content: Content, now: datetime) -> World:
    rows = content.sheets["jobs"].rows if "jobs" in content.sheets else ()
    timed = [*rows, *(content.sheets["windows"].rows if "windows" in content.sheets else ())]
    return load_world(
        viewer=viewer,
        numbers=content.machines,
        jobs={row.values["job"] for row in rows},
        since=min([now, *_starts(timed)]),
    )


def _starts(rows: Iterable[Row]) -> Iterable[datetime]:
    """No row starts before: read without its zone; what cannot be read is a fault later."""
    for row in rows:
        try:
            moment = read_moment(row.values["starts_at"], field="starts_at")
            yield (moment if moment.tzinfo else moment.replace(tzinfo=UTC) - FAR_EAST)
        except (InvalidInput, OverflowError):
            continue


def _require_ready(step: MachineStep, *, world: World, findings: Findings, steps: Steps) -> None:
    """A machine that the file puts on the network has, with the file, a process, a price and hours."""
    if not step.is_listed:
        return
    machine = world.machines.get(step.number)
    has_week = bool(machine and machine.weekly_hours.all())
    has_hours = bool(steps.weeks[step.number]) if step.number in steps.weeks else has_week
    has_windows = bool(machine and machine.windows.exists()) or step.number in {
        one for one, _draft in steps.windows
    }
    is_ready = [
        bool(step.capabilities or (machine and machine.capabilities.all())),
        bool(step.rates or (machine and machine.rates.all())),
        has_hours or has_windows,
    ]
    if not all(is_ready):
        findings.fault(
            "machines", step.row, "listed",
            _("Before it can be offered the machine needs a capability, a price and hours."),
        )  # fmt: skip
