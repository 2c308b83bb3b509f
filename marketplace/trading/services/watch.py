"""Machines that fall out under booked work, seen from what their devices say; and those that come back.

A running run falls out when its machine is off, silent or in alarm; one that starts within `SOON` when the machine is
in alarm. A machine that is off before its work begins is no news, until it says within the run that it still is: what
it said before may only be late. Devices whose state comes from a recording are passed over.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from marketplace.machines.models import DeviceState
from marketplace.machines.selectors import DeviceNow, devices_now
from marketplace.trading.models import Deal, Disturbance, Run
from marketplace.trading.services.after_done import LIVING
from marketplace.trading.services.disturb import end_by_itself, report
from telemetry.intervals import Activity
from telemetry.observations import Kind

SOON = timedelta(hours=24)
DOWN = (Activity.OFF, Activity.SILENT)
IN_ALARM = "FAULT"
SEEN = ("machine-off", "machine-silent", "machine-alarm")  # causes that end when the device says so
CAUSES = {Activity.OFF: "machine-off", Activity.SILENT: "machine-silent"}


def watch_machines(*, now: datetime, real_now: datetime) -> int:
    """Report machines that are down under work, end the disturbances of those that are back; returns how many."""
    runs = _at_stake(now=now)
    states = devices_now(
        {run.equipment.device_id for run in runs if run.equipment.device_id}, now=now, real_now=real_now
    )
    in_alarm = _in_alarm(states)
    changed = 0
    for run in runs:
        device = states.get(run.equipment.device_id or 0)
        cause = None if device is None else _cause(device, run, in_alarm=in_alarm, now=now)
        if cause is not None:
            changed += _report(run, cause=cause, now=now)
    return changed + _end_what_is_over(now=now, real_now=real_now)


def _at_stake(*, now: datetime) -> list[Run]:
    """The run on each machine that is on or comes next within SOON, unless people know already. Two queries."""
    told = Disturbance.objects.filter(
        kind=Disturbance.Kind.MACHINE_DOWN,
        status__in=[*Disturbance.LIVING, Disturbance.Status.DISMISSED],
        run__ends_at__gt=now,
    ).values_list("run__equipment_id", flat=True)
    return list(
        Run.objects.filter(
            status=Run.Status.BOOKED,
            package__deal__status=Deal.Status.AGREED,
            package__deal__order__status__in=LIVING,
            starts_at__lt=now + SOON,
            ends_at__gt=now,
            equipment__device__state__isnull=False,
        )
        .exclude(equipment_id__in=list(told))
        .select_related("equipment")
        .order_by("equipment_id", "starts_at")
        .distinct("equipment_id")
    )


def _cause(device: DeviceNow, run: Run, *, in_alarm: frozenset[int], now: datetime) -> str | None:
    if device.is_recorded:
        return None
    if device.pk in in_alarm:
        return "machine-alarm"
    if run.starts_at > now or (device.activity is Activity.OFF and not _was_heard_in(run, device)):
        return None
    return CAUSES.get(device.activity)


def _was_heard_in(run: Run, device: DeviceNow) -> bool:
    return device.heard_at is not None and device.heard_at > run.starts_at


def _in_alarm(states: Iterable[int]) -> frozenset[int]:
    """Keys of devices of which a condition stands at FAULT. One query."""
    found = set()
    rows = DeviceState.objects.filter(device_id__in=list(states)).values_list("device_id", "items")
    for pk, items in rows:
        if any(item["kind"] == Kind.ALARM and item["value"].upper() == IN_ALARM for item in items.values()):
            found.add(pk)
    return frozenset(found)


def _report(run: Run, *, cause: str, now: datetime) -> bool:
    found = report(run_id=run.pk, kind=Disturbance.Kind.MACHINE_DOWN, cause=cause, now=now)
    return found is not None


def _end_what_is_over(*, now: datetime, real_now: datetime) -> int:
    """Machines that are back before anybody committed a change: nothing has to change."""
    living = list(
        Disturbance.objects.filter(
            cause__in=SEEN,
            kind=Disturbance.Kind.MACHINE_DOWN,
            status__in=Disturbance.LIVING,
        ).select_related("run__equipment", "deal")
    )
    states = devices_now(
        {one.run.equipment.device_id for one in living if one.run and one.run.equipment.device_id},
        now=now,
        real_now=real_now,
    )
    in_alarm = _in_alarm(states)
    over = 0
    for one in living:
        assert one.run is not None
        device = states.get(one.run.equipment.device_id or 0)
        if device is not None and device.activity not in DOWN and device.pk not in in_alarm:
            over += end_by_itself(disturbance_id=one.pk, now=now)
    return over
