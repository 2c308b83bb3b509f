"""Ending the states of devices that have fallen silent, by the real clock."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Value

from marketplace.common.live import push_after_commit
from marketplace.machines.models import Device, DeviceState
from marketplace.machines.reach import is_silent
from marketplace.machines.services.record import store_standings
from marketplace.machines.standing import Standing
from telemetry.intervals import SILENT

BATCH = 500  # devices locked at once


@transaction.atomic
def end_silent_states(*, now: datetime, real_now: datetime) -> int:
    """How many devices, at most BATCH, have said nothing for their limit and are SILENT from now on.

    `now` is business time. Whoever is being heard at this moment is locked by its message and passed over.
    """
    limit = ExpressionWrapper(
        F("silence_limit_s") * Value(timedelta(seconds=1)), output_field=DurationField()
    )
    overdue = (
        Device.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related("enterprise")
        .filter(state__received_at__lt=real_now - limit)
        .exclude(state__state=SILENT)
        .order_by("pk")[:BATCH]
    )
    devices = {device.pk: device for device in overdue}
    rows = DeviceState.objects.in_bulk(devices)
    silent = [
        device
        for pk, device in devices.items()
        if is_silent(
            rows[pk], limit_s=device.silence_limit_s, real_now=real_now
        )  # heard again before the lock
    ]
    standings = [Standing.of(device, rows[device.pk]) for device in silent]
    for standing in standings:
        standing.fall_silent(now=now)
    store_standings(standings)
    push_after_commit(
        *(f"device:{device.public_id}" for device in silent),
        *{f"enterprise:{device.enterprise.public_id}" for device in silent},
    )
    return len(silent)
