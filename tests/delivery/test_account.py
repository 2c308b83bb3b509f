"""Oracles over goods, each seen red on a planted bug; the database's own refusals; genealogy; the forecast."""

import random
from datetime import timedelta

import pytest

from marketplace.common import oracles
from marketplace.common.errors import NotFound
from marketplace.delivery import services
from marketplace.delivery.fifo import Flow, Heap
from marketplace.delivery.models import Box, ReceiptLine, Settlement, Shipment, VisibilityEvent
from marketplace.delivery.selectors.forecast import forecast
from marketplace.delivery.selectors.genealogy import boxes_named, boxes_with, origins_of
from marketplace.delivery.selectors.progress import steps_of
from marketplace.delivery.selectors.shipments import box as box_of
from marketplace.orders.models import Order, OrderDrop
from marketplace.production.models import WorkOrder
from tests.builders import NOW, a_viewer, an_api_client
from tests.delivery.flows import HOUR, a_flow, receive, send
from tests.written_once import assert_written_once

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    return [fault.text for fault in oracles.faults(["delivery"])]


def a_finished_flow():
    flow = a_flow()
    for shipment in (flow.between, flow.last):
        send(flow, shipment)
        receive(flow, shipment)
    flow.order.refresh_from_db()
    assert flow.order.status == Order.Status.DONE
    return flow


def test_an_order_that_ran_its_course_has_no_fault_and_one_under_way_neither():
    assert found() == []
    a_finished_flow()
    flow = a_flow()
    send(flow, flow.between)
    assert found() == []


@pytest.mark.parametrize(
    ("plant", "complaint"),
    [
        (
            lambda flow: WorkOrder.objects.filter(run__operation__code="press").update(good=990),
            "10 pieces short",
        ),
        (
            lambda flow: Box.objects.filter(shipment=flow.last, number=1).update(quantity=600),
            "1100 pieces sent",
        ),
        (
            lambda flow: Box.objects.filter(shipment=flow.last, number=1).update(quantity=600),
            "more than planned",
        ),
        (lambda flow: Shipment.objects.filter(pk=flow.last.pk).update(status="arrived"), "is arrived"),
        (lambda flow: Shipment.objects.filter(pk=flow.last.pk).update(status="arrived"), "disagree"),
        (lambda flow: Shipment.objects.filter(pk=flow.last.pk).update(status="planned"), "has boxes"),
        (
            lambda flow: OrderDrop.objects.filter(order=flow.order).update(quantity=1_001),
            "waits for 1 pieces",
        ),
    ],
)
def test_the_oracle_is_red_on_a_planted_bug_in_a_finished_order(plant, complaint):
    flow = a_finished_flow()
    plant(flow)
    assert any(complaint in text for text in found()), found()


def test_the_oracle_is_red_where_a_shipment_left_without_boxes_or_event():
    flow = a_flow()
    Shipment.objects.filter(pk=flow.between.pk).update(status="dispatched", dispatched_at=NOW)
    texts = " ".join(found())
    assert "has no box" in texts and "no event of departing" in texts


def test_the_oracle_is_red_where_more_was_used_than_was_ever_made():
    flow = a_flow()
    assert found() == []
    WorkOrder.objects.filter(pk=flow.work("press").pk).update(good=900)
    assert found() == [f"{flow.order.public_id}: pressed 100 pieces short over all sites"]


@pytest.mark.parametrize("model", [VisibilityEvent, ReceiptLine, Settlement])
def test_what_was_recorded_is_not_changed_nor_removed(model):
    flow = a_flow()
    send(flow, flow.between)
    receive(flow, flow.between)
    drop = flow.order.drops.get().public_id
    services.settle(
        viewer=flow.buyer, order=flow.order.public_id, drop=drop, quantity=1, reason="x", key="k", now=NOW
    )
    table, before = model._meta.db_table, model.objects.count()
    assert before
    assert_written_once(table)
    assert model.objects.count() == before


def test_first_in_is_first_out():
    def flow(hour, what, quantity):
        return Flow(at=3600 * hour, what=what, quantity=quantity)

    arrivals = [flow(1, ("work", 2), 50), flow(0, ("work", 1), 100)]
    departures = [flow(5, ("box", 8), 60), flow(4, ("box", 7), 80), flow(6, ("box", 9), 999)]
    heap = Heap(arrivals=arrivals, departures=departures)
    assert heap.sources_of(("box", 7)) == {("work", 1)}
    assert heap.sources_of(("box", 8)) == {("work", 1), ("work", 2)}
    assert heap.sources_of(("box", 9)) == {("work", 2)}
    assert heap.sinks_of(("work", 1)) == {("box", 7), ("box", 8)}
    assert heap.sinks_of(("work", 2)) == {("box", 8), ("box", 9)}
    assert Heap(arrivals=[], departures=departures).sources_of(("box", 7)) == set()
    assert Heap(arrivals=arrivals, departures=[]).sinks_of(("work", 1)) == set()


@pytest.mark.parametrize("seed", range(20))
def test_a_heap_links_what_laying_out_piece_by_piece_links(seed):
    draw = random.Random(seed)

    def flows(kind):
        return [
            Flow(at=draw.randrange(9), what=(kind, draw.randrange(5)), quantity=draw.randrange(6))
            for _ in range(12)
        ]

    def pieces(flows):
        return [flow.what for flow in sorted(flows) for _ in range(flow.quantity)]

    came, left = flows("work"), flows("box")
    pairs = set(zip(pieces(came), pieces(left), strict=False))
    heap = Heap(arrivals=came, departures=left)
    for pk in range(5):
        assert heap.sources_of(("box", pk)) == {one for one, other in pairs if other == ("box", pk)}
        assert heap.sinks_of(("work", pk)) == {other for one, other in pairs if one == ("work", pk)}


def test_a_box_at_the_buyers_door_leads_back_to_all_its_work_by_the_names_of_factories_and_machines():
    flow = a_finished_flow()
    box = box_of(flow.buyer, public_id=flow.last.boxes.last().public_id)
    origins = origins_of(flow.buyer, box)
    assert [(one.operation, one.factory, one.machine) for one in origins] == [
        (one.run.operation.name, one.equipment.enterprise.name, one.equipment.name)
        for one in (flow.work("press"), flow.work("coat"))
    ]


def test_a_factory_is_told_its_own_work_alone():
    flow = a_finished_flow()
    box = box_of(flow.coat, public_id=flow.last.boxes.last().public_id)
    assert [one.operation for one in origins_of(flow.coat, box)] == ["Coat"]
    incoming = box_of(flow.coat, public_id=flow.between.boxes.last().public_id)
    assert origins_of(flow.coat, incoming) == []


def test_work_leads_forward_to_the_boxes_its_pieces_may_be_in():
    flow = a_finished_flow()
    press = flow.work("press").public_id

    def shipments_with_it(viewer):
        return {box.shipment_id for box in boxes_named(boxes_with(viewer, work_order=press))}

    assert shipments_with_it(flow.buyer) == {flow.between.pk, flow.last.pk}
    assert shipments_with_it(flow.press) == {flow.between.pk}
    for stranger in (flow.coat, a_viewer()):
        with pytest.raises(NotFound):
            boxes_with(stranger, work_order=press)


def test_the_forecast_is_the_plan_as_long_as_nothing_is_late():
    flow = a_flow()
    told = forecast(flow.order, now=NOW)
    assert (told.complete_at, told.reason, told.is_late) == (
        NOW + 40 * HOUR,
        "Everything goes as planned.",
        False,
    )


def test_a_plan_that_was_agreed_for_later_than_the_due_date_is_not_just_as_planned():
    flow = a_flow()
    flow.order.due_at = NOW + 30 * HOUR
    told = forecast(flow.order, now=NOW)
    assert told.is_late
    assert told.reason == "Everything goes as agreed last, which is later than the due date."


def test_a_shipment_that_leaves_late_moves_the_end_and_is_named():
    flow = a_flow()
    WorkOrder.objects.update(status="finished", closed_at=NOW)
    told = forecast(flow.order, now=NOW + 14 * HOUR)
    assert told.complete_at == NOW + 43 * HOUR
    assert told.reason == "Because a shipment from Ningbo leaves 3 h late."


def test_work_that_is_behind_moves_the_end_of_what_leaves_after_it():
    flow = a_flow(made=False)
    told = forecast(flow.order, now=NOW + 10 * HOUR)
    assert told.complete_at == NOW + 50 * HOUR
    assert f"Press at {flow.press_site.enterprise.name} is 10 h behind" in told.reason


def test_lateness_beyond_the_due_date_is_said():
    flow = a_flow(made=False)
    Order.objects.filter(pk=flow.order.pk).update(due_at=NOW + 45 * HOUR)
    flow.order.refresh_from_db()
    assert forecast(flow.order, now=NOW + 10 * HOUR).is_late


def test_a_shipment_on_the_way_takes_as_long_as_planned():
    flow = a_flow()
    send(flow, flow.between)
    receive(flow, flow.between)
    send(flow, flow.last, now=NOW + 33 * HOUR)
    WorkOrder.objects.update(status="finished", closed_at=NOW)
    told = forecast(flow.order, now=NOW + 34 * HOUR)
    assert told.complete_at == NOW + 42 * HOUR
    assert told.reason == "Because the way from Yuyao takes 2 h longer."


def test_a_finished_order_says_when_its_last_piece_came():
    flow = a_finished_flow()
    told = forecast(flow.order, now=NOW + timedelta(days=3))
    assert (told.complete_at, told.is_over) == (NOW, True)


def test_no_plan_no_moment():
    flow = a_flow()
    Order.objects.filter(pk=flow.order.pk).update(status=Order.Status.OPEN)
    flow.order.refresh_from_db()
    assert forecast(flow.order, now=NOW).complete_at is None


def test_made_shipped_received_and_accepted_each_follow_from_their_own_rows():
    flow = a_flow()
    send(flow, flow.between, now=NOW)
    box = flow.between.boxes.order_by("number")[0]
    services.receive_box(
        viewer=flow.coat,
        shipment=flow.between.public_id,
        code=box.public_id,
        count=services.Count(key="b", damaged=4, missing=1, reason="wet"),
        now=NOW,
    )

    def told():
        step = steps_of(flow.order)[0]
        return step.needed, step.made, step.shipped, step.received, step.accepted

    assert told() == (1_000, 1_000, 1_000, 499, 0)
    receive(flow, flow.between)
    assert told() == (1_000, 1_000, 1_000, 999, 995)
    answer = an_api_client(flow.buyer).get(f"/api/v1/orders/{flow.order.public_id}/delivery").data
    assert (answer["steps"][0]["received"], answer["steps"][0]["accepted"]) == (999, 995)
