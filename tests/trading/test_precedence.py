"""A rated order takes what it needs and no more from lower-rated, not yet running work; everybody is told at once."""

from datetime import timedelta

import pytest

from marketplace.accounts import notices
from marketplace.accounts.models import Notice
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.models import TakenTime
from marketplace.common.errors import NotFound
from marketplace.orders.models import Order
from marketplace.planning import run as planning_run
from marketplace.planning.models import PlanRun
from marketplace.planning.selectors import plan_runs, whole_plan_run
from marketplace.trading import services
from marketplace.trading.claim import Claim
from marketplace.trading.errors import ChangeOutdated
from marketplace.trading.models import Deal, Disturbance, Run
from marketplace.trading.services.foresee import foresee, foreseen_by
from marketplace.trading.services.precedence import commit_precedence, propose_precedence
from tests.builders import NOW, a_buyer, a_product, an_order
from tests.trading.deals import a_network, an_agreed_deal, solve_change

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


def claim_of(order, *, begun=(), **more) -> Claim:
    """As the office would make it, which has verified rating and declaration."""
    values = {
        "order": order.public_id,
        "rating": order.rating,
        "programme": order.programme,
        "regions": ("Zhejiang",),
        "declaration": "Spring flood",
        "authority": "Province of Zhejiang",
        "legal_basis": "Article 52",
        "begun": lambda run_ids: begun,
    }
    return Claim(**{**values, **more})


def propose(buyer, order, *, now=NOW, **claim):
    return propose_precedence(viewer=buyer, claim=claim_of(order, **claim), now=now)


def proposed(buyer, order, **claim):
    plan = propose(buyer, order, **claim)
    planning_run.solve_row(plan.public_id)
    plan.refresh_from_db()
    assert plan.status == PlanRun.Status.DONE, plan.error
    return plan


def commit(buyer, order, plan, **claim):
    return commit_precedence(
        viewer=buyer,
        claim=claim_of(order, **claim),
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
    assert set(Notice.objects.values_list("enterprise_id", "kind")) >= {
        (network.order.buyer_id, "trading.displaced-date-follows"),
        (run.equipment.enterprise_id, "trading.own-runs-gave-way"),
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
    assert propose(buyer, order).displaceable == []


def test_an_unrated_order_takes_no_precedence():
    a_full_network()
    buyer, order = a_rated_order(rating="")
    with pytest.raises(NotFound):
        propose(buyer, order)
    assert not PlanRun.objects.filter(kind=PlanRun.Kind.PRECEDENCE).exists()


def test_running_work_is_never_displaced():
    _network, deal = a_full_network()
    run = Run.objects.get(package__deal=deal)
    buyer, order = a_rated_order(hours=24 * 5)
    assert propose(buyer, order, now=run.starts_at).displaceable == []
    early = propose(buyer, order, begun=[run.public_id])
    assert early.displaceable == []


def test_work_that_began_between_proposal_and_commit_is_not_displaced():
    _network, deal = a_full_network()
    run = Run.objects.get(package__deal=deal)
    buyer, order = a_rated_order()
    plan = proposed(buyer, order)
    with pytest.raises(ChangeOutdated):
        commit(buyer, order, plan, begun=[run.public_id])
    run.refresh_from_db()
    assert run.status == Run.Status.BOOKED
    assert not Deal.objects.filter(order=order).exists()


def test_nothing_gives_way_outside_the_declared_regions():
    a_full_network()
    buyer, order = a_rated_order()
    assert propose(buyer, order, regions=("Guangdong",)).displaceable == []
    assert len(propose(buyer, order).displaceable) == 1


@pytest.mark.parametrize(
    "other", [{"programme": "prg_other"}, {"rating": "DO"}, {"rating": "", "programme": ""}]
)
def test_a_claim_that_is_not_the_orders_own_finds_nothing(other):
    a_full_network()
    buyer, order = a_rated_order()
    plan = proposed(buyer, order)
    with pytest.raises(NotFound):
        propose(buyer, order, **other)
    with pytest.raises(NotFound):
        commit(buyer, order, plan, **other)
    assert PlanRun.objects.filter(kind=PlanRun.Kind.PRECEDENCE).count() == 1
    assert not Disturbance.objects.exists()


def foreseen(plan):
    """What the workers do when the plan with precedence is there."""
    runs = foresee(plan_public_id=plan.public_id, now=NOW)
    for run in runs:
        planning_run.solve_row(run.public_id)
        run.refresh_from_db()
    return runs


def test_a_foresight_says_the_new_date_and_changes_nothing():
    network, deal = a_full_network()
    buyer, order = a_rated_order()
    plan = proposed(buyer, order)
    network.order.refresh_from_db()
    before = (set(Run.objects.values_list("pk", "status")), Deal.objects.get().version, network.order.version)
    (run,) = foreseen(plan)
    assert foresee(plan_public_id=plan.public_id, now=NOW) == []
    found = foreseen_by(plan)[network.order.pk]
    assert found.is_known
    assert found.arrives_at > deal.promised_at
    network.order.refresh_from_db()
    assert before == (
        set(Run.objects.values_list("pk", "status")), Deal.objects.get().version, network.order.version
    )  # fmt: skip
    assert not Notice.objects.filter(kind__contains="displaced").exists()
    assert run not in plan_runs(network.buyer)
    with pytest.raises(NotFound):
        whole_plan_run(network.buyer, public_id=run.public_id)


def told(enterprise_id):
    return list(Notice.objects.filter(enterprise=enterprise_id, kind__startswith="trading.").order_by("pk"))


def test_where_the_new_date_is_foreseen_the_buyer_reads_it_with_the_reason():
    network, deal = a_full_network()
    buyer, order = a_rated_order()
    plan = proposed(buyer, order)
    foreseen(plan)
    expected = foreseen_by(plan)[network.order.pk].arrives_at
    commit(buyer, order, plan)
    (notice,) = told(network.order.buyer_id)
    assert notice.kind == "trading.displaced-with-date"
    assert notice.facts["arrives_at"] == expected.isoformat()
    assert notice.facts["promised_at"] == deal.promised_at.isoformat()
    sentence = notices.sentence_of(notice.kind, notice.facts, now=NOW)
    assert "Spring flood" in sentence and "Article 52" in sentence and "DX" in sentence


def test_where_it_is_not_the_date_follows_with_the_re_plan():
    network, deal = a_full_network()
    buyer, order = a_rated_order()
    commit(buyer, order, proposed(buyer, order))
    (first,) = told(network.order.buyer_id)
    assert first.kind == "trading.displaced-date-follows"
    run = solve_change(deal)
    _first, second = told(network.order.buyer_id)
    assert second.kind == "trading.displaced-new-date"
    arrives_at = run.epoch + timedelta(minutes=run.finish_min)
    assert second.facts["arrives_at"] == arrives_at.isoformat()
    services.take_up(plan_public_id=run.public_id, now=NOW, clock_speed=1.0)
    assert len(told(network.order.buyer_id)) == 2


def test_where_no_plan_is_found_the_buyer_is_told_that_too():
    network, _deal = a_full_network()
    buyer, order = a_rated_order()
    commit(buyer, order, proposed(buyer, order))
    run = PlanRun.objects.get(kind=PlanRun.Kind.REPLAN)
    PlanRun.objects.filter(pk=run.pk).update(status=PlanRun.Status.FAILED)
    services.take_up(plan_public_id=run.public_id, now=NOW, clock_speed=1.0)
    assert [notice.kind for notice in told(network.order.buyer_id)] == [
        "trading.displaced-date-follows", "trading.displaced-no-date"
    ]  # fmt: skip


def test_of_an_offer_that_is_not_agreed_yet_the_new_date_follows_too():
    network = a_network(num_firms=1, quantity=4_000, due_at=NOW + timedelta(days=20))
    deal = network.deal()
    buyer, order = a_rated_order()
    commit(buyer, order, proposed(buyer, order))
    deal.refresh_from_db()
    assert deal.status == Deal.Status.REPLANNING
    solve_change(deal)
    assert [notice.kind for notice in told(network.order.buyer_id)] == [
        "trading.displaced-date-follows", "trading.displaced-new-date"
    ]  # fmt: skip


def test_a_factory_is_told_which_runs_went_and_what_it_keeps():
    _network, deal = a_full_network()
    buyer, order = a_rated_order()
    run = Run.objects.get(package__deal=deal)
    commit(buyer, order, proposed(buyer, order))
    (notice,) = told(run.equipment.enterprise_id)
    assert notice.kind == "trading.own-runs-gave-way"
    shown = {name: notice.facts[name] for name in ("machines", "runs", "kept", "starts_at", "rating")}
    assert shown == {
        "machines": run.equipment.name, "runs": 1, "kept": 0, "starts_at": run.starts_at.isoformat(), "rating": "DX"
    }  # fmt: skip
    assert "order" not in notice.facts


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
