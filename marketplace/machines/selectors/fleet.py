"""How devices stand now: activity, since when, live values with their times, the strip of the last day."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from marketplace.accounts.viewer import Viewer
from marketplace.machines.models import Device, DeviceState
from marketplace.machines.reach import evidence_ends, is_recorded, is_silent
from marketplace.machines.selectors.devices import own_device, own_devices
from marketplace.machines.selectors.timeline import intervals_within, state_of
from marketplace.machines.standing import latest_values, machine_state
from telemetry.idle import Period
from telemetry.intervals import Activity, Interval
from telemetry.observations import Kind
from telemetry.states import activity_at

STRIP = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveNumber:
    """A data item's last value; `at` is business time, `received_at` real time."""

    item: str
    name: str
    kind: Kind
    value: str
    unit: str
    at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceNow:
    """`state` is the source's own word. `since`, `heard_at` and `evidence_until` are business times, `received_at`
    is real time; all are None of a device never heard of. `is_recorded`: its stamps come from a recording.
    """

    pk: int
    public_id: str
    name: str
    site: str
    rung: int
    activity: Activity
    state: str = ""
    since: datetime | None = None
    heard_at: datetime | None = None
    evidence_until: datetime | None = None
    received_at: datetime | None = None
    is_recorded: bool = False
    is_switched_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRow:
    """A device and its last 24 hours, which end at `strip_ends_at` (business now; a recording's own now)."""

    device: DeviceNow
    strip: tuple[Interval, ...]
    strip_ends_at: datetime


def fleet(*, viewer: Viewer, now: datetime, real_now: datetime) -> tuple[FleetRow, ...]:
    """The viewer's devices by name; `now` is business time. Two queries."""
    devices = list(own_devices(viewer=viewer))
    standing = {device.pk: device_now(device, now=now, real_now=real_now) for device in devices}
    ends = {device: strip_end(standing[device.pk], now=now) for device in devices}
    windows = {device: Period(starts_at=ends_at - STRIP, ends_at=ends_at) for device, ends_at in ends.items()}
    strips = intervals_within(windows, now=now, real_now=real_now)
    return tuple(
        FleetRow(device=standing[device.pk], strip=strips[device.pk], strip_ends_at=ends[device])
        for device in devices
    )


def own_device_now(*, viewer: Viewer, device: str, now: datetime, real_now: datetime) -> DeviceNow:
    """How the viewer's device stands; one query."""
    return device_now(own_device(viewer=viewer, device=device), now=now, real_now=real_now)


def devices_now(pks: Collection[int], *, now: datetime, real_now: datetime) -> dict[int, DeviceNow]:
    """By database key, for callers who have decided who may see it; one query."""
    rows = Device.objects.filter(pk__in=pks).select_related("site", "state")
    return {device.pk: device_now(device, now=now, real_now=real_now) for device in rows}


def device_now(device: Device, *, now: datetime, real_now: datetime) -> DeviceNow:
    """`device` has its `site` and `state` selected. Silence is judged by the real clock."""
    row = state_of(device)
    silent = DeviceNow(
        pk=device.pk,
        public_id=device.public_id,
        name=device.name,
        site=device.site.name,
        rung=device.rung,
        activity=Activity.NEVER_CONNECTED,
        is_switched_off=not device.token_hash,
    )
    if row is None:
        return silent
    return replace(
        silent,
        activity=_activity(device, row, now=now, real_now=real_now),
        state=row.state,
        since=row.since,
        heard_at=row.heard_at,
        evidence_until=evidence_ends(row, limit_s=device.silence_limit_s, now=now, real_now=real_now),
        received_at=row.received_at,
        is_recorded=is_recorded(row.heard_at, now=now),
    )


def live_numbers(*, viewer: Viewer, device: str) -> tuple[LiveNumber, ...]:
    """The last value of each data item of the viewer's device, by name; one query."""
    row = state_of(own_device(viewer=viewer, device=device))
    return numbers_of(row) if row else ()


def numbers_of(row: DeviceState) -> tuple[LiveNumber, ...]:
    return tuple(
        LiveNumber(
            item=item,
            name=latest.name,
            kind=latest.kind,
            value=latest.value,
            unit=latest.unit,
            at=latest.effective_at,
            received_at=latest.received_at,
        )
        for item, latest in sorted(latest_values(row).items(), key=lambda entry: entry[1].name)
    )


def strip_end(device: DeviceNow, *, now: datetime) -> datetime:
    """Where a strip of the device ends: now, or the now of its recording."""
    return device.evidence_until if device.is_recorded and device.evidence_until else now


def _activity(device: Device, row: DeviceState, *, now: datetime, real_now: datetime) -> Activity:
    if is_silent(row, limit_s=device.silence_limit_s, real_now=real_now):
        return Activity.SILENT
    return activity_at(machine_state(device, row), now=now, silence_after=None)
