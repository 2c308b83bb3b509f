"""Visibility events as an EPCIS 2.0 document in JSON (GS1 EPCIS 2.0, CBV 2.0; ISO/IEC 19987:2024).

Boxes, places and kinds of goods are named by links of this server, which the standard allows where there are no GS1
keys. Pieces are counted, so a quantity has no unit of measure.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet

from marketplace.common.links import public_url
from marketplace.delivery.links import box_url
from marketplace.delivery.models import VisibilityEvent

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
VERSION = "2.0"
IN_ERROR = "incorrect_data"


COLUMNS = (
    "public_id", "type", "action", "biz_step", "disposition", "event_at", "event_offset", "recorded_at", "read_point",
    "biz_location", "parent", "epcs", "quantities",
)  # fmt: skip


def document(events: QuerySet[VisibilityEvent], *, now: datetime) -> dict[str, Any]:
    """All of the events, in the order they were recorded. One query."""
    return {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": VERSION,
        "creationDate": _moment(now),
        "epcisBody": {"eventList": list(event_bodies(events))},
    }


def event_bodies(events: QuerySet[VisibilityEvent]) -> Iterable[dict[str, Any]]:
    """A retraction is the event that was wrong, under its own id, with when and why it is declared wrong."""
    names = _Names()
    rows = events.order_by("id").values(
        *COLUMNS, "order__public_id", "retracts__public_id", "retracts__event_at"
    )
    for row in rows:
        body = _body(row, names)
        if row["retracts__public_id"] is not None:
            body["eventID"] = names.event(row["retracts__public_id"])
            body["eventTime"] = _moment(row["retracts__event_at"])
            body["errorDeclaration"] = {"declarationTime": _moment(row["event_at"]), "reason": IN_ERROR}
        yield body


class _Names:
    """Links that name things, made from one address that is worked out once: a document holds thousands."""

    def __init__(self) -> None:
        self._ids = public_url("/id/")
        self._boxes = box_url("-").removesuffix("-/")

    def event(self, public_id: str) -> str:
        return f"{self._ids}event/{public_id}"

    def shipment(self, public_id: str) -> str:
        return f"{self._ids}shipment/{public_id}"

    def place(self, public_id: str) -> str:
        return f"{self._ids}place/{public_id}"

    def item(self, order: str, item: str) -> str:
        return f"{self._ids}order/{order}/item/{quote(item, safe='')}"

    def box(self, public_id: str) -> str:
        return f"{self._boxes}{public_id}/"


def _body(row: Mapping[str, Any], names: _Names) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": row["type"],
        "eventID": names.event(row["public_id"]),
        "eventTime": _moment(row["event_at"]),
        "recordTime": _moment(row["recorded_at"]),
        "eventTimeZoneOffset": row["event_offset"],
        "action": row["action"],
        "bizStep": row["biz_step"],
    }
    if row["disposition"]:
        body["disposition"] = row["disposition"]
    body["readPoint"] = {"id": names.place(row["read_point"])}
    body["bizLocation"] = {"id": names.place(row["biz_location"])}
    return body | _what(row, names)


def _what(row: Mapping[str, Any], names: _Names) -> dict[str, Any]:
    """Which boxes and how many pieces; a list that the standard wants filled is left out where it is empty."""
    epcs = [names.box(public_id) for public_id in row["epcs"]]
    quantities = [
        {"epcClass": names.item(row["order__public_id"], item), "quantity": quantity}
        for item, quantity in row["quantities"]
    ]
    if row["type"] != VisibilityEvent.Type.AGGREGATION:
        return {"epcList": epcs, "quantityList": quantities}
    children = {"childEPCs": epcs, "childQuantityList": quantities}
    return {
        "parentID": names.shipment(row["parent"]),
        **{name: some for name, some in children.items() if some},
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
