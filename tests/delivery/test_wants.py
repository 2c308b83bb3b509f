"""The factory's home says first what is to be done today, each with its number and the way there."""

from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.delivery.models import Shipment
from marketplace.delivery.selectors.wants import wants_of
from marketplace.production.models import WorkOrder
from marketplace.trading.models import Disturbance, Package, Run
from tests.builders import NOW, a_buyer
from tests.delivery.flows import a_flow
from tests.production.test_pages import a_client
from tests.production.work import a_shop

pytestmark = pytest.mark.django_db


def told(viewer, now=NOW):
    return {one.text: one.url for one in wants_of(viewer, now=now)}


def test_runs_that_begin_today_are_counted_and_later_ones_are_not():
    shop = a_shop(num_runs=3)
    Run.objects.filter(pk=shop.work[2].run_id).update(
        starts_at=NOW + timedelta(days=3), ends_at=NOW + timedelta(days=4)
    )
    Run.objects.filter(pk=shop.work[1].run_id).update(starts_at=NOW + timedelta(minutes=1))
    assert told(shop.owner) == {"2 runs to start today": reverse("production:today")}


def test_a_refused_first_article_leads_to_its_work():
    shop = a_shop(article=True)
    WorkOrder.objects.update(article="refused", status="paused")
    page = reverse("production:work-order", args=[shop.first.public_id])
    assert told(shop.owner) == {"1 first article was refused: the work stands still": page}


def test_offers_that_can_be_answered_are_counted():
    shop = a_shop(opened=False)
    Package.objects.update(status="offered", answer_by=NOW + timedelta(hours=1))
    assert told(shop.owner) == {"1 offer to answer": reverse("trading:offers")}
    assert told(shop.owner, now=NOW + timedelta(hours=2)) == {}


def test_a_machine_that_is_down_asks_when_it_is_back_until_somebody_says_so():
    shop = a_shop()
    run = shop.first.run
    WorkOrder.objects.update(status="running")
    down = Disturbance.objects.create(
        deal=shop.deal, run=run, kind="machine_down", cause="machine-off", noticed_at=NOW
    )
    page = reverse("trading:run", args=[run.public_id])
    assert told(shop.owner) == {"1 machine is down: say when it is back": page}
    Disturbance.objects.filter(pk=down.pk).update(closed_until=NOW)
    assert told(shop.owner) == {}


def test_shipments_to_hand_over_today_and_those_that_arrived_are_counted_at_their_ends():
    flow = a_flow(num_legs=2)
    Shipment.objects.filter(pk=flow.between.pk).update(departs_at=NOW)
    later = Shipment.objects.filter(order=flow.order).exclude(pk=flow.between.pk)
    later.update(departs_at=NOW + timedelta(days=2), arrives_at=NOW + timedelta(days=3))
    assert told(flow.press)["1 shipment to hand over today"] == reverse("delivery:shipments")
    Shipment.objects.filter(pk=flow.between.pk).update(status="arrived", dispatched_at=NOW, arrived_at=NOW)
    assert "1 shipment to hand over today" not in told(flow.press)
    assert told(flow.coat)["1 shipment to receive"] == reverse("delivery:coming")


def test_a_stranger_is_told_nothing_and_the_home_puts_it_before_the_money():
    shop = a_shop()
    assert wants_of(a_buyer(), now=NOW) == []
    client = a_client(shop.owner)
    home = client.get(reverse("trading:home")).text
    assert home.index(reverse("delivery:wants")) < home.index(reverse("payments:next"))
    assert home.index(reverse("payments:next")) < home.index("machines-title")
    part = client.get(reverse("delivery:wants"), headers={"HX-Request": "true"}).text
    assert "What wants you today" in part
