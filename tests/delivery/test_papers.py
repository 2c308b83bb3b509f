"""What stands on the papers of a shipment: labels of boxes and the delivery note."""

import pytest
from django.utils import translation

from marketplace.delivery import documents, services
from marketplace.delivery.selectors import shipments as selectors
from marketplace.delivery.shown import shown
from tests.builders import NOW
from tests.delivery.flows import a_flow, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def printed(monkeypatch):
    """What the papers are made of, by template."""
    found = {}

    def keep(template, data):
        found[template] = data
        return b"%PDF"

    monkeypatch.setattr(documents, "render_pdf", keep)
    return found


def row_of(viewer, shipment):
    return shown(viewer, [selectors.shipment(viewer, public_id=shipment.public_id)])[0]


def test_the_label_of_a_box_names_goods_product_and_order_and_neither_buyer_nor_price(printed):
    flow = a_flow()
    services.pack(viewer=flow.press, packing=services.Packing(shipment=flow.between.public_id), now=NOW)
    documents.labels_pdf(row_of(flow.press, flow.between))
    order = flow.between.order
    label = printed["labels"]["boxes"][0]
    assert label["product"] == order.product.name
    assert label["order"] == f"Order: {order.title}"
    assert order.buyer.name not in str(printed["labels"])


def test_finished_goods_are_named_once_on_their_label(printed):
    flow = a_flow()
    row = row_of(flow.coat, next(one for one in flow.shipments if one.to_drop_id))
    assert row.goods == row.shipment.order.product.name
    documents.labels_pdf(row)
    assert printed["labels"]["boxes"] == []


def test_who_signs_the_delivery_note_writes_a_persons_name(printed, monkeypatch):
    flow = a_flow()
    services.pack(viewer=flow.press, packing=services.Packing(shipment=flow.between.public_id), now=NOW)
    send(flow, flow.between)
    asked = []
    monkeypatch.setattr(documents, "pgettext", lambda context, text: asked.append((context, text)) or text)
    with translation.override("zh-hans"):
        documents.note_pdf(row_of(flow.press, flow.between))
    assert asked == [("of a person", "Name")]
    assert "Name" in printed["delivery_note"]["signature"]
