"""Which programs machines loaded, and when: each change of the name, in time. For the apps above."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from marketplace.machines.models import DeviceState
from telemetry.observations import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """From `effective_at` (business time) on the device named this program; it named another before."""

    device_id: int
    observation_id: int
    program: str
    effective_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A device that named the program `code` (in capitals) at `since`, business time."""

    device_id: int
    code: str
    since: datetime


def stays_until(stays: Sequence[Stay]) -> list[datetime | None]:
    """When each device named another program after that, by what is stored; None as long as it has not. One query."""
    if not stays:
        return []
    with connection.cursor() as cursor:
        columns: list[list[Any]] = [
            [s.device_id for s in stays],
            [s.code for s in stays],
            [s.since for s in stays],
        ]
        cursor.execute(_LEFT, [*columns, Kind.PROGRAM])
        found = dict(cursor.fetchall())
    return [found.get(number) for number in range(1, len(stays) + 1)]


def heard_until(device_id: int) -> datetime | None:
    """The business time of the last that was heard of a device; None of one never heard of."""
    return DeviceState.objects.filter(device_id=device_id).values_list("heard_at", flat=True).first()


def programs_loaded(marks: Mapping[int, int], *, since: datetime) -> list[Loaded]:
    """Changes of program told after the observation with the marked key, by device in the
    order in which they were stored, from `since` (business time) on.

    `marks`: the key of the last observation looked at, by device; 0 for none. One query. A device's observations
    get their keys in the order in which they are stored: whoever stores them holds its row.
    """
    if not marks:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, [list(marks), list(marks.values()), Kind.PROGRAM, since])
        return [
            Loaded(device_id=device, observation_id=key, program=value, effective_at=at)
            for device, key, value, at in cursor.fetchall()
        ]


_CHANGES = """
SELECT told.device_id, told.id, told.value, told.effective_at
FROM unnest(%s::bigint[], %s::bigint[]) AS mark (device_id, id)
JOIN machines_devicestate AS state ON state.device_id = mark.device_id
CROSS JOIN LATERAL (
    SELECT key AS item FROM jsonb_each(state.items) WHERE value ->> 'kind' = %s ORDER BY key LIMIT 1
) AS program
JOIN machines_observation AS told
  ON told.device_id = mark.device_id AND told.item = program.item AND told.id > mark.id AND told.effective_at >= %s
LEFT JOIN LATERAL (
    SELECT value FROM machines_observation
    WHERE device_id = told.device_id AND item = told.item
      AND (effective_at, id) < (told.effective_at, told.id)
    ORDER BY effective_at DESC, id DESC LIMIT 1
) AS before ON true
WHERE before.value IS DISTINCT FROM told.value
ORDER BY told.device_id, told.id
"""
_LEFT = """
SELECT stay.number, min(told.effective_at)
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) WITH ORDINALITY AS stay (device_id, code, since, number)
JOIN machines_devicestate AS state ON state.device_id = stay.device_id
CROSS JOIN LATERAL (
    SELECT key AS item FROM jsonb_each(state.items) WHERE value ->> 'kind' = %s ORDER BY key LIMIT 1
) AS program
JOIN machines_observation AS told
  ON told.device_id = stay.device_id AND told.item = program.item AND told.effective_at > stay.since
 AND upper(trim(told.value)) <> stay.code
GROUP BY stay.number
"""
