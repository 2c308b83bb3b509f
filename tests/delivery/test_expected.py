"""When goods are expected: one moment on every page and paper, counted from the real departure. And what is over, in
the order in which it ended."""

import re

import pytest
from django.urls import reverse

from marketplace.common import clock
from marketplace.delivery import documents, services
from marketplace.delivery.models import Shipment
from marketplace.delivery.selectors import shipments as selectors
from marketplace.delivery.shown import shown
from tests.builders import NOW, an_api_client
from tests.delivery.flows import HOUR, Flow, a_flow, receive, send
from tests.production.test_pages import a_client

pytestmark = pytest.mark.django_db
WAY = 4 * HOUR  # of a shipment between the factories


@pytest.fixture(autouse=True)
def standing_clock():
    """The edges read NOW."""
    clock.set_clock(speed=0, business_at=NOW)
    yield
    clock.forget()


def opened(viewer, name, *args, **query):
    return a_client(viewer).get(reverse(f"delivery:{name}", args=args), query).text


def own_and_listed(flow: Flow) -> list[str]:
    return [
        opened(flow.press, "shipment", flow.between.public_id),
        opened(flow.press, "shipments"),
        opened(flow.coat, "coming"),
        opened(flow.buyer, "deliveries", flow.order.public_id, show="all"),
    ]


@pytest.mark.parametrize("left_at", [NOW, NOW + 30 * HOUR])
def test_lists_expect_what_left_early_or_late_when_its_own_page_does(left_at):
    flow = a_flow()
    clock.set_clock(speed=0, business_at=left_at)
    send(flow, flow.between, now=left_at)
    expected, planned = (left_at + WAY).isoformat(), flow.between.arrives_at.isoformat()
    own, *lists = own_and_listed(flow)
    assert f'datetime="{expected}"' in own
    for text in lists:
        (row,) = re.findall(
            rf"<tr>(?:(?!</tr>).)*{flow.between.public_id}(?:(?!</tr>).)*</tr>", text, flags=re.DOTALL
        )
        assert f'datetime="{expected}"' in row and f'data-value="{expected}"' in row
        assert planned not in row


def test_the_delivery_note_expects_it_when_its_page_does(monkeypatch):
    flow = a_flow()
    send(flow, flow.between)
    printed = {}
    monkeypatch.setattr(documents, "render_pdf", lambda name, data: printed.update(data) or b"%PDF")
    found = selectors.shipment(flow.press, public_id=flow.between.public_id)
    documents.note_pdf(*shown(flow.press, [found], now=NOW))
    facts = dict(printed["facts"])
    assert facts["Left"] < facts["Expected"]
    assert facts["Expected"] == documents._moment(NOW + WAY, "Asia/Shanghai")


def test_of_what_came_the_history_says_when_it_was_expected_as_it_left():
    flow = a_flow()
    send(flow, flow.between)
    late = NOW + 50 * HOUR
    clock.set_clock(speed=0, business_at=late)
    receive(flow, flow.between, now=late)
    text = opened(flow.press, "history")
    assert f'data-value="{(NOW + WAY).isoformat()}"' in text and f'data-value="{late.isoformat()}"' in text


def test_nothing_is_expected_of_what_was_called_off():
    flow = a_flow()
    Shipment.objects.filter(pk=flow.between.pk).update(status=Shipment.Status.CANCELLED)
    found = selectors.shipment(flow.press, public_id=flow.between.public_id)
    assert shown(flow.press, [found], now=NOW)[0].expected_at is None
    assert "expected" not in opened(flow.press, "shipment", flow.between.public_id)


def test_what_is_under_way_stands_by_when_it_is_expected():
    flow = a_flow(num_legs=2)
    first, second = (one for one in flow.shipments if one.to_drop_id is None)
    send(flow, second)
    clock.set_clock(speed=0, business_at=NOW + 2 * HOUR)
    send(flow, first, now=NOW + 2 * HOUR)
    assert list(selectors.under_way(flow.press)) == [second, first]
    assert [one for one in selectors.expected(flow.coat) if one.to_drop_id is None] == [second, first]


def test_the_history_begins_with_what_was_received_last_and_ends_with_what_was_called_off():
    flow = a_flow(num_legs=3)
    one, two, three = (one for one in flow.shipments if one.to_drop_id is None)
    for found in (one, two):
        send(flow, found)
    receive(flow, two, now=NOW + HOUR)
    receive(flow, one, now=NOW + 2 * HOUR)
    Shipment.objects.filter(pk=three.pk).update(status=Shipment.Status.CANCELLED)
    assert list(selectors.history(flow.press)) == [one, two, three]


def test_the_carrier_told_with_the_packing_stays():
    flow = a_flow()
    client, ids = a_client(flow.press), flow.between.public_id
    client.post(reverse("delivery:pack", args=[ids]), {"carrier": "Fast Wheels, B 123"})
    assert 'value="Fast Wheels, B 123"' in opened(flow.press, "shipment", ids)
    client.post(reverse("delivery:dispatch", args=[ids]), {})
    assert (flow.between.status, flow.between.carrier) == ("dispatched", "Fast Wheels, B 123")


def test_who_receives_learns_the_carrier_when_it_leaves():
    flow = a_flow()
    packing = services.Packing(shipment=flow.between.public_id, carrier="Fast Wheels")
    services.pack(viewer=flow.press, packing=packing, now=NOW)
    page, api = opened(flow.coat, "shipment", packing.shipment), an_api_client(flow.coat)
    assert "Fast Wheels" not in page
    assert api.get(f"/api/v1/shipments/{packing.shipment}").json()["carrier"] == ""
    send(flow, flow.between)
    assert "Fast Wheels" in opened(flow.coat, "shipment", packing.shipment)
    assert api.get(f"/api/v1/shipments/{packing.shipment}").json()["carrier"] == "Fast Wheels"
