"""Visibility events as an EPCIS 2.0 document in JSON (GS1 EPCIS 2.0, CBV 2.0; ISO/IEC 19987:2024).

Boxes, places and kinds of goods are named by links of this server, which the standard allows where there are no GS1
keys. Pieces are counted, so a quantity has no unit of measure.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.db.models import CharField, F, Func, QuerySet, Value

from marketplace.common.links import public_url
from marketplace.delivery.links import box_url
from marketplace.delivery.models import VisibilityEvent

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
VERSION = "2.0"
IN_ERROR = "incorrect_data"


MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
COLUMNS = (
    "public_id", "type", "action", "biz_step", "disposition", "event_offset", "read_point", "biz_location", "parent",
    "epcs", "quantities",
)  # fmt: skip


def document(events: QuerySet[VisibilityEvent], *, now: datetime) -> str:
    """All of the events as JSON, in the order they were recorded. One query.

    Each event is written down before the next is made: megabytes of small objects at once would keep the whole process
    busy with collecting them.
    """
    head = {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": VERSION,
        "creationDate": now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    told = ",".join(json.dumps(body, ensure_ascii=False) for body in event_bodies(events))
    return f'{json.dumps(head)[:-1]}, "epcisBody": {{"eventList": [{told}]}}}}'


def event_bodies(events: QuerySet[VisibilityEvent]) -> Iterable[dict[str, Any]]:
    """A retraction is the event that was wrong, under its own id, with when and why it is declared wrong."""
    names = _Names()
    rows = events.order_by("id").values(
        *COLUMNS,
        "order__public_id",
        "retracts__public_id",
        event_time=_moment("event_at"),
        record_time=_moment("recorded_at"),
        wrong_time=_moment("retracts__event_at"),
    )
    for row in rows:
        body = _body(row, names)
        if row["retracts__public_id"] is not None:
            body["eventID"] = names.event(row["retracts__public_id"])
            body["eventTime"] = row["wrong_time"]
            body["errorDeclaration"] = {"declarationTime": row["event_time"], "reason": IN_ERROR}
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
        "eventTime": row["event_time"],
        "recordTime": row["record_time"],
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


def _moment(column: str) -> Func:
    """As text, to the millisecond: the database writes thousands of them in the time that one is read and written here."""
    return Func(
        Func(Value("UTC"), F(column), function="timezone"),
        Value(MOMENT),
        function="to_char",
        output_field=CharField(),
    )
