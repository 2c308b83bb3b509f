"""Pieces a device's counter shows for stretches of time: evidence of what was made while a run was on.

For the apps above, which have shown that the viewer may see the run.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from telemetry.observations import Kind

COUNTERS = (
    Kind.GOOD,
    Kind.COUNT,
)  # the first that the device has counts; of several such items the first by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Business time on a device, by its key. What its counter shows at `ends_at` was made in it, at `starts_at` before."""

    device_id: int
    starts_at: datetime
    ends_at: datetime


def pieces_made(stretches: Sequence[Stretch]) -> list[int | None]:
    """For each stretch the growth of the running total in it; None where the device has no usable counter. One query.

    A total that was first told within the stretch counts from there: what was before is not known.
    """
    if not stretches:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _GROWTH,
            [
                [s.device_id for s in stretches],
                [s.starts_at for s in stretches],
                [s.ends_at for s in stretches],
                list(COUNTERS),
            ],
        )
        found = dict(cursor.fetchall())
    return [found.get(number) for number in range(1, len(stretches) + 1)]


def counters_of(device_ids: Collection[int]) -> dict[int, Kind]:
    """Which counter each device has: that of good pieces before that of all. Devices without one are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTERS, [list(COUNTERS), list(device_ids)])
        return {device: Kind(kind) for device, kind in cursor.fetchall()}


_COUNTERS = """
SELECT DISTINCT ON (state.device_id) state.device_id, wanted.kind
FROM machines_devicestate AS state
JOIN machines_device AS device ON device.id = state.device_id AND device.token_hash <> ''
CROSS JOIN LATERAL jsonb_each(state.items) AS item
JOIN unnest(%s::text[]) WITH ORDINALITY AS wanted (kind, preference) ON wanted.kind = item.value ->> 'kind'
WHERE state.device_id = ANY(%s)
ORDER BY state.device_id, wanted.preference
"""

_GROWTH = """
SELECT DISTINCT ON (stretch.number) stretch.number, upto.total - COALESCE(before.total, first.total)
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])
     WITH ORDINALITY AS stretch (device_id, starts_at, ends_at, number)
JOIN machines_devicestate ON machines_devicestate.device_id = stretch.device_id
CROSS JOIN unnest(%s::text[]) WITH ORDINALITY AS wanted (kind, preference)
CROSS JOIN LATERAL (
    SELECT key AS item FROM jsonb_each(machines_devicestate.items)
    WHERE value ->> 'kind' = wanted.kind ORDER BY key LIMIT 1
) AS counter
CROSS JOIN LATERAL (
    SELECT total FROM machines_observation
    WHERE device_id = stretch.device_id AND item = counter.item AND total IS NOT NULL
      AND effective_at > stretch.starts_at AND effective_at <= stretch.ends_at
    ORDER BY effective_at DESC, total DESC LIMIT 1
) AS upto
CROSS JOIN LATERAL (
    SELECT total FROM machines_observation
    WHERE device_id = stretch.device_id AND item = counter.item AND total IS NOT NULL
      AND effective_at > stretch.starts_at AND effective_at <= stretch.ends_at
    ORDER BY effective_at, total LIMIT 1
) AS first
LEFT JOIN LATERAL (
    SELECT total FROM machines_observation
    WHERE device_id = stretch.device_id AND item = counter.item AND total IS NOT NULL
      AND effective_at <= stretch.starts_at
    ORDER BY effective_at DESC, total DESC LIMIT 1
) AS before ON true
ORDER BY stretch.number, wanted.preference
"""
