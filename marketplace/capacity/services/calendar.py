"""When a machine is offered: its week, and the days that are different."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.drafts import ExceptionDraft, HoursDraft, require_disjoint_week
from marketplace.capacity.live import push_owners
from marketplace.capacity.locking import locked_own_machine
from marketplace.capacity.models import CalendarException, Equipment, WeeklyHours
from marketplace.common.errors import InvalidInput, NotFound

MOST_EXCEPTIONS = 1_000


@transaction.atomic
def set_week(*, viewer: Viewer, machine: str, hours: tuple[HoursDraft, ...]) -> tuple[HoursDraft, ...]:
    """Replace the machine's weekly hours; returns those it had, for undoing. What is booked stays booked."""
    require_disjoint_week(hours)
    row = locked_own_machine(viewer=viewer, machine=machine)
    before = week_of(row)
    row.weekly_hours.all().delete()
    WeeklyHours.objects.bulk_create(week_rows(row, hours))
    push_owners(row)
    return before


@transaction.atomic
def add_weekly_hours(*, viewer: Viewer, machine: str, draft: HoursDraft) -> tuple[HoursDraft, ...]:
    """Offer one more period every week; returns the week as it was, for undoing."""
    row = locked_own_machine(viewer=viewer, machine=machine)
    return set_week(viewer=viewer, machine=machine, hours=(*week_of(row), draft))


@transaction.atomic
def set_exception(*, viewer: Viewer, machine: str, draft: ExceptionDraft) -> CalendarException:
    """What holds on the draft's date, in place of the week (and of what was said of that date before)."""
    row = locked_own_machine(viewer=viewer, machine=machine)
    require_room_for_exceptions(row.exceptions.exclude(on=draft.on).count())
    exception, _is_new = CalendarException.objects.update_or_create(
        equipment=row, on=draft.on, defaults=_exception_values(draft)
    )
    push_owners(row)
    return exception


@transaction.atomic
def remove_exception(*, viewer: Viewer, machine: str, on: str) -> ExceptionDraft:
    """The week holds again on the date `on` (ISO); returns what was said, for undoing."""
    row = locked_own_machine(viewer=viewer, machine=machine)
    found = next((one for one in row.exceptions.all() if one.on.isoformat() == on), None)
    if found is None:
        raise NotFound(_("There is no exception on this day."))
    found.delete()
    push_owners(row)
    return ExceptionDraft(
        on=found.on, is_closed=found.is_closed, starts=found.starts, ends=found.ends, reason=found.reason
    )


def require_room_for_exceptions(num_others: int) -> None:
    """Raise `InvalidInput` where a machine has as many exceptional days as it may have without one more."""
    if num_others >= MOST_EXCEPTIONS:
        raise InvalidInput(_("At most %(most)s exceptional days.") % {"most": MOST_EXCEPTIONS})


def exception_row(machine: Equipment, draft: ExceptionDraft) -> CalendarException:
    """Not saved."""
    return CalendarException(equipment=machine, on=draft.on, **_exception_values(draft))


def week_rows(machine: Equipment, hours: tuple[HoursDraft, ...]) -> list[WeeklyHours]:
    """Not saved."""
    return [
        WeeklyHours(
            equipment=machine,
            weekday=one.weekday,
            starts=one.starts,
            ends=one.ends,
            price_pct=one.price_pct,
        )
        for one in hours
    ]


def week_of(machine: Equipment) -> tuple[HoursDraft, ...]:
    """As it stands."""
    return tuple(
        HoursDraft(weekday=one.weekday, starts=one.starts, ends=one.ends, price_pct=one.price_pct)
        for one in machine.weekly_hours.all()
    )


def _exception_values(draft: ExceptionDraft) -> dict[str, Any]:
    return {
        "is_closed": draft.is_closed,
        "starts": draft.starts,
        "ends": draft.ends,
        "reason": draft.reason.strip(),
    }
