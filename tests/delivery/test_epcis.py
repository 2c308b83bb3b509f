"""The visibility events of an order as a document of EPCIS 2.0, held against every rule of its JSON binding."""

import copy

import pytest

from marketplace.delivery import services
from marketplace.delivery.models import ReceiptLine, VisibilityEvent
from marketplace.production.models import WorkOrder
from tests.builders import NOW, an_api_client
from tests.delivery.epcis_rules import breaches
from tests.delivery.flows import Flow, a_flow, receive, send
from tests.delivery.queries import num_queries

pytestmark = pytest.mark.django_db


def document_of(flow: Flow):
    return an_api_client(flow.buyer).get(f"/api/v1/orders/{flow.order.public_id}/events.epcis").json()


def a_flow_with_every_event() -> Flow:
    flow = a_flow()
    services.pack(viewer=flow.press, packing=services.Packing(shipment=flow.between.public_id), now=NOW)
    services.unpack(viewer=flow.press, shipment=flow.between.public_id, now=NOW)
    send(flow, flow.between)
    receive(flow, flow.between, damaged=2, missing=1, reason="wet")
    return flow


def test_every_event_is_told_as_epcis_2_asks():
    document = document_of(a_flow_with_every_event())
    assert breaches(document) == []
    assert document["schemaVersion"] == "2.0"
    assert document["@context"] == ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]
    events = document["epcisBody"]["eventList"]
    assert [event["bizStep"] for event in events] == [
        "packing", "unpacking", "packing", "departing", "arriving", "receiving", "receiving", "receiving",
    ]  # fmt: skip
    assert len({event["eventID"] for event in events}) == len(events)
    assert [event["quantityList"][0]["quantity"] for event in events[-3:]] == [997, 2, 1]


def test_an_order_without_events_is_a_document_without_events():
    document = document_of(a_flow())
    assert breaches(document) == [] and document["epcisBody"]["eventList"] == []


def test_a_receipt_taken_back_is_declared_an_error_under_the_events_own_id():
    flow = a_flow()
    WorkOrder.objects.filter(pk=flow.work("coat").pk).update(good=0)
    send(flow, flow.between)
    client = an_api_client(flow.coat)
    assert client.post(f"/api/v1/shipments/{flow.between.public_id}/receive", {"key": "k"}).status_code == 200
    line = ReceiptLine.objects.get().public_id
    assert client.delete(f"/api/v1/shipments/{flow.between.public_id}/lines/{line}").status_code == 200
    document = document_of(flow)
    assert breaches(document) == []
    *_, told, wrong = document["epcisBody"]["eventList"]
    assert told["eventID"] == wrong["eventID"] and "errorDeclaration" not in told
    assert wrong["errorDeclaration"]["reason"] == "incorrect_data"
    assert wrong["eventTime"] == told["eventTime"]


def test_an_item_with_signs_that_no_link_may_hold_is_told_in_one_that_may():
    flow = a_flow()
    flow.between.__class__.objects.filter(pk=flow.between.pk).update(item="冲压 件/1")
    WorkOrder.objects.filter(order=flow.order).first().run.operation.__class__.objects.filter(
        makes="pressed"
    ).update(makes="冲压 件/1")
    send(flow, flow.between)
    document = document_of(flow)
    assert breaches(document) == []
    (quantity,) = document["epcisBody"]["eventList"][-1]["quantityList"]
    assert quantity["epcClass"].endswith("/item/%E5%86%B2%E5%8E%8B%20%E4%BB%B6%2F1")


def test_a_thousand_events_are_read_in_as_many_queries_as_one():
    flow = a_flow_with_every_event()
    client = an_api_client(flow.buyer)
    url = f"/api/v1/orders/{flow.order.public_id}/events.epcis"
    few = num_queries(lambda: client.get(url))
    event = VisibilityEvent.objects.order_by("pk").first()
    VisibilityEvent.objects.bulk_create(
        [
            VisibilityEvent(
                **{
                    field.attname: getattr(event, field.attname)
                    for field in VisibilityEvent._meta.concrete_fields
                    if field.attname not in {"id", "public_id"}
                }
            )
            for _ in range(1_000)
        ]
    )
    assert num_queries(lambda: client.get(url)) == few
    assert len(client.get(url).json()["epcisBody"]["eventList"]) > 1_000


def _event(document, kind):
    return next(one for one in document["epcisBody"]["eventList"] if one["type"] == kind)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("creationDate"),
        lambda d: d.update(schemaVersion=2.0),
        lambda d: d.update(format="json"),
        lambda d: d.update({"@context": ["no link"]}),
        lambda d: _event(d, "ObjectEvent").pop("eventTimeZoneOffset"),
        lambda d: _event(d, "ObjectEvent").pop("action"),
        lambda d: _event(d, "ObjectEvent").update(eventTime="2026-03-02 08:00"),
        lambda d: _event(d, "ObjectEvent").update(eventTimeZoneOffset="+15:00"),
        lambda d: _event(d, "ObjectEvent").update(bizStep="sending"),
        lambda d: _event(d, "ObjectEvent").update(disposition="lost"),
        lambda d: _event(d, "ObjectEvent").update(weight=1),
        lambda d: _event(d, "ObjectEvent")["readPoint"].clear(),
        lambda d: _event(d, "ObjectEvent")["epcList"].append(_event(d, "ObjectEvent")["epcList"][0]),
        lambda d: _event(d, "ObjectEvent")["quantityList"][0].update(uom="pieces"),
        lambda d: _event(d, "ObjectEvent")["quantityList"][0].update(epcClass="http://a/b c"),
        lambda d: _event(d, "ObjectEvent").update(errorDeclaration={"reason": "incorrect_data"}),
        lambda d: _event(d, "AggregationEvent").pop("parentID"),
        lambda d: _event(d, "AggregationEvent").update(childEPCs=[], childQuantityList=[]),
        lambda d: _event(d, "AggregationEvent").update(epcList=[]),
    ],
)
def test_the_rules_see_what_breaks_them(spoil):
    document = document_of(a_flow_with_every_event())
    spoiled = copy.deepcopy(document)
    spoil(spoiled)
    assert breaches(document) == [] and breaches(spoiled)
