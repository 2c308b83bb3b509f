"""What was true when a page was drawn may be true no longer when its button is pressed."""

from datetime import timedelta

import pytest

from marketplace.capacity.models import Equipment, TakenTime
from marketplace.orders.models import Order
from marketplace.planning.models import PlanRun
from marketplace.trading import services
from marketplace.trading.errors import CapacityGone, OfferClosed
from marketplace.trading.models import Deal, Package, Run
from tests.builders import NOW, a_site
from tests.trading.deals import a_network
from tests.trading.test_answering import agree_to, solve_replan

pytestmark = pytest.mark.django_db


def choose(network, plan, *, now):
    return services.choose_plan(
        viewer=network.buyer,
        order_public_id=network.order.public_id,
        plan_public_id=plan.public_id,
        now=now,
        clock_speed=1.0,
    )


def first_start(plan):
    return plan.epoch + timedelta(minutes=min(lot["start_min"] for lot in plan.plan["lots"]))


def test_a_plan_whose_first_run_should_have_begun_is_not_chosen():
    network = a_network()
    plan = network.plan()
    with pytest.raises(CapacityGone):
        choose(network, plan, now=first_start(plan) + timedelta(seconds=1))
    assert not Deal.objects.exists()
    assert not TakenTime.objects.exists()


def test_a_plan_that_is_chosen_late_is_answered_before_it_begins():
    network = a_network()
    plan = network.plan()
    now = first_start(plan) - timedelta(minutes=10)
    for package in choose(network, plan, now=now).packages.all():
        assert package.answer_by <= min(run.starts_at for run in package.runs.all())
        assert package.answer_by > now


def test_a_plan_whose_machine_stands_elsewhere_by_now_is_not_chosen():
    network = a_network()
    plan = network.plan()
    machine = Equipment.objects.get(public_id=plan.plan["lots"][0]["machine"])
    machine.site = a_site(enterprise=machine.enterprise, lat=41.0)
    machine.save()
    with pytest.raises(CapacityGone):
        choose(network, plan, now=NOW)
    assert not Deal.objects.exists()


def a_changed_deal():
    network = a_network(num_firms=2)
    deal = network.deal()
    first, other = deal.packages.all()
    network.answer(other)
    network.answer(first, accept=[], reason="own work")
    deal.refresh_from_db()
    solve_replan(deal)
    assert deal.status == Deal.Status.CHANGED
    return network, deal


def test_consent_is_to_the_change_that_was_shown():
    network, deal = a_changed_deal()
    with pytest.raises(OfferClosed):
        agree_to(deal.plan_run, network=network)
    deal.refresh_from_db()
    assert deal.status == Deal.Status.CHANGED
    agree_to(deal.proposed_run, network=network)
    deal.refresh_from_db()
    assert deal.status == Deal.Status.OFFERING


def test_after_too_many_declines_the_deal_ends_and_everything_is_given_back(monkeypatch):
    monkeypatch.setattr("marketplace.trading.services.propose.MAX_REPLANS", 0)
    network = a_network(num_firms=2)
    deal = network.deal()
    first, other = deal.packages.all()
    network.answer(other)
    network.answer(first, accept=[], reason="own work")
    deal.refresh_from_db()
    network.order.refresh_from_db()
    assert (deal.status, network.order.status) == (Deal.Status.FAILED, Order.Status.OPEN)
    assert not TakenTime.objects.exists()
    assert not PlanRun.objects.filter(replaces=deal.plan_run).exists()
    assert set(Run.objects.values_list("status", flat=True)) <= {Run.Status.REPLACED, Run.Status.DECLINED}
    assert not Package.objects.filter(status=Package.Status.OFFERED).exists()
