"""An offer that was accepted and of which no run is left says so, with the day and the reason, to both sides."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import Person
from marketplace.trading import selectors, services
from marketplace.trading.models import Disturbance, Package, Run
from tests.builders import NOW
from tests.trading.deals import a_network, an_agreed_deal, solve_change
from tests.trading.test_precedence import a_full_network, a_rated_order, commit, proposed

pytestmark = pytest.mark.django_db


def a_client(viewer) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=viewer.person_id))
    return client


def a_displaced_offer():
    network, deal = a_full_network()
    buyer, order = a_rated_order()
    commit(buyer, order, proposed(buyer, order))
    return network, deal, Package.objects.get(deal=deal, status="accepted")


def test_an_offer_displaced_by_a_rated_order_gave_way_from_that_moment():
    network, deal, package = a_displaced_offer()
    assert (package.state, package.gave_way_at, package.gave_way_because) == ("gave-way", NOW, "displaced")
    progress = selectors.deal_progress(deal)
    assert (progress.num_packages, progress.num_gave_way) == (1, 1)
    assert selectors.next_pay(network.owners[package.enterprise_id], now=NOW) is None


def test_the_factory_reads_when_and_why_its_accepted_offer_gave_way():
    network, _deal, package = a_displaced_offer()
    client = a_client(network.owners[package.enterprise_id])
    page = client.get(reverse("trading:offer", args=[package.public_id])).text
    assert "all runs of this offer gave way" in page
    assert "A rated order takes precedence over this run." in page
    assert "accepted</span>" not in page
    listed = client.get(reverse("trading:offers")).text
    assert "gave way</span>" in listed and "accepted</span>" not in listed
    told = client.get(f"/api/v1/packages/{package.public_id}").json()
    assert (told["gave_way_because"], told["gave_way_at"][:10]) == ("displaced", "2026-03-02")


def test_the_buyer_reads_how_many_accepted_offers_have_no_run_left():
    network, _deal, _package = a_displaced_offer()
    client = a_client(network.buyer)
    page = client.get(
        reverse("trading:plan", args=[network.order.public_id]), headers={"HX-Request": "true"}
    ).text
    assert "1 accepted offer has no run left" in page
    told = client.get(f"/api/v1/orders/{network.order.public_id}/deal").json()
    assert told["num_gave_way"] == 1


def replanned(*, begun_h):
    """A machine falls out so many hours after its run began; the change is committed."""
    network = a_network(num_firms=3, quantity=1_500)
    deal = an_agreed_deal(network)
    run = Run.objects.order_by("starts_at", "pk").first()
    now = run.starts_at + timedelta(hours=begun_h)
    services.report(
        run_id=run.pk,
        kind=Disturbance.Kind.MACHINE_DOWN,
        cause="machine-off",
        now=now,
        made=100 if begun_h > 0 else 0,
    )
    deal.refresh_from_db()
    solve_change(deal, now=now)
    services.consent(
        viewer=network.buyer,
        order_public_id=network.order.public_id,
        plan_public_id=deal.proposed_run.public_id,
        now=now,
        clock_speed=1.0,
    )
    return run.package, now


def test_an_offer_whose_runs_a_new_plan_dropped_gave_way_for_its_own_reason():
    package, now = replanned(begun_h=-1)
    package.refresh_from_db()
    assert (package.gave_way_at, package.gave_way_because) == (now, "machine-off")


def test_an_offer_with_a_run_left_stands_as_accepted():
    package, _now = replanned(begun_h=1)
    package.refresh_from_db()
    assert (package.state, package.gave_way_at) == ("accepted", None)


def test_the_trouble_of_another_factory_is_not_told_as_the_reason():
    network = a_network(num_firms=2, quantity=1_500)
    deal = an_agreed_deal(network)
    mine, other = list(Run.objects.order_by("pk"))[:2]
    services.report(run_id=other.pk, kind=Disturbance.Kind.MACHINE_DOWN, cause="machine-off", now=NOW, made=0)
    Run.objects.filter(package=mine.package).update(status=Run.Status.REPLACED)
    services.gave_way.note_gave_way([mine], now=NOW)
    mine.package.refresh_from_db()
    assert mine.package.deal_id == deal.pk
    assert mine.package.gave_way_because == "planned-anew"


def test_an_accepted_offer_of_a_deal_that_was_withdrawn_reads_withdrawn():
    network = a_network(num_firms=3, quantity=1_500)
    deal = network.deal()
    package = network.answer(deal.packages.first())
    services.cancel_deal(viewer=network.buyer, order_public_id=network.order.public_id)
    package = Package.objects.get(pk=package.pk)
    assert (package.status, package.state) == ("accepted", "withdrawn")
    page = a_client(network.owners[package.enterprise_id]).get(
        reverse("trading:offer", args=[package.public_id])
    )
    assert "the offer was withdrawn" in page.text


def test_the_database_wants_a_reason_with_the_moment():
    network = a_network(num_firms=1, quantity=300)
    package = network.deal().packages.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Package.objects.filter(pk=package.pk).update(gave_way_at=NOW)
