"""Weeks, exceptional days and windows of many machines at once. The caller has locked the machines and pushes."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from marketplace.capacity.drafts import ExceptionDraft, HoursDraft, WindowDraft, require_disjoint_week
from marketplace.capacity.models import CalendarException, CapacityWindow, Equipment, WeeklyHours
from marketplace.capacity.services.calendar import exception_row, require_room_for_exceptions, week_rows
from marketplace.capacity.services.windows import overlap, require_offerable, window_row
from marketplace.common.errors import NotFound

BATCH = 1_000


def write_weeks(weeks: Sequence[tuple[Equipment, tuple[HoursDraft, ...]]]) -> None:
    """In place of those that stand. What is booked stays booked."""
    for _machine, hours in weeks:
        require_disjoint_week(hours)
    WeeklyHours.objects.filter(equipment__in=[machine.pk for machine, _hours in weeks]).delete()
    WeeklyHours.objects.bulk_create(
        [row for machine, hours in weeks for row in week_rows(machine, hours)], batch_size=BATCH
    )


def drop_exceptions(gone: Sequence[tuple[Equipment, date]]) -> None:
    """The week holds again on these dates. Raises `NotFound`."""
    wanted = {(machine.pk, on) for machine, on in gone}
    found = {
        (one.equipment_id, one.on): one.pk
        for one in CalendarException.objects.filter(
            equipment__in={pk for pk, _on in wanted}, on__in={on for _pk, on in wanted}
        )
    }
    if wanted - found.keys():
        raise NotFound(_("There is no exception on this day."))
    CalendarException.objects.filter(pk__in=[found[key] for key in wanted]).delete()


def write_exceptions(wanted: Sequence[tuple[Equipment, ExceptionDraft]]) -> None:
    """In place of what was said of the same dates."""
    days: dict[int, set[date]] = defaultdict(set)
    standing = CalendarException.objects.filter(equipment__in={machine.pk for machine, _draft in wanted})
    for machine_id, on in standing.values_list("equipment_id", "on"):
        days[machine_id].add(on)
    for machine, draft in wanted:
        require_room_for_exceptions(len(days[machine.pk] - {draft.on}))
        days[machine.pk].add(draft.on)
    CalendarException.objects.bulk_create(
        [exception_row(machine, draft) for machine, draft in wanted],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["equipment", "on"],
        update_fields=["is_closed", "starts", "ends", "reason"],
    )


def drop_windows(gone: Sequence[tuple[Equipment, str]]) -> None:
    """What is held or booked in them stays. Raises `NotFound`."""
    wanted = {(machine.pk, public_id) for machine, public_id in gone}
    found = CapacityWindow.objects.filter(public_id__in=[public_id for _pk, public_id in wanted])
    keys = {(one.equipment_id, one.public_id): one.pk for one in found}
    if wanted - keys.keys():
        raise NotFound(_("There is no such window."))
    CapacityWindow.objects.filter(pk__in=[keys[key] for key in wanted]).delete()


def write_windows(wanted: Sequence[tuple[Equipment, WindowDraft]], *, now: datetime) -> None:
    """Raises `WindowOverlaps`."""
    for _machine, draft in wanted:
        require_offerable(draft, now=now)
    try:
        with transaction.atomic():
            CapacityWindow.objects.bulk_create(
                [window_row(machine, draft) for machine, draft in wanted], batch_size=BATCH
            )
    except IntegrityError as error:
        raise overlap(error) from error
