"""Shipments over HTTP: for programs, hundreds in one call; the events as EPCIS."""

import pytest

from marketplace.accounts.models import Membership
from marketplace.delivery.models import Box, ReceiptLine, Shipment
from marketplace.orders.models import Order
from tests.builders import a_viewer, an_api_client
from tests.delivery.flows import a_flow, receive, send

pytestmark = pytest.mark.django_db
API = "/api/v1"


def test_a_program_carries_an_order_from_made_to_done():
    flow = a_flow(num_legs=3, quantity=3_000)
    press, coat, buyer = (an_api_client(one) for one in (flow.press, flow.coat, flow.buyer))

    def many(client, what, ids, **more):
        rows = [{"id": public_id, **more} for public_id in ids]
        answer = client.post(f"{API}/shipments/many/{what}", {"shipments": rows})
        assert answer.status_code == 200, answer.data
        assert all(row["code"] == "" for row in answer.data["results"]), answer.data
        return answer.data["results"]

    def ids(client, name):
        rows = client.get(f"{API}/shipments", {"list": name}).data["results"]
        return [row["id"] for row in rows if row["status"] in {"planned", "dispatched"}]

    assert len(many(press, "dispatch", ids(press, "send"))) == 3
    assert len(many(coat, "receive", ids(coat, "coming"), key="k")) == 3
    assert len(many(coat, "dispatch", ids(coat, "send"))) == 3
    results = many(buyer, "receive", ids(buyer, "coming"), key="k", signer="Wang")
    assert {row["status"] for row in results} == {"received"}
    flow.order.refresh_from_db()
    assert flow.order.status == Order.Status.DONE
    delivery = buyer.get(f"{API}/orders/{flow.order.public_id}/delivery").data
    assert delivery["is_over"] is True
    assert [step["made"] for step in delivery["steps"]] == [3_000, 3_000]
    assert delivery["drops"][0]["open"] == 0


def test_the_same_idempotency_key_sends_once():
    flow = a_flow()
    client = an_api_client(flow.press)
    url = f"{API}/shipments/{flow.between.public_id}/dispatch"
    first = client.post(url, {"quantity": 400}, headers={"Idempotency-Key": "a"})
    again = client.post(url, {"quantity": 400}, headers={"Idempotency-Key": "a"})
    assert first.data == again.data
    assert first.data["quantity"] == 400 and first.data["boxes"][0]["number"] == 1
    assert Shipment.objects.filter(rest_of=flow.between).count() == 1
    assert client.post(url, {"quantity": 300}, headers={"Idempotency-Key": "a"}).status_code == 409


def test_refusals_have_a_code_and_change_nothing():
    flow = a_flow()
    press, coat, buyer = (an_api_client(one) for one in (flow.press, flow.coat, flow.buyer))
    mine = f"{API}/shipments/{flow.between.public_id}"
    cases = [
        (press, f"{mine}/pack", {"quantity": -5}, 400, "common:invalid"),
        (press, f"{mine}/pack", {"quantity": 10**30}, 400, "common:invalid"),
        (press, f"{mine}/pack", {"quantity": "5"}, 400, "api:invalid"),
        (press, f"{mine}/pack", {"pieces": 5}, 400, "api:invalid"),
        (press, f"{mine}/pack", {"quantity": 2_000}, 422, "delivery:not-enough"),
        (coat, f"{mine}/pack", {}, 404, "common:not-found"),
        (coat, f"{mine}/receive", {"key": "k"}, 409, "delivery:wrong-state"),
        (coat, f"{mine}/boxes", {"key": "k", "box": "box_x"}, 409, "delivery:wrong-state"),
        (coat, f"{mine}/arrive", {}, 409, "delivery:wrong-state"),
        (buyer, f"{mine}/receive", {"key": "k"}, 404, "common:not-found"),
        (press, f"{API}/shipments/many/dispatch", {"shipments": []}, 400, "api:invalid"),
        (an_api_client(a_viewer()), f"{mine}/dispatch", {}, 404, "common:not-found"),
    ]
    for client, url, body, status, code in cases:
        answer = client.post(url, body)
        assert (answer.status_code, answer.data["error"]["code"]) == (status, code), (url, body, answer.data)
    assert not Box.objects.exists() and not ReceiptLine.objects.exists()
    assert flow.between.status == Shipment.Status.PLANNED


def test_a_key_that_only_reads_changes_nothing():
    flow = a_flow()
    client = an_api_client(flow.press, may_write=False)
    assert client.get(f"{API}/shipments").status_code == 200
    assert client.post(f"{API}/shipments/{flow.between.public_id}/dispatch", {}).status_code == 403
    watcher = an_api_client(a_viewer(enterprise=flow.press_site.enterprise, role=Membership.Role.VIEWER))
    assert watcher.post(f"{API}/shipments/{flow.between.public_id}/dispatch", {}).status_code == 403
    assert flow.between.status == Shipment.Status.PLANNED


def test_the_receiver_is_not_told_pieces_or_address_before_dispatch():
    flow = a_flow()
    coat = an_api_client(flow.coat)
    url = f"{API}/shipments/{flow.between.public_id}"
    before = coat.get(url).data
    assert (before["quantity"], before["planned_quantity"], before["boxes"]) == (None, None, [])
    assert before["start"] == {"name": "Ningbo", "city": "Ningbo", "address": ""}
    assert before["order"] is None and before["driver_url"] is None
    send(flow, flow.between)
    after = coat.get(url).data
    assert after["quantity"] == 1_000
    assert after["start"] == {"name": "Factory A", "city": "Ningbo", "address": "1 Hidden Road"}


def test_the_account_adds_up():
    flow = a_flow()
    send(flow, flow.between)
    receive(flow, flow.between, missing=3, reason="lost")
    lines = an_api_client(flow.buyer).get(f"{API}/orders/{flow.order.public_id}/account").data["lines"]
    assert all(row["made"] - row["used"] + row["received"] - row["sent"] == row["lying"] for row in lines)
    press, coat = flow.press_site.enterprise.name, flow.coat_site.enterprise.name
    assert [(row["place"], row["item"], row["missing"]) for row in lines] == [
        (f"{coat}, Yuyao", "pressed", 3), (f"{press}, Ningbo", "pressed", 0), (f"{coat}, Yuyao", "coated", 0),
    ]  # fmt: skip
    for stranger in (flow.press, flow.coat, a_viewer()):
        for name in ("account", "delivery", "events.epcis"):
            answer = an_api_client(stranger).get(f"{API}/orders/{flow.order.public_id}/{name}")
            assert answer.status_code == 404
