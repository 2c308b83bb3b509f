"""What happens to a shipment as visibility events: rows to be written with the change itself.

Steps and dispositions are words of the Core Business Vocabulary 2.0. `at` is when it happened, `now` when it is recorded.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from marketplace.accounts.places import nearest_city
from marketplace.delivery.models import Box, Shipment, VisibilityEvent

E = VisibilityEvent


def packed(shipment: Shipment, boxes: Sequence[Box], *, at: datetime, now: datetime) -> VisibilityEvent:
    return _boxes_event(
        shipment, boxes, at=at, now=now, action=E.Action.ADD, step="packing", disposition="in_progress"
    )


def unpacked(shipment: Shipment, boxes: Sequence[Box], *, at: datetime, now: datetime) -> VisibilityEvent:
    return _boxes_event(
        shipment, boxes, at=at, now=now, action=E.Action.DELETE, step="unpacking", disposition=""
    )


def dispatched(shipment: Shipment, boxes: Sequence[Box], *, at: datetime, now: datetime) -> VisibilityEvent:
    return E(
        **_common(shipment, at=at, now=now, place=_from(shipment), offset=_from_offset(shipment, at)),
        type=E.Type.OBJECT,
        action=E.Action.OBSERVE,
        biz_step="departing",
        disposition="in_transit",
        epcs=[box.public_id for box in boxes],
        quantities=[[shipment.item, sum(box.quantity for box in boxes)]],
    )


def arrived(shipment: Shipment, boxes: Sequence[Box], *, at: datetime, now: datetime) -> VisibilityEvent:
    return E(
        **_common(shipment, at=at, now=now, place=_to(shipment), offset=_to_offset(shipment, at)),
        type=E.Type.OBJECT,
        action=E.Action.OBSERVE,
        biz_step="arriving",
        disposition="in_progress",
        epcs=[box.public_id for box in boxes],
        quantities=[[shipment.item, sum(box.quantity for box in boxes)]],
    )


def received(
    shipment: Shipment,
    boxes: Sequence[Box],
    *,
    good: int,
    damaged: int,
    missing: int,
    at: datetime,
    now: datetime,
) -> list[VisibilityEvent]:
    """One event for the good pieces with their boxes, one each for the damaged and the missing."""
    parts = [
        (good, "in_progress", [box.public_id for box in boxes]),
        (damaged, "damaged", []),
        (missing, "unknown", []),
    ]
    return [
        E(
            **_common(shipment, at=at, now=now, place=_to(shipment), offset=_to_offset(shipment, at)),
            type=E.Type.OBJECT,
            action=E.Action.OBSERVE,
            biz_step="receiving",
            disposition=disposition,
            epcs=epcs,
            quantities=[[shipment.item, quantity]],
        )
        for quantity, disposition, epcs in parts
        if quantity
    ]


def retracted(event: VisibilityEvent, *, at: datetime) -> VisibilityEvent:
    """The same event once more, as recorded in error; `at` is when that was said."""
    return E(
        order_id=event.order_id,
        shipment_id=event.shipment_id,
        type=event.type,
        action=event.action,
        biz_step=event.biz_step,
        disposition=event.disposition,
        event_at=at,
        recorded_at=at,
        event_offset=event.event_offset,
        read_point=event.read_point,
        biz_location=event.biz_location,
        parent=event.parent,
        epcs=event.epcs,
        quantities=event.quantities,
        retracts=event,
    )


def _boxes_event(
    shipment: Shipment,
    boxes: Sequence[Box],
    *,
    at: datetime,
    now: datetime,
    action: str,
    step: str,
    disposition: str,
) -> VisibilityEvent:
    return E(
        **_common(shipment, at=at, now=now, place=_from(shipment), offset=_from_offset(shipment, at)),
        type=E.Type.AGGREGATION,
        action=action,
        biz_step=step,
        disposition=disposition,
        parent=shipment.public_id,
        epcs=[box.public_id for box in boxes],
        quantities=[[shipment.item, sum(box.quantity for box in boxes)]],
    )


def _common(shipment: Shipment, *, at: datetime, now: datetime, place: str, offset: str) -> dict[str, object]:
    return {
        "order_id": shipment.order_id,
        "shipment": shipment,
        "event_at": at,
        "recorded_at": now,
        "event_offset": offset,
        "read_point": place,
        "biz_location": place,
    }


def _from(shipment: Shipment) -> str:
    return shipment.from_site.public_id


def _to(shipment: Shipment) -> str:
    if shipment.to_site is not None:
        return shipment.to_site.public_id
    assert shipment.to_drop is not None
    return shipment.to_drop.public_id


def _from_offset(shipment: Shipment, at: datetime) -> str:
    return offset_text(shipment.from_site.time_zone, at)


def _to_offset(shipment: Shipment, at: datetime) -> str:
    if shipment.to_site is not None:
        return offset_text(shipment.to_site.time_zone, at)
    assert shipment.to_drop is not None
    city = nearest_city(lat=shipment.to_drop.lat, lon=shipment.to_drop.lon)
    return offset_text(city.time_zone, at)


def offset_text(zone: str, at: datetime) -> str:
    """`+08:00`: how far the place's clock is ahead of UTC at that moment."""
    text = at.astimezone(ZoneInfo(zone)).strftime("%z")
    return f"{text[:3]}:{text[3:5]}"
