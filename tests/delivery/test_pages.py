"""Pages of shipments: what each viewer sees of them, and what nobody else does."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import Person
from marketplace.accounts.viewer import SESSION_KEY
from marketplace.delivery import services
from marketplace.delivery.links import driver_token, tracking_token
from marketplace.delivery.models import ReceiptLine, Shipment
from marketplace.machines.models import TelemetryLook
from marketplace.orders.models import OrderDrop
from marketplace.production.models import WorkOrder
from marketplace.trading.models import Package
from tests.builders import NOW, a_device, a_viewer
from tests.delivery.flows import a_flow, receive, send
from tests.delivery.pictures import a_photo

pytestmark = pytest.mark.django_db


def browser_of(viewer) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=viewer.person_id))
    session = client.session
    session[SESSION_KEY] = viewer.enterprise_public_id
    session.save()
    return client


def page(viewer, name, *args, **query):
    return browser_of(viewer).get(reverse(f"delivery:{name}", args=args), query)


def part(viewer, order):
    """As the order's page asks for it."""
    where = reverse("delivery:part", args=[order.public_id])
    return browser_of(viewer).get(where, headers={"HX-Request": "true"})


def words(response) -> str:
    return response.content.decode()


SECRETS = ("Secret Press Works", "Secret Coating Works", "Press hall", "Coating hall")


def test_a_neighbour_is_a_city_until_the_shipment_leaves_and_then_a_dock_under_a_neutral_label():
    flow = a_flow()
    for viewer, own_address, foreign, foreign_label in (
        (flow.press, "1 Hidden Road", "2 Hidden Road", "Factory B"),
        (flow.coat, "2 Hidden Road", "1 Hidden Road", "Factory A"),
    ):
        before = words(page(viewer, "shipment", flow.between.public_id))
        assert own_address in before
        assert foreign not in before and foreign_label not in before
    assert "Yuyao" in words(page(flow.press, "shipment", flow.between.public_id))
    assert "told when it leaves" in words(page(flow.coat, "shipment", flow.between.public_id))
    assert "1,000" not in words(page(flow.coat, "shipment", flow.between.public_id))
    send(flow, flow.between)
    for viewer, foreign, label, names in (
        (flow.press, "2 Hidden Road", "Factory B", ("Secret Coating Works", "Coating hall")),
        (flow.coat, "1 Hidden Road", "Factory A", ("Secret Press Works", "Press hall")),
    ):
        after = words(page(viewer, "shipment", flow.between.public_id))
        assert foreign in after and label in after and "1,000" in after
        assert not [name for name in names if name in after]


def test_packed_is_not_yet_told_to_the_receiver():
    flow = a_flow()
    services.pack(viewer=flow.press, packing=services.Packing(shipment=flow.between.public_id), now=NOW)
    box = flow.between.boxes.first()
    for name, key in (("shipment", flow.between.public_id), ("coming", None)):
        text = words(page(flow.coat, name, *([key] if key else [])))
        assert "1,000" not in text and "1 Hidden Road" not in text
    assert page(flow.coat, "box", box.public_id).status_code == 404
    assert page(flow.press, "box", box.public_id).status_code == 200


def test_the_door_of_the_buyer_is_a_city_to_the_sender_until_it_leaves():
    flow = a_flow()
    OrderDrop.objects.update(address="3 Hidden Road", name="Secret depot")
    text = words(page(flow.coat, "shipment", flow.last.public_id))
    assert "3 Hidden Road" not in text and "Secret depot" not in text and "Shanghai" in text
    send(flow, flow.last)
    text = words(page(flow.coat, "shipment", flow.last.public_id))
    assert "3 Hidden Road" in text and "Secret depot" not in text


FIRMS = ("Secret Press Works", "Secret Coating Works")
DOORS = ("Press hall", "Coating hall", "Hidden Road")


def test_the_buyer_reads_the_names_of_factories_that_have_accepted_and_no_address():
    flow = a_flow()
    send(flow, flow.between)
    text = words(page(flow.buyer, "deliveries", flow.order.public_id, show="all"))
    assert all(name in text for name in FIRMS)
    assert not [one for one in DOORS if one in text]


def test_the_buyer_reads_a_factory_that_is_only_asked_by_its_neutral_label():
    flow = a_flow()
    Package.objects.filter(enterprise=flow.coat.enterprise_id).update(status=Package.Status.OFFERED)
    text = words(page(flow.buyer, "deliveries", flow.order.public_id, show="all"))
    assert "Secret Press Works" in text and "Factory B" in text
    assert "Secret Coating Works" not in text


def test_a_foreign_shipment_looks_like_none():
    flow, stranger = a_flow(), a_viewer()
    client = browser_of(stranger)
    box = send(flow, flow.between).boxes.first().public_id
    for name, key in (
        ("shipment", flow.between.public_id), ("receive", flow.between.public_id), ("labels", flow.between.public_id),
        ("note", flow.between.public_id), ("box", box), ("part", flow.order.public_id), ("account", flow.order.public_id),
        ("deliveries", flow.order.public_id), ("account-csv", flow.order.public_id),
        ("boxes-with-work", flow.work("press").public_id),
    ):  # fmt: skip
        foreign = client.get(reverse(f"delivery:{name}", args=[key]))
        unknown = client.get(reverse(f"delivery:{name}", args=[key[:4] + "0" * 16]))
        assert (foreign.status_code, unknown.status_code) == (404, 404), name
        plain = [
            re.sub(r'"[^"]*csrf[^"]*"|businessNow.{40}|CSRFToken.{80}', "", words(one))
            for one in (foreign, unknown)
        ]
        assert plain[0].count("<") == plain[1].count("<"), name


def test_the_neighbour_after_next_sees_nothing_of_a_shipment():
    flow = a_flow()
    assert page(flow.press, "shipment", flow.last.public_id).status_code == 404


def test_whoever_told_no_zone_reads_the_times_of_the_place_the_goods_leave():
    flow = a_flow()
    sent = send(flow, flow.between)
    visitor = Client()
    path = reverse("delivery:tracking", args=[tracking_token(sent.public_id)])
    assert "Asia/Shanghai" in words(visitor.get(path)) and "UTC (" not in words(visitor.get(path))
    visitor.cookies["tz"] = "Europe/Berlin"
    assert "Europe/Berlin" in words(visitor.get(path)) and "Asia/Shanghai" not in words(visitor.get(path))


def test_the_tracking_page_shows_its_own_shipment_and_nothing_else():
    flow = a_flow(num_legs=2)
    sent = send(flow, flow.between, carrier="Fast Wheels", quantity=321)
    response = Client().get(reverse("delivery:tracking", args=[tracking_token(sent.public_id)]))
    text = words(response)
    assert response.status_code == 200
    assert "noindex" in response["X-Robots-Tag"] and 'content="noindex' in text
    assert "321" in text and "Ningbo" in text and "Yuyao" in text
    hidden = [
        *SECRETS,
        "Hidden Road",
        "Fast Wheels",
        flow.order.public_id,
        flow.order.title,
        sent.public_id,
        "Factory",
    ]
    hidden += [one.public_id for one in flow.shipments] + list(sent.boxes.values_list("public_id", flat=True))
    assert not [one for one in hidden if one in text]


def test_a_forged_expired_or_cancelled_tracking_link_is_the_same_404():
    flow = a_flow()
    good = tracking_token(flow.between.public_id)
    tokens = [
        "x" * 32,
        good[:-1],
        good + "A",
        "a" * 3_000,
        flow.between.public_id,
        driver_token(flow.between.public_id),
    ]
    answers = {Client().get(f"/t/{token}/").status_code for token in tokens}
    assert answers == {404}
    assert Client().get(f"/t/{good}/").status_code == 200
    Shipment.objects.update(status=Shipment.Status.CANCELLED)
    assert Client().get(f"/t/{good}/").status_code == 404


def test_the_driver_sees_where_to_go_and_says_that_it_arrived_with_a_photo_without_a_login():
    flow = a_flow()
    sent = send(flow, flow.between)
    url = reverse("delivery:driver", args=[sent.public_id, driver_token(sent.public_id)])
    client = Client()
    text = words(client.get(url))
    assert "2 Hidden Road" in text
    assert not [one for one in (*SECRETS, "1 Hidden Road") if one in text]
    assert client.post(url, {"signer": ""}).status_code == 422
    assert client.post(url, {"signer": "Gate", "photo": a_photo(b"no photo")}).status_code == 422
    assert flow.between.status == "dispatched"
    assert client.post(url, {"signer": "Gate", "photo": a_photo()}).status_code == 302
    proof = flow.between.proofs.get()
    assert flow.between.status == "arrived"
    assert (
        bytes(proof.photo)[:2] == b"\xff\xd8"
        and b"Exif" not in bytes(proof.photo)
        and len(proof.photo) <= 500_000
    )
    assert page(flow.coat, "photo", sent.public_id, "arrival")["Content-Type"] == "image/jpeg"
    assert page(flow.buyer, "photo", sent.public_id, "arrival").status_code == 404


def test_goods_by_the_metre_are_no_pieces_to_whoever_carries_waits_for_or_counts_them():
    flow = a_flow()
    flow.order.product.operations.update(unit="m")
    sent = send(flow, flow.between)
    links = [
        reverse("delivery:tracking", args=[tracking_token(sent.public_id)]),
        reverse("delivery:driver", args=[sent.public_id, driver_token(sent.public_id)]),
    ]
    for text in (words(Client().get(link)) for link in links):
        assert "1,000\xa0m" in text and "pieces" not in text
    receiving = words(page(flow.coat, "receive", sent.public_id))
    assert "Damaged, m" in receiving and "pieces" not in receiving


def test_a_buyer_of_metres_reads_metres_of_its_deliveries_and_its_account():
    flow = a_flow()
    flow.order.product.operations.update(unit="m")
    send(flow, flow.between)
    for name in ("deliveries", "account"):
        text = words(page(flow.buyer, name, flow.order.public_id))
        assert "1,000\xa0m" in text and "0\xa0pieces" not in text and "0 pieces" not in text, name


def test_boxes_that_may_hold_work_are_called_by_their_way_not_by_a_code():
    flow = a_flow()
    flow.order.product.operations.update(unit="m")
    sent = send(flow, flow.between)
    text = words(page(flow.press, "boxes-with-work", flow.work("press").public_id))
    assert " → " in text and "500\xa0m" in text
    assert sent.public_id not in re.sub(r"<[^>]*>", "", text) and "500 pieces" not in text


def test_the_drivers_link_ends_with_the_receipt_and_is_not_that_of_another_shipment():
    flow = a_flow()
    sent = send(flow, flow.between)
    other = reverse("delivery:driver", args=[sent.public_id, driver_token(flow.last.public_id)])
    assert Client().get(other).status_code == 404
    receive(flow, flow.between)
    own = reverse("delivery:driver", args=[sent.public_id, driver_token(sent.public_id)])
    assert Client().get(own).status_code == 404


def test_boxes_are_counted_with_a_scanner_that_types_and_presses_enter():
    flow = a_flow()
    box = send(flow, flow.between).boxes.first()
    client = browser_of(flow.coat)
    url = reverse("delivery:scan", args=[flow.between.public_id])
    answer = client.post(
        url, {"code": box.public_id, "key": "k1", "how": "scan"}, headers={"HX-Request": "true"}
    )
    assert "Box 1: 500 pieces good." in words(answer) and "1 of 2 boxes counted" in words(answer)
    wrong = client.post(url, {"code": box.public_id, "key": "k2"}, headers={"HX-Request": "true"})
    assert "was received before" in words(wrong)
    assert "2 · " not in words(wrong)
    typed = client.post(url, {"code": "2", "key": "k3"})
    assert typed.status_code == 302
    assert sorted(ReceiptLine.objects.values_list("how", flat=True)) == ["scan", "typed"]
    undone = client.post(
        reverse("delivery:undo", args=[flow.between.public_id]),
        {"line": ReceiptLine.objects.last().public_id},
    )
    assert undone.status_code == 302
    assert flow.between.boxes.filter(received_at=None).count() == 1


def test_who_scans_a_box_that_it_sent_is_led_to_its_shipment_and_nobody_else_is():
    flow = a_flow()
    box = send(flow, flow.between).boxes.first().public_id
    find, own = reverse("delivery:find-box"), reverse("delivery:shipment", args=[flow.between.public_id])
    said = browser_of(flow.press).post(find, {"code": box})
    assert said.status_code == 422
    assert "This box is one that you sent." in words(said) and f'href="{own}"' in words(said)
    came = browser_of(flow.coat).post(find, {"code": box})
    assert came["Location"] == reverse("delivery:receive", args=[flow.between.public_id])
    stranger = browser_of(a_viewer())
    for code in (box, "box_" + "0" * 16):
        answer = words(stranger.post(find, {"code": code}, follow=True))
        assert "There is no such box among those that come to you." in answer
        assert "you sent" not in answer and flow.between.public_id not in answer


def test_a_difference_without_a_reason_stands_beside_its_field():
    flow = a_flow()
    send(flow, flow.between)
    client = browser_of(flow.coat)
    url = reverse("delivery:receive", args=[flow.between.public_id])
    refused = client.post(url, {"key": "k", "damaged": "5"})
    assert refused.status_code == 422 and "Say why" in words(refused)
    assert not ReceiptLine.objects.exists()
    done = client.post(
        url, {"key": "k", "damaged": "5", "reason": "wet", "signer": "Lin", "photo": a_photo()}
    )
    assert done.status_code == 302
    assert flow.between.status == "received"
    assert "5 damaged, 0 missing: wet" in words(page(flow.press, "shipment", flow.between.public_id))


def test_ticked_shipments_are_packed_and_sent_together():
    flow = a_flow(num_legs=2)
    client = browser_of(flow.press)
    ids = [one.public_id for one in flow.shipments]
    text = words(client.get(reverse("delivery:shipments")))
    assert ids[0] in text and ids[2] not in text
    client.post(reverse("delivery:send"), {"shipments": ids})
    assert [one.status for one in flow.shipments] == ["dispatched", "dispatched", "planned", "planned"]


def test_labels_and_delivery_note_are_pdfs_for_the_sender_when_it_is_time():
    flow = a_flow()
    ids = flow.between.public_id
    assert page(flow.press, "labels", ids).status_code == 404
    services.pack(viewer=flow.press, packing=services.Packing(shipment=ids), now=NOW)
    assert words_begin(page(flow.press, "labels", ids)) == b"%PDF"
    assert page(flow.press, "note", ids).status_code == 404
    send(flow, flow.between)
    assert words_begin(page(flow.press, "note", ids)) == b"%PDF"
    for other in (flow.coat, flow.buyer):
        assert page(other, "labels", ids).status_code == 404
        assert page(other, "note", ids).status_code == 404


def words_begin(response) -> bytes:
    return response.content[:4]


def test_the_account_page_and_csv_go_from_blank_to_receipt():
    flow = a_flow()
    send(flow, flow.between)
    receive(flow, flow.between, damaged=10, reason="wet")
    text = words(page(flow.buyer, "account", flow.order.public_id))
    assert "Secret Press Works, Ningbo" in text and "10 damaged" in text
    rows = words(page(flow.buyer, "account-csv", flow.order.public_id)).splitlines()
    header = rows[0].lstrip("\ufeff").split(",")
    assert header[:3] == ["place", "item", "made"]
    assert len(rows) == 1 + 3 + 1
    assert not [one for one in DOORS if one in "\n".join(rows)]


def test_the_owner_of_a_counting_machine_learns_that_the_buyer_was_shown_what_it_counted():
    flow = a_flow()
    work = WorkOrder.objects.filter(order=flow.order).first()
    work.equipment.device = a_device(site=work.equipment.site)
    work.equipment.save()
    WorkOrder.objects.filter(pk=work.pk).update(counter=WorkOrder.Counter.GOOD)

    part(flow.buyer, flow.order)

    (look,) = TelemetryLook.objects.all()
    assert (look.enterprise_id, look.device_id) == (flow.buyer.enterprise_id, work.equipment.device_id)


def test_the_orders_page_part_says_when_all_is_complete_and_why():
    flow = a_flow()
    text = words(part(flow.buyer, flow.order))
    assert "Complete on" in text
    assert "Press: 1,000 of 1,000\u00a0" in text or "Press: 1,000 of 1,000" in text
    order_page = browser_of(flow.buyer).get(reverse("orders:order", args=[flow.order.public_id]))
    assert reverse("delivery:part", args=[flow.order.public_id]) in words(order_page)


def test_what_was_called_off_stands_apart():
    flow = a_flow()
    url = reverse("delivery:deliveries", args=[flow.order.public_id])
    buyer, own = browser_of(flow.buyer), reverse("delivery:shipment", args=[flow.last.public_id])
    assert own in words(buyer.get(url))
    assert "show=cancelled" not in words(buyer.get(url))
    Shipment.objects.filter(pk=flow.last.pk).update(status=Shipment.Status.CANCELLED)
    for kind in ("drops", "all"):
        assert own not in words(buyer.get(url, {"show": kind}))
        assert "show=cancelled" in words(buyer.get(url, {"show": kind}))
    assert own in words(buyer.get(url, {"show": "cancelled"}))
