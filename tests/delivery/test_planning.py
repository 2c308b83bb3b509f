"""From legs to shipments, once, and again after a re-plan."""

import time

import pytest

from marketplace.common.errors import NotFound
from marketplace.delivery import services
from marketplace.delivery.models import CoveredLeg, Shipment
from marketplace.trading.models import Deal, Leg
from tests.builders import NOW
from tests.delivery.flows import HOUR, a_flow, send, write_legs

pytestmark = pytest.mark.django_db
S = Shipment.Status


def replan(flow, *, num_legs):
    """What taking up a re-plan does to the legs."""
    flow.deal.legs.all().delete()
    write_legs(flow.deal, [flow.press_site, flow.coat_site], num_legs=num_legs, hours=2)
    return services.plan_shipments(deal_public_id=flow.deal.public_id)


def living(flow, item="pressed"):
    found = Shipment.objects.filter(order=flow.order, item=item).exclude(status=S.CANCELLED)
    return list(found.order_by("departs_at", "pk").values_list("quantity", "status"))


def test_each_leg_has_one_shipment_however_often_it_is_planned():
    flow = a_flow(num_legs=2)
    assert services.plan_shipments(deal_public_id=flow.deal.public_id) == 0
    assert [(s.item, s.quantity, s.status) for s in flow.shipments] == [
        ("pressed", 500, "planned"), ("pressed", 500, "planned"),
        ("coated", 500, "planned"), ("coated", 500, "planned"),
    ]  # fmt: skip
    assert len({s.tracking_hash for s in flow.shipments}) == 4


def test_a_replan_calls_off_what_is_only_planned():
    flow = a_flow(num_legs=2)
    assert replan(flow, num_legs=4) == 4 + 8
    assert living(flow) == [(250, "planned")] * 4
    assert replan(flow, num_legs=4) == 16
    assert services.plan_shipments(deal_public_id=flow.deal.public_id) == 0


def test_what_has_left_stays_and_counts_against_the_new_plan():
    flow = a_flow(num_legs=2)
    sent = send(flow, flow.between, quantity=300)
    replan(flow, num_legs=4)
    sent.refresh_from_db()
    assert sent.status == S.DISPATCHED
    assert living(flow) == [(500, "dispatched"), (200, "planned"), (250, "planned"), (250, "planned")]
    assert services.plan_shipments(deal_public_id=flow.deal.public_id) == 0
    assert living(flow) == [(500, "dispatched"), (200, "planned"), (250, "planned"), (250, "planned")]


def test_the_rest_of_a_short_shipment_lives_as_long_as_its_leg():
    flow = a_flow()
    send(flow, flow.between, quantity=300)
    assert services.plan_shipments(deal_public_id=flow.deal.public_id) == 0
    assert living(flow) == [(1_000, "dispatched"), (700, "planned")]
    replan(flow, num_legs=1)
    assert living(flow) == [(1_000, "dispatched"), (700, "planned")]
    assert Shipment.objects.get(rest_of__isnull=False).status == S.CANCELLED


def test_what_is_packed_when_its_way_goes_leaves_as_it_is():
    flow = a_flow()
    services.pack(
        viewer=flow.press, packing=services.Packing(shipment=flow.between.public_id, quantity=300), now=NOW
    )
    replan(flow, num_legs=1)
    assert living(flow) == [(300, "packing"), (700, "planned")]
    send(flow, flow.between)
    assert living(flow) == [(300, "dispatched"), (700, "planned")]


def test_a_rest_that_left_counts_against_the_new_plan():
    flow = a_flow()
    send(flow, flow.between, quantity=300)
    send(flow, Shipment.objects.get(rest_of=flow.between), quantity=200)
    replan(flow, num_legs=1)
    assert living(flow) == [(1_000, "dispatched"), (700, "dispatched"), (500, "planned")]


def test_shipments_that_a_person_added_outlive_a_replan():
    flow = a_flow()
    extra = services.add_shipment(viewer=flow.press, like=flow.between.public_id, quantity=5, now=NOW)
    replan(flow, num_legs=1)
    extra.refresh_from_db()
    assert extra.status == S.PLANNED


def test_what_was_left_behind_and_is_planned_elsewhere_now_is_called_off():
    """The second left early and in full, and the new plan sends what the first left behind another way."""
    flow = a_flow(num_legs=2)
    first, second = Shipment.objects.filter(item="pressed").order_by("pk")
    send(flow, first, quantity=400)
    send(flow, second)
    assert living(flow) == [(500, "dispatched"), (100, "planned"), (500, "dispatched")]
    of_second = second.leg
    of_second.delete()
    of_second.pk, of_second.quantity = None, 400
    of_second.save()
    assert services.plan_shipments(deal_public_id=flow.deal.public_id) == 1
    assert living(flow) == [(500, "dispatched"), (500, "dispatched")]
    assert services.plan_shipments(deal_public_id=flow.deal.public_id) == 0
    assert services.sweep(now=NOW) == 0


def test_what_left_in_the_place_of_another_shipment_leaves_that_one_nothing_to_carry():
    flow = a_flow(num_legs=2)
    first, second = Shipment.objects.filter(item="pressed").order_by("pk")
    send(flow, second)
    second.leg.delete()
    assert services.plan_shipments(deal_public_id=flow.deal.public_id) == 1
    first.refresh_from_db()
    assert (first.status, first.leg) == (S.CANCELLED, None)
    assert living(flow) == [(500, "dispatched")]


def test_a_way_whose_pieces_have_left_otherwise_is_looked_at_once():
    flow = a_flow()
    send(flow, flow.between, quantity=300)
    replan(flow, num_legs=4)
    assert living(flow) == [(1_000, "dispatched"), (200, "planned"), (250, "planned"), (250, "planned")]
    assert services.sweep(now=NOW) == 0
    assert CoveredLeg.objects.get().leg.quantity == 250
    services.plan_shipments(deal_public_id=flow.deal.public_id)
    assert CoveredLeg.objects.count() == 1


def test_a_covered_way_gets_its_shipment_when_what_covered_it_is_unpacked():
    flow = a_flow()
    packing = services.Packing(shipment=flow.between.public_id, quantity=300)
    packed = services.pack(viewer=flow.press, packing=packing, now=NOW)
    replan(flow, num_legs=4)
    services.unpack(viewer=flow.press, shipment=packed.public_id, now=NOW)
    assert services.sweep(now=NOW) == 1
    assert living(flow) == [(250, "planned")] * 4
    assert not CoveredLeg.objects.exists()
    assert services.sweep(now=NOW) == 0


def test_a_deal_that_is_not_agreed_plans_nothing_and_an_unknown_one_is_not_found():
    flow = a_flow()
    Deal.objects.update(status=Deal.Status.REPLANNING)
    flow.deal.legs.all().delete()
    assert services.plan_shipments(deal_public_id=flow.deal.public_id) == 0
    assert living(flow) == [(1_000, "planned")]
    with pytest.raises(NotFound):
        services.plan_shipments(deal_public_id="dea_x")


def test_the_sweep_finds_what_a_lost_nudge_left():
    flow = a_flow()
    write_legs(flow.deal, [flow.press_site, flow.coat_site], num_legs=1, hours=5)
    assert services.sweep(now=NOW) == 1
    assert Shipment.objects.count() == 4
    assert services.sweep(now=NOW) == 0
    flow.deal.legs.filter(departs_at__gte=NOW + 16 * HOUR, item="pressed").delete()
    assert services.sweep(now=NOW) == 1
    assert len(living(flow)) == 1


def test_thousands_of_legs_are_planned_in_seconds(django_assert_max_num_queries):
    flow = a_flow()
    leg = Leg.objects.filter(item="pressed").get()
    rows = [
        Leg(
            deal=flow.deal, item=leg.item, from_site=leg.from_site, to_site=leg.to_site, quantity=10,
            departs_at=leg.departs_at, arrives_at=leg.arrives_at,
        )
        for _ in range(3_000)
    ]  # fmt: skip
    Leg.objects.bulk_create(rows)
    begun = time.process_time()  # ours alone: others may be at work on this computer
    with django_assert_max_num_queries(40):
        assert services.plan_shipments(deal_public_id=flow.deal.public_id) == 3_000
    assert time.process_time() - begun < 5
