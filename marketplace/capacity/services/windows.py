"""Offering idle time beside the weekly hours, in one step, and taking it back."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.drafts import WindowDraft
from marketplace.capacity.idle import idle_span
from marketplace.capacity.live import push_owners
from marketplace.capacity.locking import locked_own_machine
from marketplace.capacity.models import CapacityWindow, Equipment
from marketplace.common.errors import Conflict, InvalidInput, NotFound

LONGEST_WINDOW = timedelta(days=366)


class WindowOverlaps(Conflict):
    """The machine offers (a part of) this time already."""

    code = "capacity:window-overlaps"


class NothingIdle(Conflict):
    """There is no unoffered, untaken time left soon."""

    code = "capacity:nothing-idle"


@transaction.atomic
def offer_window(
    *,
    viewer: Viewer,
    machine: str,
    draft: WindowDraft,
    now: datetime,
    origin: str = CapacityWindow.Origin.OWNER,
) -> CapacityWindow:
    """Offer the draft's period. Raises `WindowOverlaps`."""
    row = locked_own_machine(viewer=viewer, machine=machine)
    require_offerable(draft, now=now)
    window = window_row(row, draft, origin=origin)
    try:
        with transaction.atomic():
            window.save()
    except IntegrityError as error:
        raise overlap(error) from error
    push_owners(row)
    return window


@transaction.atomic
def offer_idle_time(*, viewer: Viewer, machine: str, now: datetime) -> CapacityWindow:
    """One tap: offer the machine from now to the next time it is offered or taken, a day at most.

    Raises `NothingIdle` where less than a quarter of an hour is left.
    """
    row = locked_own_machine(viewer=viewer, machine=machine)
    span = idle_span(row, now=now)
    if span is None:
        raise NothingIdle(_("The machine is offered or taken already."))
    return offer_window(
        viewer=viewer, machine=machine, draft=WindowDraft(starts_at=span[0], ends_at=span[1]), now=now
    )


@transaction.atomic
def withdraw_window(*, viewer: Viewer, machine: str, window: str) -> WindowDraft:
    """Offer the window with this public id no more; what is held or booked in it stays. For undoing: what it was."""
    row = locked_own_machine(viewer=viewer, machine=machine)
    found = row.windows.filter(public_id=window).first()
    if found is None:
        raise NotFound(_("There is no such window."))
    found.delete()
    push_owners(row)
    return WindowDraft(starts_at=found.period.lower, ends_at=found.period.upper, price_pct=found.price_pct)


def require_offerable(draft: WindowDraft, *, now: datetime) -> None:
    """Raise `InvalidInput` for a period that is over, or longer than a year."""
    if draft.ends_at <= now:
        raise InvalidInput(_("This is over already."), field="ends_at")
    if draft.ends_at - draft.starts_at > LONGEST_WINDOW:
        raise InvalidInput(_("At most a year can be offered at once."), field="ends_at")


def window_row(
    machine: Equipment, draft: WindowDraft, *, origin: str = CapacityWindow.Origin.OWNER
) -> CapacityWindow:
    """Not saved."""
    return CapacityWindow(
        equipment=machine,
        period=DateTimeTZRange(draft.starts_at, draft.ends_at, "[)"),
        price_pct=draft.price_pct,
        origin=origin,
    )


def overlap(error: IntegrityError) -> WindowOverlaps:
    """What the database refused, in words; any other refusal travels on."""
    if "windows_of_a_machine_are_disjoint" not in str(error):
        raise error
    return WindowOverlaps(_("You offer a part of this time already."), field="starts_at")
