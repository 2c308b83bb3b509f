"""How much of a machine's rate is counted on, by how it is evidenced and how old the evidence is."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from marketplace.capacity.models import Equipment
from marketplace.machines.models import DeviceState
from telemetry.evidence import Rung, usable_pct


def evidence_pct(*, machines: Iterable[Equipment], real_now: datetime) -> dict[int, int]:
    """Per cent, 0 to 95, by machine key. One query.

    A machine without a device, or whose device never spoke, stands on its owner's declaration (R0), as old as
    its row. 0 is stale: it is not planned on.
    """
    listed = list(machines)
    heard = dict(
        DeviceState.objects.filter(device__in=[m.device_id for m in listed if m.device_id]).values_list(
            "device_id", "received_at"
        )
    )
    return {
        machine.pk: _of(machine, heard_at=heard.get(machine.device_id or 0), real_now=real_now)
        for machine in listed
    }


def _of(machine: Equipment, *, heard_at: datetime | None, real_now: datetime) -> int:
    if machine.device is None or heard_at is None:
        return usable_pct(Rung.DECLARED, age_min=_minutes(real_now - machine.created_at))
    return usable_pct(Rung(machine.device.rung), age_min=_minutes(real_now - heard_at))


def _minutes(age: timedelta) -> int:
    return max(0, age // timedelta(minutes=1))
