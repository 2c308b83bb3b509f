"""What stands on the papers of a shipment: labels of boxes and the delivery note."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from marketplace.delivery import documents, services
from marketplace.delivery.selectors import shipments as selectors
from marketplace.delivery.shown import shown
from marketplace.orders.models import Operation
from marketplace.production import card_pdf
from marketplace.production.card import card_of
from tests.builders import NOW
from tests.delivery.flows import a_flow, send
from tests.production.test_pages import a_client

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


def row_of(viewer, shipment, *, now=NOW):
    return shown(viewer, [selectors.shipment(viewer, public_id=shipment.public_id)], now=now)[0]


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


def in_metres(flow):
    Operation.objects.filter(code="press").update(unit="m")
    services.pack(viewer=flow.press, packing=services.Packing(shipment=flow.between.public_id), now=NOW)
    return flow


def test_goods_in_metres_are_labelled_and_noted_in_metres(printed):
    flow = in_metres(a_flow())
    documents.labels_pdf(row_of(flow.press, flow.between))
    assert printed["labels"]["boxes"][0]["quantity"] == "500\u00a0m"
    send(flow, flow.between)
    documents.note_pdf(row_of(flow.press, flow.between))
    assert ["Quantity", "1,000\u00a0m"] in printed["delivery_note"]["facts"]
    assert printed["delivery_note"]["lines"][0][2] == "500\u00a0m"


def test_pages_of_goods_in_metres_say_metres_and_those_of_pieces_pieces():
    flow = in_metres(a_flow())
    client = a_client(flow.buyer)
    listed = client.get(reverse("delivery:deliveries", args=[flow.order.public_id]), {"show": "all"}).text
    assert "1,000\u00a0m<" in listed and "1,000 pieces<" in listed
    account = client.get(reverse("delivery:account", args=[flow.order.public_id])).text
    assert "1,000\u00a0m<" in account and "1,000 pieces<" in account
    page = client.get(reverse("delivery:shipment", args=[flow.between.public_id])).text
    assert "1,000\u00a0m<" in page and "pieces<" not in page


def test_the_card_says_how_much_goes_in_and_comes_out_in_their_units():
    flow = in_metres(a_flow())
    pressing, coating = card_of(flow.work("press")), card_of(flow.work("coat"))
    assert (pressing.unit, coating.unit) == ("m", "piece")
    assert coating.needs[0].amount == "1,000\u00a0m"


def test_what_the_step_before_makes_is_named_by_that_step_and_by_no_code(monkeypatch):
    flow = in_metres(a_flow())
    work, token = flow.work("coat"), r"\bpressed\b"
    page = a_client(flow.coat).get(reverse("production:work-order", args=[work.public_id])).text
    assert "1,000\u00a0m, from the step before: Press<" in page and not re.search(token, page)
    printed = {}
    monkeypatch.setattr(card_pdf, "render_pdf", lambda name, data: printed.update(data) or b"%PDF")
    card_pdf.cards_pdf([card_of(work), card_of(flow.work("press"))])
    made, bought = (card["needs"] for card in printed["cards"])
    assert made == [["from the step before: Press", "1,000\u00a0m", ""]]
    assert bought[0][0].startswith("Material ")
