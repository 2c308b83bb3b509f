"""What devices say in these tests."""

import json
from datetime import datetime, timedelta

from marketplace.machines.delivery import Delivery, mqtt_delivery
from marketplace.machines.models import Device, StateInterval
from marketplace.machines.services import Recorded, record
from tests.builders import NOW


def a_payload(*, session: str = "b7", seq: object = 1, at: datetime | None = NOW, **values: object) -> bytes:
    """One object of the plain JSON contract."""
    stamp = {} if at is None else {"at": at.isoformat()}
    return json.dumps({"session": session, "seq": seq, **stamp, **values}).encode()


def a_message(device: Device, *, now: datetime = NOW, **payload: object) -> Delivery:
    return mqtt_delivery(a_payload(**payload), device=device.public_id, received_at=now)


def said(*deliveries: Delivery, now: datetime = NOW, real_now: datetime | None = None) -> Recorded:
    """The deliveries arrive together."""
    return record(deliveries, now=now, real_now=real_now or now)


def intervals_of(device: Device) -> list[tuple[str, datetime, datetime | None]]:
    rows = StateInterval.objects.filter(device=device).order_by("starts_at")
    return list(rows.values_list("state", "starts_at", "ends_at"))


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)
