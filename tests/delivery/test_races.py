"""Two at once on a real database: nothing is received twice, nothing is sent that does not lie there."""

import threading
from importlib import import_module

import pytest

from marketplace.delivery import services
from marketplace.delivery.errors import NotEnough, WrongState
from marketplace.delivery.models import Box, ReceiptLine, Shipment, VisibilityEvent
from marketplace.delivery.stock import stock_of_order
from marketplace.orders.models import Order
from marketplace.production.models import WorkOrder
from tests.builders import NOW
from tests.delivery.flows import a_flow, receive, send, write_legs
from tests.races.test_double_booking import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def lying(flow) -> int:
    return stock_of_order(flow.order.pk)[flow.press_site.pk, "pressed"].lying


def two_shipments_for_the_pieces_of_one():
    flow = a_flow(num_legs=2)
    WorkOrder.objects.filter(order=flow.order).update(good=0)
    WorkOrder.objects.filter(pk=flow.work("press").pk).update(good=500)
    return flow


def test_of_two_who_receive_the_same_shipment_one_does_and_the_other_is_told():
    flow = a_flow()
    send(flow, flow.between)
    answers = at_once(*[lambda key=key: receive(flow, flow.between, key=key) for key in "abcd"])
    assert sum(isinstance(answer, WrongState) for answer in answers) == 3, answers
    assert ReceiptLine.objects.count() == 1
    assert VisibilityEvent.objects.filter(biz_step="receiving").count() == 1


def test_the_same_receipt_sent_twice_at_once_is_one():
    flow = a_flow()
    send(flow, flow.between)
    answers = at_once(*[lambda: receive(flow, flow.between) for _ in range(3)])
    assert all(isinstance(answer, Shipment) for answer in answers), answers
    assert ReceiptLine.objects.count() == 1


def test_of_two_who_pack_the_same_pieces_at_once_one_gets_them():
    flow = two_shipments_for_the_pieces_of_one()
    first, second, *_ = flow.shipments
    answers = at_once(*[lambda one=one: send(flow, one) for one in (first, second)])
    assert sum(isinstance(answer, NotEnough) for answer in answers) == 1, answers
    assert (Box.objects.count(), lying(flow)) == (1, 0)


def test_without_the_lock_of_the_order_more_is_sent_than_lies_there(monkeypatch):
    flow = two_shipments_for_the_pieces_of_one()
    first, second, *_ = flow.shipments
    both_have_looked = threading.Barrier(2)

    def unlocked(public_ids, *, allowed):
        found = Shipment.objects.filter(allowed, public_id__in=set(public_ids))
        return {
            one.public_id: one for one in found.select_related("order", "from_site", "to_site", "to_drop")
        }

    def look(order_id):
        found = stock_of_order(order_id)
        both_have_looked.wait(20)
        return found

    packing = import_module("marketplace.delivery.services.pack")
    monkeypatch.setattr(packing, "lock_shipments", unlocked)
    monkeypatch.setattr(packing, "stock_of_order", look)
    at_once(*[lambda one=one: send(flow, one) for one in (first, second)])
    assert lying(flow) == -500


def test_planning_twice_at_once_makes_each_shipment_once():
    flow = a_flow()
    flow.deal.legs.all().delete()
    write_legs(flow.deal, [flow.press_site, flow.coat_site], num_legs=4)
    at_once(*[lambda: services.plan_shipments(deal_public_id=flow.deal.public_id) for _ in range(3)])
    living = Shipment.objects.filter(order=flow.order).exclude(status="cancelled")
    assert living.count() == 8


def test_receipts_of_the_last_shipments_at_once_end_the_order_once():
    flow = a_flow(num_legs=2)
    for shipment in flow.shipments[:2]:
        send(flow, shipment)
        receive(flow, shipment)
    last = flow.shipments[2:]
    for shipment in last:
        send(flow, shipment)
    answers = at_once(*[lambda one=one: receive(flow, one) for one in last])
    assert all(isinstance(answer, Shipment) for answer in answers), answers
    flow.order.refresh_from_db()
    assert flow.order.status == Order.Status.DONE
    assert sorted(flow.order.acceptances.values_list("accepted_total", flat=True)) == [500, 1_000]


def test_many_are_locked_in_the_same_order_whoever_names_them_how():
    flow = a_flow(num_legs=4)
    ids = [one.public_id for one in flow.shipments[:4]]

    def send_all(names):
        wanted = [services.Packing(shipment=name) for name in names]
        return services.dispatch_many(viewer=flow.press, wanted=wanted, now=NOW)

    answers = at_once(lambda: send_all(ids), lambda: send_all(ids[::-1]))
    assert all(isinstance(answer, list) for answer in answers), answers
    assert Box.objects.count() == 4
