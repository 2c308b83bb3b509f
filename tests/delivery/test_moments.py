"""Steps that are told later than they happened: both moments are kept, and none is believed that cannot be."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.common import clock
from marketplace.common.errors import DomainError
from marketplace.delivery import services
from marketplace.delivery.links import driver_token
from marketplace.delivery.models import Box, ReceiptLine, Shipment, VisibilityEvent
from tests.builders import NOW, an_api_client
from tests.delivery.flows import HOUR, a_flow, receive, send

pytestmark = pytest.mark.django_db
API = "/api/v1/shipments"


@pytest.fixture(autouse=True)
def standing_clock():
    """The edges read NOW + 9 h."""
    clock.set_clock(speed=0, business_at=NOW + 9 * HOUR)
    yield
    clock.forget()


def text(at):
    return at.isoformat().replace("+00:00", "Z")


def test_what_is_told_at_night_is_stored_as_it_happened_by_day():
    flow = a_flow()
    press, coat = an_api_client(flow.press), an_api_client(flow.coat)
    url = f"{API}/{flow.between.public_id}"
    moments = {"pack": 1, "dispatch": 2}
    for step, hours in moments.items():
        assert press.post(f"{url}/{step}", {"at": text(NOW + hours * HOUR)}).status_code == 200
    assert coat.post(f"{url}/arrive", {"at": text(NOW + 4 * HOUR), "signer": "Li"}).status_code == 200
    box = Box.objects.order_by("number").first()
    counted = {"key": "b", "box": box.public_id, "at": text(NOW + 5 * HOUR)}
    assert coat.post(f"{url}/boxes", counted).status_code == 201
    told = coat.post(f"{url}/receive", {"key": "k", "at": text(NOW + 6 * HOUR)}).data
    assert [told[name] for name in ("dispatched_at", "arrived_at", "received_at")] == [
        text(NOW + hours * HOUR) for hours in (2, 4, 6)
    ]
    events = VisibilityEvent.objects.filter(shipment=flow.between).order_by("pk")
    assert list(events.values_list("biz_step", "event_at", "recorded_at")) == [
        (step, NOW + hours * HOUR, NOW + 9 * HOUR)
        for step, hours in (("packing", 1), ("departing", 2), ("arriving", 4), ("receiving", 6))
    ]
    boxes = Box.objects.order_by("number").values_list("packed_at", "received_at")
    assert list(boxes) == [(NOW + HOUR, NOW + 5 * HOUR), (NOW + HOUR, NOW + 6 * HOUR)]
    assert set(ReceiptLine.objects.values_list("recorded_at", flat=True)) == {NOW + 9 * HOUR}
    document = an_api_client(flow.buyer).get(f"/api/v1/orders/{flow.order.public_id}/events.epcis").json()
    last = document["epcisBody"]["eventList"][-1]
    assert (last["eventTime"], last["recordTime"]) == ("2026-03-02T14:00:00.000Z", "2026-03-02T17:00:00.000Z")


def test_without_a_moment_it_happened_when_it_was_told():
    flow = a_flow()
    an_api_client(flow.press).post(f"{API}/{flow.between.public_id}/dispatch", {})
    assert flow.between.dispatched_at == NOW + 9 * HOUR


def test_a_clock_two_minutes_fast_is_taken_for_now_and_a_faster_one_refused():
    flow = a_flow()
    press = an_api_client(flow.press)
    url = f"{API}/{flow.between.public_id}/dispatch"
    refused = press.post(url, {"at": text(NOW + 9 * HOUR + timedelta(minutes=2, seconds=1))})
    assert refused.status_code == 400
    error = refused.data["error"]
    assert (error["code"], error["param"]) == ("delivery:wrong-moment", "at")
    assert error["facts"] == {
        "value": "2026-03-02T17:02:01+00:00", "rule": "not in the future", "now": "2026-03-02T17:00:00Z",
    }  # fmt: skip
    assert flow.between.status == Shipment.Status.PLANNED and not Box.objects.exists()
    press.post(url, {"at": text(NOW + 9 * HOUR + timedelta(minutes=2))})
    assert flow.between.dispatched_at == NOW + 9 * HOUR


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ("pack", "when the shipment was planned"),
        ("dispatch", "when it was packed"),
        ("arrive", "when it left"),
        ("boxes", "when it arrived"),
        ("receive", "when its last box was counted"),
    ],
)
def test_no_step_lies_before_the_step_before_it(step, what):
    """Each step of a shipment an hour after the other; the one asked for is told a second before the one before it."""
    flow = a_flow()
    press, coat = an_api_client(flow.press), an_api_client(flow.coat)
    url = f"{API}/{flow.between.public_id}"
    steps = {"pack": press, "dispatch": press, "arrive": coat, "boxes": coat, "receive": coat}
    for hours, (name, client) in enumerate(steps.items(), start=1):
        body = {"at": text(NOW + hours * HOUR)}
        if name in {"boxes", "receive"}:
            body["key"] = name
        if name == "boxes":
            body["box"] = Box.objects.order_by("number").first().public_id
        if name == step:
            before = NOW + (hours - 1) * HOUR
            body["at"] = text(before - timedelta(seconds=1))
            refused = client.post(f"{url}/{name}", body)
            break
        assert client.post(f"{url}/{name}", body).status_code < 300
    error = refused.data["error"]
    assert (refused.status_code, error["code"], error["param"]) == (400, "delivery:wrong-moment", "at")
    assert error["message"] == f"This is before {what}, {text(before)}."
    assert error["facts"]["earliest"] == text(before)
    assert client.post(f"{url}/{step}", body | {"at": text(before)}).status_code < 300


def test_a_rest_does_not_leave_before_the_shipment_it_is_left_of():
    flow = a_flow()
    send(flow, flow.between, quantity=600, now=NOW + 3 * HOUR)
    rest = Shipment.objects.get(rest_of=flow.between)
    packing = services.Packing(shipment=rest.public_id, at=NOW + 2 * HOUR)
    with pytest.raises(services.WrongMoment):
        services.dispatch(viewer=flow.press, packing=packing, now=NOW + 4 * HOUR)
    rest.refresh_from_db()
    assert rest.status == Shipment.Status.PLANNED


@pytest.mark.parametrize("at", ["2026-03-02T08:15:00", "yesterday", 5, "2026-13-02T08:15:00Z", ""])
def test_a_moment_without_an_offset_is_none(at):
    flow = a_flow()
    answer = an_api_client(flow.press).post(f"{API}/{flow.between.public_id}/dispatch", {"at": at})
    assert (answer.status_code, answer.data["error"]["code"]) == (400, "api:invalid")
    assert flow.between.status == Shipment.Status.PLANNED


def test_many_are_judged_one_by_one():
    flow = a_flow(num_legs=2, quantity=1_000)
    ids = [one.public_id for one in flow.shipments if one.to_drop_id is None]
    rows = [{"id": ids[0], "at": text(NOW + HOUR)}, {"id": ids[1], "at": text(NOW + 99 * HOUR)}]
    results = an_api_client(flow.press).post(f"{API}/many/dispatch", {"shipments": rows}).data["results"]
    assert [row["code"] for row in results] == ["", "delivery:wrong-moment"]
    rows = [{"id": ids[0], "key": "k", "at": text(NOW + 2 * HOUR)}]
    an_api_client(flow.coat).post(f"{API}/many/receive", {"shipments": rows})
    assert Shipment.objects.get(public_id=ids[0]).received_at == NOW + 2 * HOUR


def test_what_is_told_twice_keeps_its_first_moment():
    flow = a_flow()
    press = an_api_client(flow.press)
    url = f"{API}/{flow.between.public_id}/dispatch"
    for key in ("a", "a", "b"):
        answer = press.post(url, {"at": text(NOW + HOUR)}, headers={"Idempotency-Key": key})
        assert answer.status_code == 200
    other = press.post(url, {"at": text(NOW + 2 * HOUR)}, headers={"Idempotency-Key": "a"})
    assert other.status_code == 409
    press.post(url, {"at": text(NOW + 2 * HOUR)})
    assert flow.between.dispatched_at == NOW + HOUR
    assert VisibilityEvent.objects.filter(biz_step="departing").count() == 1


def test_the_drivers_page_says_when_it_was_there():
    flow = a_flow()
    sent = send(flow, flow.between)
    url = reverse("delivery:driver", args=[sent.public_id, driver_token(sent.public_id)])
    client = Client()
    refused = client.post(url, {"signer": "Li", "at": text(NOW - HOUR)})
    assert refused.status_code == 422 and b"This is before when it left" in refused.content
    assert client.post(url, {"signer": "Li", "at": "noon"}).status_code == 422
    assert flow.between.arrived_at is None
    assert client.post(url, {"signer": "Li", "at": text(NOW + 3 * HOUR)}).status_code == 302
    assert flow.between.arrived_at == NOW + 3 * HOUR


def test_a_count_told_later_is_refused_like_any_other_refusal():
    flow = a_flow()
    send(flow, flow.between, now=NOW + HOUR)
    with pytest.raises(DomainError):
        receive(flow, flow.between, now=NOW + 2 * HOUR, at=NOW)
    assert not ReceiptLine.objects.exists() and flow.between.status == Shipment.Status.DISPATCHED
