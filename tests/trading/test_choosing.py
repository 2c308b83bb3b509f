"""A chosen plan holds its capacity and makes every factory one offer."""

from datetime import timedelta

import pytest

from marketplace.capacity.models import TakenTime
from marketplace.capacity.services import add_own_job
from marketplace.common.errors import Forbidden, NotFound
from marketplace.orders.models import Order
from marketplace.trading import selectors, services
from marketplace.trading.errors import CapacityGone, OfferClosed, PlanNotChoosable
from marketplace.trading.models import Deal, Package, Run
from tests.builders import NOW, a_buyer
from tests.trading.deals import a_network

pytestmark = pytest.mark.django_db


def test_every_factory_of_the_plan_gets_one_package_with_all_its_runs():
    network = a_network()
    deal = network.deal()
    packages = list(deal.packages.all())
    assert len(packages) == len({package.enterprise_id for package in packages}) == 3
    assert sum(run.quantity for run in Run.objects.filter(package__deal=deal)) == network.order.quantity
    assert {package.label for package in packages} == {"A", "B", "C"}


def test_the_price_is_the_plans_cost_and_pay_does_not_exceed_it():
    deal = a_network().deal()
    assert deal.net_cents == deal.plan_run.cost_cents
    assert 0 < sum(package.pay_cents for package in deal.packages.all()) <= deal.net_cents


def test_pay_of_a_package_is_the_sum_of_its_runs():
    for package in a_network().deal().packages.all():
        assert package.pay_cents == sum(run.pay_cents for run in package.runs.all())


def test_every_run_is_held_until_it_is_answered():
    deal = a_network().deal()
    runs = Run.objects.filter(package__deal=deal)
    held = TakenTime.objects.filter(kind=TakenTime.Kind.HOLD)
    assert {(h.equipment_id, h.period.lower, h.period.upper) for h in held} == {
        (run.equipment_id, run.starts_at, run.ends_at) for run in runs
    }


def test_an_order_is_offered_once():
    network = a_network()
    deal = network.deal()
    network.order.refresh_from_db()
    assert network.order.status == Order.Status.OFFERED
    with pytest.raises(PlanNotChoosable):
        services.choose_plan(
            viewer=network.buyer,
            order_public_id=network.order.public_id,
            plan_public_id=deal.plan_run.public_id,
            now=NOW,
            clock_speed=1.0,
        )
    assert Deal.objects.count() == 1


def test_when_somebody_took_the_time_meanwhile_nothing_is_held_or_offered():
    network = a_network()
    plan = network.plan()
    lot = plan.plan["lots"][0]
    owner = next(
        viewer
        for pk, viewer in network.owners.items()
        if TakenTime._meta.get_field("equipment")
        .related_model.objects.filter(public_id=lot["machine"], enterprise_id=pk)
        .exists()
    )
    starts_at = plan.epoch + timedelta(minutes=lot["start_min"])
    add_own_job(
        viewer=owner, machine=lot["machine"], starts_at=starts_at, ends_at=starts_at + timedelta(minutes=1)
    )
    with pytest.raises(CapacityGone):
        services.choose_plan(
            viewer=network.buyer,
            order_public_id=network.order.public_id,
            plan_public_id=plan.public_id,
            now=NOW,
            clock_speed=1.0,
        )
    assert not Deal.objects.exists()
    assert not Package.objects.exists()
    assert not TakenTime.objects.filter(kind=TakenTime.Kind.HOLD).exists()


def test_a_strangers_choice_finds_no_plan():
    network = a_network()
    plan = network.plan()
    with pytest.raises(NotFound):
        services.choose_plan(
            viewer=a_buyer(),
            order_public_id=network.order.public_id,
            plan_public_id=plan.public_id,
            now=NOW,
            clock_speed=1.0,
        )
    with pytest.raises(NotFound):
        selectors.deal_of_order(a_buyer(), order_public_id=network.order.public_id)


def test_withdrawing_gives_everything_back():
    network = a_network()
    network.deal()
    deal = services.cancel_deal(viewer=network.buyer, order_public_id=network.order.public_id)
    assert deal.status == Deal.Status.FAILED
    assert not TakenTime.objects.exists()
    assert set(Package.objects.values_list("status", flat=True)) == {Package.Status.WITHDRAWN}
    network.order.refresh_from_db()
    assert network.order.status == Order.Status.OPEN


def test_what_all_have_agreed_to_is_not_withdrawn():
    network = a_network()
    for package in network.deal().packages.all():
        network.answer(package)
    with pytest.raises(OfferClosed):
        services.cancel_deal(viewer=network.buyer, order_public_id=network.order.public_id)
    assert TakenTime.objects.filter(kind=TakenTime.Kind.BOOKING).exists()


def test_a_viewer_role_may_not_choose():
    network = a_network()
    plan = network.plan()
    from dataclasses import replace

    looker = replace(network.buyer, role="viewer")
    with pytest.raises(Forbidden):
        services.choose_plan(
            viewer=looker,
            order_public_id=network.order.public_id,
            plan_public_id=plan.public_id,
            now=NOW,
            clock_speed=1.0,
        )
