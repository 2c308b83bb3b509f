"""Noting who outside the owner's enterprise was shown something a device said: the owner reads it there."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from marketplace.accounts.viewer import Viewer
from marketplace.machines.models import TelemetryLook

_NOTE = """
INSERT INTO machines_telemetrylook (device_id, enterprise_id, purpose, "on", times, last_at)
SELECT id, %(enterprise)s, %(purpose)s, %(on)s, 1, %(at)s FROM machines_device
WHERE id = ANY(%(devices)s) AND enterprise_id <> %(enterprise)s ORDER BY id
ON CONFLICT (device_id, enterprise_id, purpose, "on")
DO UPDATE SET times = machines_telemetrylook.times + 1, last_at = excluded.last_at
"""


@transaction.atomic
def note_look(
    *, viewer: Viewer, device_ids: Collection[int], purpose: TelemetryLook.Purpose, real_now: datetime
) -> None:
    """The viewer was shown something of these devices (database keys). The owner's own looks are not noted."""
    if viewer.enterprise_id is None or not device_ids:
        return
    values: dict[str, Any] = {
        "enterprise": viewer.enterprise_id,
        "purpose": purpose,
        "on": real_now.date(),
        "at": real_now,
        "devices": sorted(device_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, values)
