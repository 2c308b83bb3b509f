"""What a machine sells and what is taken of it, now and in the days ahead: the answers its pages give."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.market import sellable_windows, taken_spans
from marketplace.capacity.models import Equipment, Rate, TakenTime
from marketplace.capacity.selectors import machines_with_details, taken_time

WEEK = timedelta(days=7)
AHEAD = timedelta(days=14)


class Now(StrEnum):
    """What holds of a machine at this moment."""

    UNLISTED = "unlisted"
    TAKEN = "taken"
    ON_SALE = "on-sale"
    LATER = "later"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`until` ends what holds now (for LATER: when the next offered time starts); `taken` is why it is taken."""

    now: Now
    until: datetime | None = None
    taken: TakenTime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineRow:
    """A machine in the list; hours within the next seven days."""

    machine: Equipment
    rate: Rate | None
    sold_h: float
    taken_h: float
    standing: Standing


def standing_of(machine: Equipment, *, now: datetime) -> Standing:
    """Looks a fortnight ahead; six queries at most."""
    if not machine.is_listed:
        return Standing(now=Now.UNLISTED)
    taken = taken_time(machine=machine, starts_at=now, ends_at=now + timedelta(microseconds=1)).first()
    if taken is not None:
        return Standing(now=Now.TAKEN, until=taken.period.upper, taken=taken)
    windows = sellable_windows(equipment_ids=[machine.pk], starts_at=now, ends_at=now + AHEAD, now=now)[
        machine.pk
    ]
    return _by_windows([(w.starts_at, w.ends_at) for w in windows], now=now)


def machine_rows(*, viewer: Viewer, now: datetime) -> list[MachineRow]:
    """The viewer's machines by number, each with its next seven days; a constant number of queries."""
    machines = list(machines_with_details(viewer=viewer))
    ids = [machine.pk for machine in machines]
    sold = sellable_windows(equipment_ids=ids, starts_at=now, ends_at=now + WEEK, now=now)
    taken = taken_spans(ids, starts_at=now, ends_at=now + WEEK)
    return [
        MachineRow(
            machine=machine,
            rate=next(iter(machine.rates.all()), None),
            sold_h=_hours([(w.starts_at, w.ends_at) for w in sold[machine.pk]]),
            taken_h=_hours(
                [(max(start, now), min(end, now + WEEK)) for start, end in taken.get(machine.pk, [])]
            ),
            standing=_row_standing(
                machine,
                windows=[(w.starts_at, w.ends_at) for w in sold[machine.pk]],
                taken=taken.get(machine.pk, []),
                now=now,
            ),
        )
        for machine in machines
    ]


def _row_standing(
    machine: Equipment,
    *,
    windows: Sequence[tuple[datetime, datetime]],
    taken: Sequence[tuple[datetime, datetime]],
    now: datetime,
) -> Standing:
    if not machine.is_listed:
        return Standing(now=Now.UNLISTED)
    for start, end in taken:
        if start <= now < end:
            return Standing(now=Now.TAKEN, until=end)
    return _by_windows(windows, now=now)


def _by_windows(windows: Sequence[tuple[datetime, datetime]], *, now: datetime) -> Standing:
    if not windows:
        return Standing(now=Now.NOTHING)
    start, end = windows[0]
    return Standing(now=Now.ON_SALE, until=end) if start <= now else Standing(now=Now.LATER, until=start)


def _hours(spans: Sequence[tuple[datetime, datetime]]) -> float:
    return sum(((end - start) / timedelta(hours=1) for start, end in spans), 0.0)
