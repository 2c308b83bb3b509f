"""Packing and dispatching: never more than lies there and is released."""

import pytest

from marketplace.accounts.models import Membership
from marketplace.common.errors import Forbidden, InvalidInput, NotFound
from marketplace.delivery import services
from marketplace.delivery.errors import NotEnough, WrongState
from marketplace.delivery.models import Box, Shipment, VisibilityEvent
from marketplace.delivery.stock import stock_of_order
from marketplace.orders.models import Operation
from marketplace.production.models import WorkOrder
from tests.builders import NOW, a_viewer
from tests.delivery.flows import a_flow, receive, send

pytestmark = pytest.mark.django_db


def pack(flow, shipment, *, by=None, **more):
    return services.pack(
        viewer=by or flow.press, packing=services.Packing(shipment=shipment.public_id, **more), now=NOW
    )


def test_a_shipment_is_packed_into_boxes_of_the_factorys_size():
    flow = a_flow()
    packed = pack(flow, flow.between, box_size=300)
    assert packed.status == Shipment.Status.PACKING
    assert list(packed.boxes.values_list("number", "quantity")) == [(1, 300), (2, 300), (3, 300), (4, 100)]
    event = packed.events.get()
    assert (event.type, event.action, event.biz_step, event.parent) == (
        "AggregationEvent", "ADD", "packing", packed.public_id,
    )  # fmt: skip
    assert event.quantities == [["pressed", 1_000]]
    assert event.epcs == list(packed.boxes.values_list("public_id", flat=True))


def test_packing_again_changes_nothing_and_other_pieces_are_refused():
    flow = a_flow()
    pack(flow, flow.between)
    pack(flow, flow.between, quantity=1_000)
    with pytest.raises(WrongState, match="packed already"):
        pack(flow, flow.between, quantity=900)
    assert Box.objects.count() == 2
    assert VisibilityEvent.objects.count() == 1


def test_no_more_is_packed_than_lies_there():
    flow = a_flow(num_legs=2)
    WorkOrder.objects.filter(order=flow.order).update(good=0)
    WorkOrder.objects.filter(pk=flow.work("press").pk).update(good=700)
    first, second, *_ = flow.shipments
    pack(flow, first)
    with pytest.raises(NotEnough, match="200 pieces lie there") as refused:
        pack(flow, second, quantity=201)
    assert refused.value.facts == {"lying": 200, "may_leave": 200}
    second.refresh_from_db()
    assert second.status == Shipment.Status.PLANNED
    assert pack(flow, second).boxes.get().quantity == 200


def test_what_waits_for_its_first_article_does_not_leave():
    flow = a_flow()
    WorkOrder.objects.filter(pk=flow.work("press").pk).update(first_quantity=10, article="wanted")
    with pytest.raises(NotEnough, match="first article"):
        pack(flow, flow.between)
    assert not Box.objects.exists()
    WorkOrder.objects.filter(pk=flow.work("press").pk).update(article="approved")
    assert pack(flow, flow.between).status == Shipment.Status.PACKING


def test_what_was_used_at_the_site_does_not_leave_it():
    flow = a_flow()
    send(flow, flow.between)
    receive(flow, flow.between)
    stock = stock_of_order(flow.order.pk)
    assert stock[flow.coat_site.pk, "pressed"].lying == 0
    assert stock[flow.coat_site.pk, "coated"].lying == 1_000


def test_more_than_planned_is_refused():
    flow = a_flow()
    with pytest.raises(NotEnough, match="planned"):
        pack(flow, flow.between, quantity=1_001)
    assert not Box.objects.exists()


@pytest.mark.parametrize("number", [-1, 0, 10**9, 10**30, 1.5, "5", True])
def test_numbers_beyond_sense_are_refused(number):
    flow = a_flow()
    for field in ("quantity", "box_size"):
        with pytest.raises(InvalidInput):
            pack(flow, flow.between, **{field: number})
    assert not Box.objects.exists()


def test_too_many_boxes_are_refused():
    flow = a_flow()
    with pytest.raises(NotEnough, match="400 boxes"):
        pack(flow, flow.between, box_size=1)
    assert not Box.objects.exists()
    flow.between.refresh_from_db()
    assert flow.between.status == Shipment.Status.PLANNED


def test_what_was_packed_can_be_unpacked_until_it_leaves():
    flow = a_flow()
    pack(flow, flow.between)
    services.unpack(viewer=flow.press, shipment=flow.between.public_id, now=NOW)
    services.unpack(viewer=flow.press, shipment=flow.between.public_id, now=NOW)
    assert flow.between.status == Shipment.Status.PLANNED
    assert not Box.objects.exists()
    assert list(flow.between.events.values_list("action", flat=True)) == ["ADD", "DELETE"]
    send(flow, flow.between)
    with pytest.raises(WrongState):
        services.unpack(viewer=flow.press, shipment=flow.between.public_id, now=NOW)
    assert Box.objects.count() == 2


def test_dispatching_packs_first_and_once():
    flow = a_flow()
    sent = send(flow, flow.between, carrier="Fast Wheels")
    send(flow, flow.between)
    assert (sent.status, sent.dispatched_at, sent.carrier) == ("dispatched", NOW, "Fast Wheels")
    assert list(sent.events.values_list("biz_step", "disposition")) == [
        ("packing", "in_progress"), ("departing", "in_transit"),
    ]  # fmt: skip
    assert sent.events.last().event_offset == "+08:00"


def test_the_rest_of_a_short_shipment_is_planned_as_another():
    flow = a_flow()
    send(flow, flow.between, quantity=600)
    send(flow, flow.between, quantity=600)
    rest = Shipment.objects.get(rest_of=flow.between)
    assert (rest.quantity, rest.status, rest.departs_at) == (400, "planned", flow.between.departs_at)
    assert send(flow, rest).boxes.get().quantity == 400


def test_another_shipment_of_the_same_way_can_be_added_and_sends_no_more_than_lies_there():
    flow = a_flow()
    send(flow, flow.between, quantity=600)
    extra = services.add_shipment(viewer=flow.press, like=flow.between.public_id, quantity=500, now=NOW)
    assert (extra.is_extra, extra.to_site_id, extra.arrives_at - extra.departs_at) == (
        True, flow.coat_site.pk, flow.between.arrives_at - flow.between.departs_at,
    )  # fmt: skip
    assert send(flow, extra).boxes.get().quantity == 400


def test_only_the_sender_packs_and_others_learn_nothing():
    flow = a_flow()
    for stranger in (flow.buyer, flow.coat, a_viewer()):
        with pytest.raises(NotFound):
            pack(flow, flow.between, by=stranger)
        with pytest.raises(NotFound):
            send(flow, flow.between, by=stranger)
    watcher = a_viewer(enterprise=flow.press_site.enterprise, role=Membership.Role.VIEWER)
    with pytest.raises(Forbidden):
        pack(flow, flow.between, by=watcher)
    assert not Box.objects.exists()


def test_an_operator_packs():
    flow = a_flow()
    operator = a_viewer(enterprise=flow.press_site.enterprise, role=Membership.Role.OPERATOR)
    assert pack(flow, flow.between, by=operator).status == Shipment.Status.PACKING


def test_of_many_each_is_done_or_refused_alone():
    flow = a_flow(num_legs=2)
    WorkOrder.objects.filter(order=flow.order).update(good=0)
    WorkOrder.objects.filter(pk=flow.work("press").pk).update(good=500)
    first, second, foreign, _ = flow.shipments
    wanted = [
        services.Packing(shipment=one)
        for one in (first.public_id, foreign.public_id, "shp_x", second.public_id)
    ]
    outcomes = services.dispatch_many(viewer=flow.press, wanted=wanted, now=NOW)
    assert [one.error.code if one.error else one.status for one in outcomes] == [
        "dispatched", "common:not-found", "common:not-found", "delivery:not-enough",
    ]  # fmt: skip
    assert Box.objects.count() == 1
    with pytest.raises(InvalidInput):
        services.dispatch_many(viewer=flow.press, wanted=wanted * 126, now=NOW)


def test_of_goods_in_metres_it_is_said_how_many_metres_lie_there():
    flow = a_flow(num_legs=2)
    Operation.objects.filter(code="press").update(unit="m")
    WorkOrder.objects.filter(order=flow.order).update(good=0)
    WorkOrder.objects.filter(pk=flow.work("press").pk).update(good=200)
    with pytest.raises(NotEnough, match="200\u00a0m lie there and may leave"):
        pack(flow, flow.shipments[0], quantity=201)
