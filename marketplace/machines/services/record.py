"""Storing what devices sent: each observation once, states and intervals moved on, all in one transaction.

The devices' rows are locked in the order of their keys, so whoever else writes for the same device waits. What a
caller acknowledges to its source it acknowledges after this has committed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import connection, transaction

from marketplace.machines.bulk import Key, Number, copy_observations, known_keys, put_states
from marketplace.machines.delivery import Delivery
from marketplace.machines.models import Device, DeviceState, Refusal, StateInterval
from marketplace.machines.standing import Row, Standing
from telemetry.observations import Observation

_DROP_OLD_REFUSALS = """
DELETE FROM machines_refusal USING (
    SELECT id, row_number() OVER (PARTITION BY device_id ORDER BY id DESC) AS age
    FROM machines_refusal WHERE device_id = ANY(%s)
) AS ranked
WHERE machines_refusal.id = ranked.id AND ranked.age > %s
"""


class Fate(StrEnum):
    STORED = "stored"  # at least one observation of it was new
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    DISCARDED = "discarded"  # the device is unknown or switched off: nothing of it is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """`fates` in the order of the deliveries, `num_new` observations; the topics whose pages should look again."""

    fates: tuple[Fate, ...]
    num_new: int
    topics: frozenset[str]


@transaction.atomic
def record(deliveries: Sequence[Delivery], *, now: datetime, real_now: datetime) -> Recorded:
    """Deliveries in arrival order. `now` is business time, `real_now` the receipt."""
    devices = _locked({delivery.device for delivery in deliveries})
    known = known_keys(_numbers(deliveries, devices=devices))
    standings = _standings(devices.values())
    rows: list[Row] = []
    fates = []
    for delivery in deliveries:
        device = devices.get(delivery.device)
        if device is None:
            fates.append(Fate.DISCARDED)
        elif delivery.refused:
            fates.append(Fate.REFUSED)
        else:
            new = _take(delivery, standing=standings[device.pk], known=known, now=now, real_now=real_now)
            rows += new
            fates.append(Fate.STORED if new else Fate.DUPLICATE)
    copy_observations(rows)
    store_standings(_heard(deliveries, fates, devices=devices, standings=standings), real_now=real_now)
    _store_refusals(deliveries, devices=devices, real_now=real_now)
    return Recorded(
        fates=tuple(fates),
        num_new=len(rows),
        topics=_topics(devices.values(), standings=standings, fates=fates, deliveries=deliveries),
    )


def store_standings(standings: Sequence[Standing], *, real_now: datetime | None = None) -> None:
    """Put back the devices' rows and intervals. `real_now` is None where nothing was heard: `received_at` stays."""
    changed = [standing for standing in standings if standing.has_changed_state]
    StateInterval.objects.filter(device_id__in=[each.device_pk for each in changed], ends_at=None).delete()
    StateInterval.objects.bulk_create([row for each in changed for row in each.intervals()])
    put_states([standing.row(real_now=real_now) for standing in standings])


def _locked(public_ids: Iterable[str]) -> dict[str, Device]:
    """The devices that may speak, by public id."""
    rows = (
        Device.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(public_id__in=public_ids)
        .exclude(token_hash="")
        .order_by("pk")
    )
    return {device.public_id: device for device in rows}


def _numbers(deliveries: Iterable[Delivery], *, devices: dict[str, Device]) -> set[Number]:
    return {
        (devices[delivery.device].pk, observation.session, observation.sequence or 0)
        for delivery in deliveries
        if delivery.device in devices
        for observation in delivery.observations
    }


def _standings(devices: Iterable[Device]) -> dict[int, Standing]:
    devices = list(devices)
    rows = DeviceState.objects.in_bulk([device.pk for device in devices])
    return {device.pk: Standing.of(device, rows.get(device.pk)) for device in devices}


def _take(
    delivery: Delivery, *, standing: Standing, known: set[Key], now: datetime, real_now: datetime
) -> list[Row]:
    """The new rows; `known` grows by them."""
    new = [each for each in delivery.observations if _key(standing.device_pk, each) not in known]
    known |= {_key(standing.device_pk, each) for each in new}
    standing.choose_execution(new)
    rows = [standing.take(observation, real_now=real_now) for observation in new]
    if new:
        standing.messages += 1
    else:
        standing.duplicates += 1
        standing.repeat(delivery.observations, now=now)
    if delivery.still_at:
        standing.confirm_last(session=delivery.session, at=delivery.still_at, received_at=now)
    return rows


def _heard(
    deliveries: Sequence[Delivery],
    fates: Sequence[Fate],
    *,
    devices: dict[str, Device],
    standings: dict[int, Standing],
) -> list[Standing]:
    """Of the devices that said something readable, news or not."""
    names = {
        delivery.device
        for delivery, fate in zip(deliveries, fates, strict=True)
        if fate is Fate.STORED or (fate is Fate.DUPLICATE and not delivery.is_copy)
    }
    heard = [standings[device.pk] for name, device in devices.items() if name in names]
    return [standing for standing in heard if standing.machine.since]


def _key(device_pk: int, observation: Observation) -> Key:
    return (device_pk, observation.session, observation.sequence or 0, observation.item)


def _store_refusals(
    deliveries: Iterable[Delivery], *, devices: dict[str, Device], real_now: datetime
) -> None:
    by_device: dict[int, list[Refusal]] = defaultdict(list)
    for delivery in deliveries:
        if delivery.refused and (device := devices.get(delivery.device)):
            by_device[device.pk].append(
                Refusal(
                    device=device,
                    channel=delivery.channel,
                    code=delivery.refused.code[:60],
                    message=delivery.refused.reason[:300],
                    excerpt=delivery.refused.excerpt,
                    received_at=real_now,
                )
            )
    if not by_device:
        return
    Refusal.objects.bulk_create([row for rows in by_device.values() for row in rows[-Refusal.KEPT :]])
    with connection.cursor() as cursor:
        cursor.execute(_DROP_OLD_REFUSALS, [list(by_device), Refusal.KEPT])


def _topics(
    devices: Iterable[Device],
    *,
    standings: dict[int, Standing],
    fates: Sequence[Fate],
    deliveries: Sequence[Delivery],
) -> frozenset[str]:
    """Of each device that said something new, and of each enterprise a state of which has changed."""
    news = Counter(
        delivery.device
        for delivery, fate in zip(deliveries, fates, strict=True)
        if fate in (Fate.STORED, Fate.REFUSED)
    )
    topics = {f"device:{device.public_id}" for device in devices if device.public_id in news}
    changed = {device.enterprise.public_id for device in devices if standings[device.pk].has_changed_state}
    return frozenset(topics | {f"enterprise:{public_id}" for public_id in changed})
