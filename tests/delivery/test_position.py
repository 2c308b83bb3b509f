"""Where a re-plan takes goods to be: what a person sends beside the plan leaves, what is not released stays."""

from datetime import timedelta

import pytest

from marketplace.delivery import services
from marketplace.delivery.models import Shipment
from marketplace.delivery.selectors.goods import goods_of
from marketplace.production.models import WorkOrder
from marketplace.trading.position import position_of
from marketplace.trading.standing import standing_runs
from marketplace.trading.told import Asked
from tests.builders import NOW
from tests.delivery.flows import HOUR, a_flow, send

pytestmark = pytest.mark.django_db


def position(flow, *, at=NOW):
    return position_of(flow.deal, standing_runs(flow.deal, epoch=at, lost={}), epoch=at)


def stock(found):
    return sorted((one.item, one.site, one.from_min, one.quantity) for one in found.stock)


def extra(flow, shipment, *, quantity):
    by = flow.press if shipment.to_drop_id is None else flow.coat
    return services.add_shipment(viewer=by, like=shipment.public_id, quantity=quantity, now=NOW)


def test_what_a_person_sends_beside_the_plan_is_on_its_way_to_a_site():
    flow = a_flow()
    WorkOrder.objects.filter(run__operation__code="coat").update(good=0)
    asked = extra(flow, flow.between, quantity=5)
    route = ("pressed", flow.press_site.pk, flow.coat_site.pk, None)
    assert goods_of(flow.order.pk).asked == [Asked(route=route, arrives_at=asked.arrives_at, quantity=5)]
    assert stock(position(flow)) == sorted(
        [
            ("pressed", flow.press_site.public_id, 0, 995),
            ("pressed", flow.coat_site.public_id, 4 * 60, 5),
        ]
    )


def test_a_drop_waits_no_more_for_what_a_person_sends_it_beside_the_plan():
    """Another plan would bring it more than it takes, and be refused."""
    flow = a_flow()
    extra(flow, flow.last, quantity=7)
    found = position(flow)
    (drop,) = found.remaining
    assert found.remaining == {drop: 993}
    assert [load.quantity for load in found.deliveries] == [993]
    assert found.sent_arrives_min == 9 * 60


def test_the_rest_of_what_a_person_sent_beside_the_plan_is_no_part_of_the_plan_either():
    flow = a_flow()
    WorkOrder.objects.filter(run__operation__code="coat").update(good=0)
    added = extra(flow, flow.between, quantity=5)
    send(flow, added, quantity=3)
    rest = Shipment.objects.get(rest_of=added)
    assert [one.quantity for one in goods_of(flow.order.pk).asked] == [2]
    assert dict(goods_of(flow.order.pk).sent) == {}
    send(flow, rest)
    assert goods_of(flow.order.pk).asked == []
    assert dict(goods_of(flow.order.pk).sent) == {}
    services.plan_shipments(deal_public_id=flow.deal.public_id)
    assert flow.between.quantity == 1_000


def test_what_should_have_left_waits_for_the_approval_of_the_first_article():
    flow = a_flow()
    WorkOrder.objects.filter(run__operation__code="coat").update(good=0)
    late, leg = NOW + 12 * HOUR, flow.between.leg
    assert position(flow, at=late).facts.gone == {leg.pk: 1_000}
    WorkOrder.objects.filter(run__operation__code="press").update(first_quantity=10, article="asked")
    found = position(flow, at=late)
    assert found.facts.gone == {}
    assert stock(found) == [("pressed", flow.press_site.public_id, 0, 1_000)]


def test_nor_leaves_what_such_work_should_have_made_and_nobody_has_told():
    flow = a_flow(made=False)
    times = {"start_min": 0, "setup_min": 0, "end_min": 600}
    lot = {"id": "a", "order": "o", "operation": "press", "machine": "m", "quantity": 1_000}
    WorkOrder.objects.filter(run__operation__code="press").update(
        first_quantity=10, article="wanted", good=10
    )
    run = flow.work("press").run
    run.lots = [lot | times]
    run.save()
    found = position(flow, at=run.starts_at + timedelta(hours=12))
    assert found.facts.gone == {}
