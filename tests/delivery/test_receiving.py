"""Receiving: by scan or typing, with differences, twice, wrongly, and taking it back."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import Notice
from marketplace.common.errors import InvalidInput, NotFound
from marketplace.delivery import services
from marketplace.delivery.errors import LineReused, TooLate, WrongBox, WrongCount, WrongState
from marketplace.delivery.links import box_url, driver_token
from marketplace.delivery.models import ReceiptLine, Shipment, VisibilityEvent
from marketplace.delivery.stock import stock_of_order
from marketplace.orders.models import Order
from marketplace.production.models import WorkOrder
from tests.builders import NOW, a_viewer
from tests.delivery.flows import HOUR, a_flow, receive, send

pytestmark = pytest.mark.django_db


def scan(flow, shipment, code, *, by=None, key="", now=NOW, **count):
    return services.receive_box(
        viewer=by or flow.coat,
        shipment=shipment.public_id,
        code=code,
        count=services.Count(key=key or code[-40:], how="scan", **count),
        now=now,
    )


def lying(flow, item="pressed", site=None):
    return stock_of_order(flow.order.pk)[(site or flow.coat_site).pk, item].lying


def test_what_is_received_lies_at_the_site():
    flow = a_flow()
    WorkOrder.objects.filter(pk=flow.work("coat").pk).update(good=0)
    sent = send(flow, flow.between)
    received = receive(flow, sent, now=NOW + HOUR)
    assert (received.status, received.received_at, received.arrived_at) == (
        "received",
        NOW + HOUR,
        NOW + HOUR,
    )
    assert lying(flow) == 1_000
    steps = [event.biz_step for event in received.events.all()]
    assert steps == ["packing", "departing", "arriving", "receiving"]


def test_the_same_receipt_twice_is_one_and_another_is_refused():
    flow = a_flow()
    send(flow, flow.between)
    receive(flow, flow.between)
    receive(flow, flow.between)
    with pytest.raises(WrongState, match="received before"):
        receive(flow, flow.between, key="other")
    with pytest.raises(LineReused):
        receive(flow, flow.between, damaged=1, reason="wet")
    assert ReceiptLine.objects.count() == 1
    assert VisibilityEvent.objects.filter(biz_step="receiving").count() == 1


def test_nothing_is_received_before_it_left():
    flow = a_flow()
    for _state in ("planned", "packed"):
        with pytest.raises(WrongState, match="has not left"):
            receive(flow, flow.between)
        services.pack(viewer=flow.press, packing=services.Packing(shipment=flow.between.public_id), now=NOW)
    assert not ReceiptLine.objects.exists()


def test_boxes_are_scanned_one_by_one_by_link_or_number():
    flow = a_flow()
    first, second = send(flow, flow.between).boxes.all()
    assert scan(flow, flow.between, box_url(first.public_id)).good == 500
    assert scan(flow, flow.between, f"  {second.public_id.upper()} ").good == 500
    assert flow.between.status == Shipment.Status.DISPATCHED
    received = receive(flow, flow.between)
    assert received.status == Shipment.Status.RECEIVED
    assert ReceiptLine.objects.count() == 2


def test_a_box_scanned_twice_under_one_key_is_one_line_and_under_another_is_refused():
    flow = a_flow()
    box = send(flow, flow.between).boxes.first()
    assert scan(flow, flow.between, box.public_id, key="a") == scan(
        flow, flow.between, box.public_id, key="a"
    )
    with pytest.raises(WrongBox, match="Box 1 was received before"):
        scan(flow, flow.between, box.public_id, key="b")
    assert ReceiptLine.objects.count() == 1


def test_a_wrong_box_is_named_only_as_far_as_the_viewer_may_know():
    flow, other = a_flow(num_legs=2), a_flow()
    first, second, *_ = flow.shipments
    send(flow, first), send(flow, second)
    foreign = send(other, other.between).boxes.first()
    with pytest.raises(WrongBox, match=f"box 1 of another shipment to you, {second.public_id}"):
        scan(flow, first, second.boxes.first().public_id)
    with pytest.raises(WrongBox, match="no such box") as known:
        scan(flow, first, foreign.public_id)
    with pytest.raises(WrongBox, match="no such box") as unknown:
        scan(flow, first, "box_" + "0" * 16)
    assert (known.value.facts, str(known.value)) == (unknown.value.facts, str(unknown.value))
    with pytest.raises(WrongBox, match="not the code of a box"):
        scan(flow, first, "4006381333931")
    assert not ReceiptLine.objects.exists()


def test_a_box_that_has_not_left_is_not_known_to_whom_it_comes():
    flow = a_flow(num_legs=2)
    first, second, *_ = flow.shipments
    send(flow, first)
    services.pack(viewer=flow.press, packing=services.Packing(shipment=second.public_id), now=NOW)
    with pytest.raises(WrongBox, match="no such box"):
        scan(flow, first, second.boxes.first().public_id)


def test_differences_need_a_reason_and_are_told_to_sender_and_buyer_once():
    flow = a_flow()
    WorkOrder.objects.filter(pk=flow.work("coat").pk).update(good=0)
    send(flow, flow.between)
    with pytest.raises(WrongCount, match="why"):
        receive(flow, flow.between, damaged=20, missing=30)
    receive(flow, flow.between, damaged=20, missing=30, reason="box torn")
    receive(flow, flow.between, damaged=20, missing=30, reason="box torn")
    assert lying(flow) == 950
    told = Notice.objects.filter(kind="delivery.difference")
    assert {notice.enterprise_id for notice in told} == {flow.press.enterprise_id, flow.buyer.enterprise_id}
    assert told.count() == 2
    stock = stock_of_order(flow.order.pk)[flow.coat_site.pk, "pressed"]
    assert (stock.damaged, stock.missing, stock.coming) == (20, 30, 0)


@pytest.mark.parametrize(
    "count",
    [
        {"good": 999},
        {"good": 1_001},
        {"good": 0},
        {"damaged": 1_001, "reason": "x"},
        {"missing": 1, "good": 1_000, "reason": "x"},
    ],
)
def test_counts_that_do_not_add_up_are_refused(count):
    flow = a_flow()
    send(flow, flow.between)
    with pytest.raises(WrongCount):
        receive(flow, flow.between, **count)
    assert not ReceiptLine.objects.exists()
    assert flow.between.status == Shipment.Status.DISPATCHED


@pytest.mark.parametrize("number", [-1, 10**9, 10**30, 0.5, "7", True])
def test_numbers_beyond_sense_are_refused(number):
    flow = a_flow()
    send(flow, flow.between)
    for field in ("good", "damaged", "missing"):
        with pytest.raises(InvalidInput):
            receive(flow, flow.between, **{field: number, "reason": "x"})
    assert not ReceiptLine.objects.exists()


def test_only_the_receiver_receives():
    flow = a_flow()
    send(flow, flow.between)
    for stranger in (flow.press, flow.buyer, a_viewer()):
        with pytest.raises(NotFound):
            receive(flow, flow.between, by=stranger)
        with pytest.raises(NotFound):
            scan(flow, flow.between, "box_" + "0" * 16, by=stranger)
    assert not ReceiptLine.objects.exists()


def test_a_line_is_taken_back_by_a_correction_and_the_box_can_be_counted_again():
    flow = a_flow()
    box = send(flow, flow.between).boxes.first()
    line = scan(flow, flow.between, box.public_id, key="a", damaged=500, reason="looked wet")
    for _twice in range(2):
        services.undo_line(viewer=flow.coat, shipment=flow.between.public_id, line=line.public_id, now=NOW)
    assert scan(flow, flow.between, box.public_id, key="b").good == 500
    receive(flow, flow.between)
    assert ReceiptLine.objects.count() == 4
    assert stock_of_order(flow.order.pk)[flow.coat_site.pk, "pressed"].received == 1_000
    assert not Notice.objects.filter(kind="delivery.difference").exists()


def test_a_closed_receipt_of_a_site_can_be_taken_back_for_ten_minutes():
    flow = a_flow()
    WorkOrder.objects.filter(pk=flow.work("coat").pk).update(good=0)
    send(flow, flow.between)
    receive(flow, flow.between)
    line = ReceiptLine.objects.get()
    late = NOW + timedelta(minutes=11)
    with pytest.raises(TooLate):
        services.undo_line(viewer=flow.coat, shipment=flow.between.public_id, line=line.public_id, now=late)
    services.undo_line(viewer=flow.coat, shipment=flow.between.public_id, line=line.public_id, now=NOW)
    assert (flow.between.status, lying(flow)) == ("arrived", 0)
    retraction = VisibilityEvent.objects.get(retracts__isnull=False)
    assert retraction.retracts.biz_step == "receiving"
    receive(flow, flow.between, key="again", missing=10, reason="counted again")
    assert lying(flow) == 990


def test_what_was_used_since_is_not_taken_back():
    flow = a_flow()
    send(flow, flow.between)
    receive(flow, flow.between)
    with pytest.raises(TooLate, match="used"):
        services.undo_line(
            viewer=flow.coat,
            shipment=flow.between.public_id,
            line=ReceiptLine.objects.get().public_id,
            now=NOW,
        )
    assert ReceiptLine.objects.count() == 1


def test_the_driver_says_by_link_that_it_arrived_and_who_signed():
    flow = a_flow()
    sent = send(flow, flow.between)
    for _twice in range(2):
        services.arrive_by_link(
            shipment=sent.public_id, token=driver_token(sent.public_id), signer="Mr Gate", now=NOW + HOUR
        )
    flow.between.refresh_from_db()
    assert (flow.between.status, flow.between.arrived_at) == ("arrived", NOW + HOUR)
    assert flow.between.proofs.get().signer == "Mr Gate"
    assert flow.between.events.filter(biz_step="arriving").count() == 1
    receive(flow, flow.between)
    assert flow.between.events.filter(biz_step="arriving").count() == 1


def test_a_forged_or_borrowed_driver_link_is_refused_like_an_unknown_shipment():
    flow = a_flow()
    sent = send(flow, flow.between)
    for token in ("", "x" * 32, driver_token(flow.last.public_id), driver_token(sent.public_id)[:-1]):
        with pytest.raises(NotFound):
            services.arrive_by_link(shipment=sent.public_id, token=token, signer="Me", now=NOW)
    assert flow.between.status == Shipment.Status.DISPATCHED
    with pytest.raises(InvalidInput):
        services.arrive_by_link(
            shipment=sent.public_id, token=driver_token(sent.public_id), signer=" ", now=NOW
        )


def test_a_shipment_that_has_not_left_does_not_arrive():
    flow = a_flow()
    with pytest.raises(WrongState):
        services.arrive(viewer=flow.coat, shipment=flow.between.public_id, now=NOW)
    assert not VisibilityEvent.objects.exists()


def test_accepted_pieces_at_the_drop_are_paid_for_and_the_last_one_ends_the_order():
    flow = a_flow(num_legs=2)
    for shipment in flow.shipments[:2]:
        send(flow, shipment)
        receive(flow, shipment)
    first, second = flow.shipments[2:]
    send(flow, first), send(flow, second)
    receive(flow, first)
    flow.order.refresh_from_db()
    assert flow.order.status == Order.Status.RUNNING
    assert flow.order.acceptances.get().accepted_total == 500
    receive(flow, second)
    flow.order.refresh_from_db()
    assert flow.order.status == Order.Status.DONE
    assert sorted(flow.order.acceptances.values_list("accepted_total", flat=True)) == [500, 1_000]
    assert Notice.objects.filter(kind="delivery.order-complete").count() == 1


def test_what_the_buyer_does_without_is_waited_for_no_more():
    flow = a_flow()
    send(flow, flow.between)
    receive(flow, flow.between)
    send(flow, flow.last)
    receive(flow, flow.last, damaged=40, reason="crushed")
    flow.order.refresh_from_db()
    assert flow.order.status == Order.Status.RUNNING
    drop = flow.order.drops.get().public_id

    def settle(quantity, key="k", viewer=flow.buyer):
        return services.settle(
            viewer=viewer,
            order=flow.order.public_id,
            drop=drop,
            quantity=quantity,
            reason="enough",
            key=key,
            now=NOW,
        )

    with pytest.raises(InvalidInput, match="40 pieces"):
        settle(41)
    for stranger in (flow.press, flow.coat, a_viewer()):
        with pytest.raises(NotFound):
            settle(40, viewer=stranger)
    assert settle(40) == settle(40)
    flow.order.refresh_from_db()
    assert flow.order.status == Order.Status.DONE
    assert flow.order.acceptances.get().accepted_total == 960


def test_a_closed_receipt_at_a_drop_stands():
    flow = a_flow()
    send(flow, flow.between)
    receive(flow, flow.between)
    send(flow, flow.last)
    receive(flow, flow.last)
    line = ReceiptLine.objects.get(receipt__shipment=flow.last)
    with pytest.raises(TooLate, match="booked"):
        services.undo_line(viewer=flow.buyer, shipment=flow.last.public_id, line=line.public_id, now=NOW)
    assert not ReceiptLine.objects.filter(corrects__isnull=False).exists()
