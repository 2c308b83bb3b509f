"""What a device did between two moments: intervals, the hours of each state, idle stretches."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import InvalidInput
from marketplace.machines.models import Device, DeviceState
from marketplace.machines.reach import evidence_ends
from marketplace.machines.selectors.devices import own_device, own_devices
from telemetry import idle
from telemetry.idle import Period
from telemetry.intervals import NEVER_CONNECTED, SILENT, ActivityTotals, Interval, clip, total_activities
from telemetry.observations import Execution

LONGEST = timedelta(days=400)  # of a window that is asked for at once
IDLE_AT_LEAST = timedelta(minutes=30)

Stretch = tuple[str, datetime, datetime | None]  # state, start, end or None while it lasts

_INTERVALS = """
SELECT machines_stateinterval.device_id, state, machines_stateinterval.starts_at, machines_stateinterval.ends_at
FROM unnest(%(devices)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
    AS asked (device_id, starts_at, ends_at)
JOIN machines_stateinterval ON machines_stateinterval.device_id = asked.device_id
    AND machines_stateinterval.starts_at < asked.ends_at
    AND (machines_stateinterval.ends_at IS NULL OR machines_stateinterval.ends_at > asked.starts_at)
ORDER BY machines_stateinterval.starts_at
"""
_HOURS_BY_DAY = """
WITH heard AS (
    SELECT * FROM unnest(%(devices)s::bigint[], %(ends)s::timestamptz[]) AS heard (device_id, evidence_ends)
), stretch AS (
    SELECT device_id, state, starts_at, coalesce(ends_at, evidence_ends) AS ends_at
    FROM machines_stateinterval JOIN heard USING (device_id)
    WHERE starts_at < %(ends_at)s AND (ends_at IS NULL OR ends_at > %(starts_at)s)
    UNION ALL
    SELECT device_id, 'SILENT', evidence_ends, %(ends_at)s FROM heard
), clipped AS (
    SELECT device_id, state, greatest(starts_at, %(starts_at)s) AS starts_at, least(ends_at, %(ends_at)s) AS ends_at
    FROM stretch
)
SELECT device_id, day::date, state,
    sum(least(ends_at, (day + interval '1 day') AT TIME ZONE 'UTC') - greatest(starts_at, day AT TIME ZONE 'UTC'))
FROM clipped, generate_series(
    date_trunc('day', starts_at AT TIME ZONE 'UTC'),
    (ends_at - interval '1 microsecond') AT TIME ZONE 'UTC', interval '1 day'
) AS day
WHERE starts_at < ends_at
GROUP BY device_id, day, state ORDER BY device_id, day, state
"""
_ACTIVE_STARTS_BY_DAY = """
SELECT observation.device_id, (observation.effective_at AT TIME ZONE 'UTC')::date AS day, count(*)
FROM machines_observation AS observation
JOIN machines_devicestate AS state ON state.device_id = observation.device_id AND item = execution_item
WHERE observation.device_id = ANY(%(devices)s) AND value = %(active)s
    AND observation.effective_at >= %(starts_at)s AND observation.effective_at < %(ends_at)s
GROUP BY observation.device_id, day
"""


class WindowInvalid(InvalidInput):
    """A window is empty, runs backwards, has no time zone or is longer than LONGEST."""

    code = "machines:window-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHours:
    """One device on one UTC day: `times` are pairs (state, time in it), states in alphabetical order.

    Time before the device was first heard of is in none. `active_starts` counts the ACTIVE values observed.
    """

    device: str
    name: str
    source_name: str
    day: date
    times: tuple[tuple[str, timedelta], ...]
    active_starts: int

    @property
    def hours(self) -> tuple[tuple[str, float], ...]:
        """Rounded to 4 microseconds, as the command line of recordings prints them."""
        return tuple((state, round(spent / timedelta(hours=1), 9)) for state, spent in self.times)


def intervals(
    *, viewer: Viewer, device: str, starts_at: datetime, ends_at: datetime, now: datetime, real_now: datetime
) -> tuple[Interval, ...]:
    """The window up to business `now` without gap: sorted, disjoint, its durations sum to the window's."""
    row = own_device(viewer=viewer, device=device)
    covered = intervals_of([row], starts_at=starts_at, ends_at=ends_at, now=now, real_now=real_now)
    return covered[row.pk]


def intervals_of(
    devices: Collection[Device], *, starts_at: datetime, ends_at: datetime, now: datetime, real_now: datetime
) -> dict[int, tuple[Interval, ...]]:
    """As `intervals`, for devices whose reader is known to be allowed; by database key; one query.

    The devices come with their `state` selected.
    """
    _require_window(starts_at=starts_at, ends_at=ends_at)
    window = Period(starts_at=starts_at, ends_at=ends_at)
    return intervals_within(dict.fromkeys(devices, window), now=now, real_now=real_now)


def intervals_within(
    windows: Mapping[Device, Period], *, now: datetime, real_now: datetime
) -> dict[int, tuple[Interval, ...]]:
    """As `intervals_of`, each device with a window of its own."""
    rows: dict[int, list[Stretch]] = defaultdict(list)
    values: dict[str, Any] = {
        "devices": [device.pk for device in windows],
        "starts": [window.starts_at for window in windows.values()],
        "ends": [window.ends_at for window in windows.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(_INTERVALS, values)
        for pk, state, starts_at, ends_at in cursor.fetchall():
            rows[pk].append((state, starts_at, ends_at))
    return {
        device.pk: _covered(
            rows[device.pk],
            starts_at=window.starts_at,
            ends_at=min(window.ends_at, now),
            evidence_until=evidence_until(device, now=now, real_now=real_now),
        )
        for device, window in windows.items()
    }


def hours_by_state(
    *,
    viewer: Viewer,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    real_now: datetime,
    devices: Collection[str] | None = None,
) -> tuple[DayHours, ...]:
    """The hours of each state by device and UTC day, summed in the database; devices by name, days in order.

    `devices` are public ids, None for all of the viewer's; foreign ones are passed over. Three queries.
    """
    rows = own_devices(viewer=viewer)
    if devices is not None:
        rows = rows.filter(public_id__in=devices)
    return hours_of(list(rows), starts_at=starts_at, ends_at=ends_at, now=now, real_now=real_now)


def hours_of(
    devices: Sequence[Device], *, starts_at: datetime, ends_at: datetime, now: datetime, real_now: datetime
) -> tuple[DayHours, ...]:
    """As `hours_by_state`, for devices whose reader is known to be allowed; with their `state` selected."""
    _require_window(starts_at=starts_at, ends_at=ends_at)
    evidence = {device.pk: evidence_until(device, now=now, real_now=real_now) for device in devices}
    heard = {pk: until for pk, until in evidence.items() if until is not None}
    values: dict[str, Any] = {
        "devices": list(heard),
        "ends": list(heard.values()),
        "starts_at": starts_at,
        "ends_at": min(ends_at, now),
        "active": Execution.ACTIVE.value,
    }
    times: dict[tuple[int, date], list[tuple[str, timedelta]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_HOURS_BY_DAY, values)
        for pk, day, state, spent in cursor.fetchall():
            times[pk, day].append((state, spent))
        cursor.execute(_ACTIVE_STARTS_BY_DAY, values)
        starts = {(pk, day): number for pk, day, number in cursor.fetchall()}
    by_pk = {device.pk: device for device in devices}
    order = {pk: position for position, pk in enumerate(by_pk)}
    return tuple(
        DayHours(
            device=by_pk[pk].public_id,
            name=by_pk[pk].name,
            source_name=by_pk[pk].source_name,
            day=day,
            times=tuple(spent),
            active_starts=starts.get((pk, day), 0),
        )
        for (pk, day), spent in sorted(times.items(), key=lambda entry: (order[entry[0][0]], entry[0][1]))
    )


def utilisation(
    *, viewer: Viewer, device: str, starts_at: datetime, ends_at: datetime, now: datetime, real_now: datetime
) -> ActivityTotals:
    """Cutting, idle, off, silent and never connected: together the window up to `now`."""
    found = intervals(
        viewer=viewer, device=device, starts_at=starts_at, ends_at=ends_at, now=now, real_now=real_now
    )
    return total_activities(found)


def idle_gaps(
    *,
    viewer: Viewer,
    device: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    real_now: datetime,
    at_least: timedelta = IDLE_AT_LEAST,
) -> tuple[Period, ...]:
    """Stretches in which the viewer's machine was powered and did not cut. Off, silent, unknown are no idle time."""
    found = intervals(
        viewer=viewer, device=device, starts_at=starts_at, ends_at=ends_at, now=now, real_now=real_now
    )
    return idle.idle_gaps(found, at_least=at_least)


def evidence_until(device: Device, *, now: datetime, real_now: datetime) -> datetime | None:
    """The business time up to which the device's last state counts; None of one never heard of."""
    row = state_of(device)
    if row is None:
        return None
    return evidence_ends(row, limit_s=device.silence_limit_s, now=now, real_now=real_now)


def state_of(device: Device) -> DeviceState | None:
    """The device's row of state, None of one never heard of."""
    try:
        return device.state
    except DeviceState.DoesNotExist:
        return None


def _covered(
    rows: Iterable[Stretch], *, starts_at: datetime, ends_at: datetime, evidence_until: datetime | None
) -> tuple[Interval, ...]:
    """Rows in order, the open one to where evidence ends; SILENT after it, NEVER_CONNECTED before the first."""
    if starts_at >= ends_at:
        return ()
    if evidence_until is None:
        return (Interval(state=NEVER_CONNECTED, starts_at=starts_at, ends_at=ends_at),)
    known = [
        Interval(state=state, starts_at=first, ends_at=last or evidence_until)
        for state, first, last in rows
        if first < (last or evidence_until)
    ]
    last_at = known[-1].ends_at if known else min(ends_at, max(starts_at, evidence_until))
    if last_at < ends_at and evidence_until < ends_at:
        known.append(Interval(state=SILENT, starts_at=last_at, ends_at=ends_at))
    first_at = known[0].starts_at if known else ends_at
    if starts_at < first_at:
        known.insert(0, Interval(state=NEVER_CONNECTED, starts_at=starts_at, ends_at=min(first_at, ends_at)))
    return tuple(clip(known, starts_at=starts_at, ends_at=ends_at))


def _require_window(*, starts_at: datetime, ends_at: datetime) -> None:
    if starts_at.tzinfo is None or ends_at.tzinfo is None or not starts_at < ends_at <= starts_at + LONGEST:
        raise WindowInvalid(
            _("The window must end after it starts and be at most 400 days long."), field="to"
        )
