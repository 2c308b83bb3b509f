"""The sheets that say when machines are offered: the week, the exceptional days, the windows beside the week."""

from collections import defaultdict
from datetime import date, datetime
from functools import partial
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from marketplace.capacity.drafts import ExceptionDraft, HoursDraft, WindowDraft, require_disjoint_week
from marketplace.capacity.imports.moments import local_cell, read_local
from marketplace.capacity.imports.outcomes import Findings, Outcome
from marketplace.capacity.imports.steps import Steps
from marketplace.capacity.imports.words import CLOSED, OPEN, USUAL, read_choice, read_word
from marketplace.capacity.imports.world import (
    World,
    exception_texts,
    exceptions_of,
    hours_texts,
    window_texts,
)
from marketplace.capacity.models import CapacityWindow, Equipment
from marketplace.capacity.services.calendar import MOST_EXCEPTIONS, week_of
from marketplace.capacity.services.windows import LONGEST_WINDOW
from marketplace.common.errors import InvalidInput
from marketplace.common.sheets import Row, Sheet, read_day, read_wall_time, read_whole

FULL_PCT = "100"
HOURS_READERS = {
    "weekday": read_choice,
    "from": read_wall_time,
    "to": read_wall_time,
    "price_pct": read_whole,
}
DAY_READERS = {"on": read_day, "what": read_choice, "from": read_wall_time, "to": read_wall_time}


def plan_hours(sheet: Sheet, *, world: World, findings: Findings, steps: Steps) -> None:
    """The rows of a machine replace its week; one row without weekday and times says: none at all."""
    weeks: dict[str, list[tuple[Row, HoursDraft | None]]] = defaultdict(list)
    num_faults = len(findings.faults)
    for row in sheet.rows:
        if not require_machine(row, "hours", world=world, steps=steps, findings=findings):
            continue
        if _names_hours(row):
            findings.read_cells("hours", row, HOURS_READERS)
        with findings.faults_of("hours", row, columns={"starts": "from", "ends": "to"}):
            weeks[row.values["number"]].append((row, _hours(row)))
    if len(findings.faults) == num_faults:
        for number, hours in weeks.items():
            _plan_week(number, hours, world=world, findings=findings, steps=steps)


def _names_hours(row: Row) -> bool:
    return any(row.values.get(name) for name in ("weekday", "from", "to"))


def _hours(row: Row) -> HoursDraft | None:
    values = row.values
    if not _names_hours(row):
        return None
    return HoursDraft(
        weekday=int(read_word("weekday", values["weekday"])) - 1,
        starts=read_wall_time(values["from"], field="from"),
        ends=read_wall_time(values["to"], field="to"),
        price_pct=read_whole(values.get("price_pct") or FULL_PCT, field="price_pct"),
    )


def _plan_week(
    number: str,
    hours: list[tuple[Row, HoursDraft | None]],
    *,
    world: World,
    findings: Findings,
    steps: Steps,
) -> None:
    given = [(row, one) for row, one in hours if one is not None]
    if len(given) < len(hours) and len(hours) > 1:
        findings.fault("hours", hours[-1][0], "weekday", _("A machine without hours has one row."))
        return
    week = tuple(one for _row, one in given)
    try:
        require_disjoint_week(week)
    except InvalidInput as error:
        parts = error.field.split(".")
        row = given[int(parts[1])][0] if len(parts) > 1 else given[-1][0]
        findings.fault("hours", row, "from", error.text)
        return
    machine = world.machines.get(number)
    before = week_of(machine) if machine else ()
    stands = {(one.weekday, one.starts): hours_texts(number, one) for one in before}
    for row, one in given:
        texts = hours_texts(number, one)
        findings.row(
            "hours",
            row,
            key=(number, texts["weekday"], texts["from"]),
            before=stands.pop((one.weekday, one.starts), None),
            after=texts,
        )
    for texts in stands.values():
        findings.removed("hours", key=(number, texts["weekday"], texts["from"]), before=texts)
    if set(week) != set(before):
        steps.weeks[number] = week


def plan_exceptions(sheet: Sheet, *, world: World, findings: Findings, steps: Steps) -> None:
    """Upsert by machine and date; `usual` takes the exception away; other days stay as they are."""
    seen: dict[tuple[str, date], int] = {}
    days: dict[str, set[date]] = {}
    for row in sheet.rows:
        if not require_machine(row, "exceptions", world=world, steps=steps, findings=findings):
            continue
        number = row.values["number"]
        stands = exceptions_of(world.machines[number]) if number in world.machines else {}
        findings.read_cells("exceptions", row, DAY_READERS)
        with findings.faults_of(
            "exceptions", row, columns={"starts": "from", "ends": "to", "is_closed": "what"}
        ):
            on = read_day(row.values["on"], field="on")
            if (number, on) in seen:
                raise InvalidInput(
                    _("Row %(row)s says this of the machine already.") % {"row": seen[number, on]}, field="on"
                )
            seen[number, on] = row.number
            known = days.setdefault(number, set(stands))
            if _what(row) == USUAL:
                if on in stands:
                    findings.removed("exceptions", key=(number, on.isoformat()), before=stands[on])
                    steps.exceptions_gone.append((number, on))
                    known.discard(on)
                continue
            draft = _exception(row, on)
            known.add(on)
            if len(known) > MOST_EXCEPTIONS:
                raise InvalidInput(
                    _("At most %(most)s exceptional days.") % {"most": MOST_EXCEPTIONS}, field="on"
                )
            outcome = findings.row(
                "exceptions",
                row,
                key=(number, on.isoformat()),
                before=stands.get(on),
                after=exception_texts(number, draft),
            )
            if outcome is not Outcome.UNCHANGED:
                steps.exceptions.append((number, draft))


def _what(row: Row) -> str:
    text = row.values.get("what", "")
    if text:
        return read_word("what", text)
    return OPEN if row.values.get("from") or row.values.get("to") else CLOSED


def _exception(row: Row, on: date) -> ExceptionDraft:
    times = {
        name: read_wall_time(row.values[name], field=name) if row.values.get(name) else None
        for name in ("from", "to")
    }
    return ExceptionDraft(
        on=on,
        is_closed=_what(row) == CLOSED,
        starts=times["from"],
        ends=times["to"],
        reason=row.values.get("reason", ""),
    )


def plan_windows(sheet: Sheet, *, world: World, findings: Findings, steps: Steps, now: datetime) -> None:
    """Upsert by machine and start; windows that the file does not name stay."""
    given: dict[str, list[tuple[datetime, datetime, Row]]] = defaultdict(list)
    replaced: set[str] = set()
    for row in sheet.rows:
        if not require_machine(row, "windows", world=world, steps=steps, findings=findings):
            continue
        number = row.values["number"]
        machine, zone = world.machines.get(number), zone_of(number, world=world, steps=steps)
        local = partial(read_local, zone=zone)
        findings.read_cells("windows", row, {"starts_at": local, "ends_at": local, "price_pct": read_whole})
        with findings.faults_of("windows", row):
            draft = WindowDraft(
                starts_at=read_local(row.values["starts_at"], field="starts_at", zone=zone),
                ends_at=read_local(row.values["ends_at"], field="ends_at", zone=zone),
                price_pct=read_whole(row.values.get("price_pct") or FULL_PCT, field="price_pct"),
            )
            if draft.ends_at - draft.starts_at > LONGEST_WINDOW:
                raise InvalidInput(_("At most a year can be offered at once."), field="ends_at")
            existing = _window_from(draft.starts_at, machine, world=world)
            texts = {
                "number": number,
                "starts_at": local_cell(draft.starts_at, zone=zone),
                "ends_at": local_cell(draft.ends_at, zone=zone),
                "price_pct": str(draft.price_pct),
            }
            stands = window_texts(machine, existing) if machine and existing else None
            if stands != texts and draft.ends_at <= now:
                raise InvalidInput(_("This is over already."), field="ends_at")
            given[number].append((draft.starts_at, draft.ends_at, row))
            replaced |= {existing.public_id} if existing else set()
            outcome = findings.row(
                "windows", row, key=(number, texts["starts_at"]), before=stands, after=texts
            )
            if outcome is not Outcome.UNCHANGED:
                steps.windows_gone.extend([(number, existing.public_id)] if existing else [])
                steps.windows.append((number, draft))
    for number, periods in given.items():
        _require_disjoint(periods, number, world=world, replaced=replaced, findings=findings)


def _window_from(starts_at: datetime, machine: Equipment | None, *, world: World) -> CapacityWindow | None:
    windows = world.windows.get(machine.pk, []) if machine else []
    return next((one for one in windows if one.period.lower == starts_at), None)


def _require_disjoint(
    periods: list[tuple[datetime, datetime, Row]],
    number: str,
    *,
    world: World,
    replaced: set[str],
    findings: Findings,
) -> None:
    machine = world.machines.get(number)
    stay = [
        one for one in (world.windows.get(machine.pk, []) if machine else []) if one.public_id not in replaced
    ]
    around: list[tuple[datetime, datetime, Row | None]] = [
        *periods,
        *((one.period.lower, one.period.upper, None) for one in stay),
    ]
    around.sort(key=lambda one: one[:2])
    for before, after in pairwise(around):
        row = after[2] or before[2]
        if after[0] < before[1] and row is not None:
            findings.fault("windows", row, "starts_at", _("You offer a part of this time already."))


def zone_of(number: str, *, world: World, steps: Steps) -> str:
    """The time zone of a machine's site: of the one it will stand at, where the file moves or makes it."""
    step = steps.machines.get(number)
    if step is not None and step.draft is not None:
        for sites in world.sites.values():
            for site in sites:
                if site.public_id == step.draft.site:
                    return site.time_zone
    return world.machines[number].site.time_zone


def require_machine(row: Row, sheet: str, *, world: World, steps: Steps, findings: Findings) -> bool:
    """Whether the row names a machine that is there or that the file makes; else it is a fault."""
    number = row.values["number"]
    if number in world.machines or number in steps.machines:
        return True
    if number in steps.refused:
        return False  # what is wrong with the machine is told in its own row
    rule = _("You have no machine of this number.") if number else _("This must not be empty.")
    findings.fault(sheet, row, "number", rule)
    return False
