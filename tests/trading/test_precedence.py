"""A rated order takes what it needs and no more from lower-rated, not yet running work; everybody is told at once."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import Enterprise, Notice
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.models import TakenTime
from marketplace.orders.models import Order
from marketplace.planning import run as planning_run
from marketplace.planning.models import PlanRun
from marketplace.trading.errors import ChangeOutdated, NotRated
from marketplace.trading.models import Deal, Disturbance, Run
from marketplace.trading.services.precedence import commit_precedence, propose_precedence
from tests.builders import NOW, a_buyer, a_product, an_order
from tests.trading.deals import a_network, an_agreed_deal

pytestmark = pytest.mark.django_db


def a_rated_order(*, rating="DX", quantity=300, hours=9) -> tuple[Viewer, Order]:
    buyer = a_buyer()
    order = an_order(
        buyer=buyer,
        product=a_product(processes=("press",)),
        quantity=quantity,
        due_at=NOW + timedelta(hours=hours),
    )
    Order.objects.filter(pk=order.pk).update(
        rating=rating, programme="prg_masks" if rating else "", status=Order.Status.OPEN
    )
    order.refresh_from_db()
    return buyer, order


def a_full_network(*, rating=""):
    """One firm whose press is booked for the hours in which the rated order would have to be made."""
    network = a_network(num_firms=1, quantity=4_000, due_at=NOW + timedelta(days=20))
    if rating:
        Order.objects.filter(pk=network.order.pk).update(rating=rating, programme="prg_other")
    return network, an_agreed_deal(network)


def proposed(buyer, order):
    plan = propose_precedence(viewer=buyer, order_public_id=order.public_id, now=NOW)
    planning_run.solve_row(plan.public_id)
    plan.refresh_from_db()
    assert plan.status == PlanRun.Status.DONE, plan.error
    return plan


def commit(buyer, order, plan):
    return commit_precedence(
        viewer=buyer,
        order_public_id=order.public_id,
        plan_public_id=plan.public_id,
        now=NOW,
        clock_speed=1.0,
    )


def test_displaced_work_is_planned_anew_and_its_people_are_told_in_the_same_step():
    network, deal = a_full_network()
    buyer, order = a_rated_order()
    plan = proposed(buyer, order)
    run = Run.objects.get(package__deal=deal)
    assert plan.displaced == [run.public_id]
    assert TakenTime.objects.get().reference == run.public_id

    rated = commit(buyer, order, plan)
    run.refresh_from_db()
    assert run.status == Run.Status.DISPLACED
    assert rated.status == Deal.Status.OFFERING
    assert not TakenTime.objects.filter(reference=run.public_id).exists()
    found = Disturbance.objects.get()
    assert (found.deal, found.kind, found.facts["rating"]) == (deal, "displaced", "DX")
    assert found.plan_run is not None
    told = set(Notice.objects.filter(kind__contains="displaced").values_list("enterprise_id", "kind"))
    assert told == {
        (network.order.buyer_id, "trading.displaced"),
        (run.equipment.enterprise_id, "trading.own-runs-displaced"),
    }
    assert rated.net_cents == plan.cost_cents


def test_where_the_date_holds_nobody_is_displaced():
    a_full_network()
    buyer, order = a_rated_order(hours=24 * 19)
    assert proposed(buyer, order).displaced == []


@pytest.mark.parametrize(("rating", "other"), [("DO", "DX"), ("DO", "DO"), ("DX", "DX")])
def test_equal_or_higher_ratings_are_never_displaced(rating, other):
    a_full_network(rating=other)
    buyer, order = a_rated_order(rating=rating)
    plan = propose_precedence(viewer=buyer, order_public_id=order.public_id, now=NOW)
    assert plan.displaceable == []


def test_an_unrated_order_takes_no_precedence():
    a_full_network()
    buyer, order = a_rated_order(rating="")
    with pytest.raises(NotRated):
        propose_precedence(viewer=buyer, order_public_id=order.public_id, now=NOW)
    assert not PlanRun.objects.filter(kind=PlanRun.Kind.PRECEDENCE).exists()


def test_running_work_is_never_displaced():
    _network, deal = a_full_network()
    run = Run.objects.get(package__deal=deal)
    buyer, order = a_rated_order(hours=24 * 5)
    plan = propose_precedence(viewer=buyer, order_public_id=order.public_id, now=run.starts_at)
    assert plan.displaceable == []
    early = propose_precedence(
        viewer=buyer, order_public_id=order.public_id, now=NOW, running=[run.public_id]
    )
    assert early.displaceable == []


def test_of_two_rated_orders_the_second_finds_what_it_would_displace_gone():
    a_full_network()
    first, second = a_rated_order(), a_rated_order()
    plans = [proposed(*first), proposed(*second)]
    commit(*first, plans[0])
    before = set(Run.objects.values_list("pk", "status"))
    with pytest.raises(ChangeOutdated):
        commit(*second, plans[1])
    assert set(Run.objects.values_list("pk", "status")) == before
    assert Deal.objects.filter(order=second[1]).count() == 0


def test_only_its_buyer_or_a_coordinator_proposes_precedence():
    from marketplace.common.errors import NotFound
    from tests.builders import a_viewer, an_enterprise

    _buyer, order = a_rated_order()
    with pytest.raises(NotFound):
        propose_precedence(viewer=a_buyer(), order_public_id=order.public_id, now=NOW)
    coordinator = a_viewer(enterprise=an_enterprise(kind=Enterprise.Kind.COORDINATOR))
    assert propose_precedence(viewer=coordinator, order_public_id=order.public_id, now=NOW)
