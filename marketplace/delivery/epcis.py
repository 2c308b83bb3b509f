"""Visibility events as an EPCIS 2.0 document in JSON (GS1 EPCIS 2.0, CBV 2.0; ISO/IEC 19987:2024).

Boxes, places and kinds of goods are named by links of this server, which the standard allows where there are no GS1
keys. Pieces are counted, so a quantity has no unit of measure.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from marketplace.delivery.links import box_url, public_url
from marketplace.delivery.models import VisibilityEvent

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
VERSION = "2.0"
IN_ERROR = "incorrect_data"


def document(events: Iterable[VisibilityEvent], *, now: datetime) -> dict[str, Any]:
    return {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": VERSION,
        "creationDate": _moment(now),
        "epcisBody": {"eventList": [event_body(event) for event in events]},
    }


def event_body(event: VisibilityEvent) -> dict[str, Any]:
    """A retraction is the event that was wrong, under its own id, with when and why it is declared wrong."""
    told = event if event.retracts is None else event.retracts
    body: dict[str, Any] = {
        "type": told.type,
        "eventID": public_url(f"/id/event/{told.public_id}"),
        "eventTime": _moment(told.event_at),
        "recordTime": _moment(event.recorded_at),
        "eventTimeZoneOffset": told.event_offset,
        "action": told.action,
        "bizStep": told.biz_step,
    }
    if told.disposition:
        body["disposition"] = told.disposition
    body["readPoint"] = {"id": _place(told.read_point)}
    body["bizLocation"] = {"id": _place(told.biz_location)}
    body |= _what(told)
    if event.retracts is not None:
        body["errorDeclaration"] = {"declarationTime": _moment(event.event_at), "reason": IN_ERROR}
    return body


def _what(event: VisibilityEvent) -> dict[str, Any]:
    epcs = [box_url(public_id) for public_id in event.epcs]
    quantities = [
        {"epcClass": public_url(f"/id/order/{event.order.public_id}/item/{item}"), "quantity": quantity}
        for item, quantity in event.quantities
    ]
    if event.type == VisibilityEvent.Type.AGGREGATION:
        return {
            "parentID": public_url(f"/id/shipment/{event.parent}"),
            "childEPCs": epcs,
            "childQuantityList": quantities,
        }
    return {"epcList": epcs, "quantityList": quantities}


def _place(public_id: str) -> str:
    return public_url(f"/id/place/{public_id}")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
