"""An order that is done asks nobody for anything any more, and takes no time that is to come."""

from datetime import timedelta

import pytest

from marketplace.capacity.models import TakenTime
from marketplace.orders.models import Order
from marketplace.trading import services
from marketplace.trading.errors import OfferClosed
from marketplace.trading.models import Deal, Disturbance, Package, Run
from tests.builders import NOW
from tests.trading.deals import a_network, an_agreed_deal, solve_change

pytestmark = pytest.mark.django_db


def done(network) -> None:
    Order.objects.filter(pk=network.order.pk).update(status=Order.Status.DONE)


def disturb(run, *, at):
    kind = Disturbance.Kind.MACHINE_DOWN
    return services.report(run_id=run.pk, kind=kind, cause="machine-off", now=at, made=0)


def test_time_to_come_is_given_back_once_and_runs_stay_booked_for_their_share_of_the_pay():
    network = a_network(num_firms=2, quantity=600)
    deal = an_agreed_deal(network)
    assert services.end_done_deals(now=NOW) == 0
    done(network)
    assert services.end_done_deals(now=NOW) == 1
    assert not TakenTime.objects.filter(kind=TakenTime.Kind.BOOKING).exists()
    assert set(Run.objects.filter(package__deal=deal).values_list("status", flat=True)) == {"booked"}
    assert services.end_done_deals(now=NOW) == 0


def test_nothing_is_disturbed_any_more():
    network = a_network(num_firms=2, quantity=600)
    deal = an_agreed_deal(network)
    done(network)
    assert disturb(Run.objects.filter(package__deal=deal).first(), at=NOW) is None
    assert not Disturbance.objects.exists()


def test_a_change_that_waits_is_not_committed_and_is_over():
    network = a_network(num_firms=3, quantity=1_500)
    deal = an_agreed_deal(network)
    run = Run.objects.order_by("starts_at", "pk").first()
    at = run.starts_at + timedelta(hours=1)
    disturb(run, at=at)
    plan = solve_change(deal, now=at)
    done(network)
    price = deal.net_cents
    with pytest.raises(OfferClosed):
        services.consent(
            viewer=network.buyer,
            order_public_id=network.order.public_id,
            plan_public_id=plan.public_id,
            now=at,
            clock_speed=1.0,
        )
    assert services.end_done_deals(now=at) == 1
    deal = Deal.objects.get(pk=deal.pk)
    assert (deal.net_cents, deal.proposed_run, deal.status) == (price, None, Deal.Status.AGREED)
    assert Disturbance.objects.get().status == Disturbance.Status.OVER


def test_an_offer_that_waits_is_withdrawn():
    network = a_network(num_firms=2, quantity=600)
    an_agreed_deal(network)
    package = Package.objects.order_by("pk").first()
    Package.objects.filter(pk=package.pk).update(status=Package.Status.OFFERED)
    package.runs.update(status=Run.Status.OFFERED)
    done(network)
    services.end_done_deals(now=NOW)
    package.refresh_from_db()
    assert package.status == Package.Status.WITHDRAWN
    with pytest.raises(OfferClosed):
        network.answer(package)
