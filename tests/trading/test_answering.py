"""Factories answer whole or by run; what is accepted is booked, what is declined is planned again."""

from datetime import timedelta

import pytest

from marketplace.capacity.models import TakenTime
from marketplace.common.errors import NotFound
from marketplace.orders.models import Order
from marketplace.planning import run as planning_run
from marketplace.planning.models import PlanRun
from marketplace.trading import selectors, services
from marketplace.trading.errors import OfferClosed, UnknownRun
from marketplace.trading.models import Deal, Package, Run
from marketplace.trading.services.settle import settle
from tests.builders import NOW, a_viewer, an_enterprise
from tests.trading.deals import a_network

pytestmark = pytest.mark.django_db


def solve_replan(deal):
    """What the worker does with the queued re-plan of a deal."""
    replan = PlanRun.objects.get(replaces=deal.plan_run, status=PlanRun.Status.QUEUED)
    planning_run.solve_row(replan.public_id)
    replan.refresh_from_db()
    assert replan.status == PlanRun.Status.DONE, replan.error
    services.take_up(plan_public_id=replan.public_id, now=NOW, clock_speed=1.0)
    deal.refresh_from_db()
    return replan


def agree_to(plan, *, network):
    return services.consent(
        viewer=network.buyer,
        order_public_id=network.order.public_id,
        plan_public_id=plan.public_id,
        now=NOW,
        clock_speed=1.0,
    )


def test_when_all_accept_everything_is_booked_and_the_order_is_placed():
    network = a_network()
    deal = network.deal()
    for package in deal.packages.all():
        assert network.answer(package).status == Package.Status.ACCEPTED
    deal.refresh_from_db()
    network.order.refresh_from_db()
    assert deal.status == Deal.Status.AGREED
    assert network.order.status == Order.Status.PLACED
    assert set(TakenTime.objects.values_list("kind", flat=True)) == {TakenTime.Kind.BOOKING}
    assert set(Run.objects.values_list("status", flat=True)) == {Run.Status.BOOKED}


def test_a_decline_frees_the_time_and_queues_a_plan_for_the_rest():
    network = a_network()
    deal = network.deal()
    first, *others = deal.packages.all()
    network.answer(first, accept=[], reason="own work")
    for package in others:
        network.answer(package)
    deal.refresh_from_db()
    assert deal.status == Deal.Status.REPLANNING
    declined = first.runs.get()
    assert not TakenTime.objects.filter(equipment=declined.equipment).exists()
    replan = PlanRun.objects.get(replaces=deal.plan_run)
    assert {lot["machine"] for lot in replan.pins}.isdisjoint({declined.equipment.public_id})
    assert replan.refused[0][0] == declined.equipment.public_id


def test_a_replan_keeps_what_is_booked_and_offers_only_the_rest():
    network = a_network()
    deal = network.deal()
    first, *others = deal.packages.all()
    for package in others:
        network.answer(package)
    network.answer(first, accept=[], reason="own work")
    booked = set(Run.objects.filter(status=Run.Status.BOOKED).values_list("starts_at", "ends_at", "quantity"))
    deal.refresh_from_db()
    solve_replan(deal)
    if deal.status == Deal.Status.CHANGED:
        agree_to(deal.proposed_run, network=network)
        deal.refresh_from_db()
    assert deal.status == Deal.Status.OFFERING
    still = set(Run.objects.filter(status=Run.Status.BOOKED).values_list("starts_at", "ends_at", "quantity"))
    assert still == booked
    living = Run.objects.filter(package__deal=deal, status__in=[Run.Status.BOOKED, Run.Status.OFFERED])
    assert sum(run.quantity for run in living) == network.order.quantity
    for package in deal.packages.filter(status=Package.Status.OFFERED):
        network.answer(package)
    deal.refresh_from_db()
    assert deal.status == Deal.Status.AGREED


def test_a_dearer_or_later_replan_waits_for_the_buyer():
    network = a_network(num_firms=2)
    deal = network.deal()
    promised, price = deal.promised_at, deal.net_cents
    first, other = deal.packages.all()
    network.answer(other)
    network.answer(first, accept=[], reason="own work")
    deal.refresh_from_db()
    replan = solve_replan(deal)
    later = replan.epoch + timedelta(minutes=replan.finish_min) > promised
    assert (deal.status == Deal.Status.CHANGED) == (later or replan.cost_cents > price)
    assert deal.status == Deal.Status.CHANGED
    assert (deal.promised_at, deal.net_cents) == (promised, price)


def test_when_nobody_is_left_the_deal_ends_and_the_order_is_open_again():
    network = a_network(num_firms=1)
    deal = network.deal()
    network.answer(deal.packages.get(), accept=[], reason="broken")
    deal.refresh_from_db()
    planning_run.solve_row(PlanRun.objects.get(replaces=deal.plan_run).public_id)
    replan = PlanRun.objects.get(replaces=deal.plan_run)
    services.take_up(plan_public_id=replan.public_id, now=NOW, clock_speed=1.0)
    deal.refresh_from_db()
    network.order.refresh_from_db()
    if replan.finish_min is None:
        assert deal.status == Deal.Status.FAILED
        assert network.order.status == Order.Status.OPEN
        assert not TakenTime.objects.exists()
    else:
        assert deal.status == Deal.Status.CHANGED


def test_an_offer_nobody_answers_runs_out_and_counts_as_declined():
    network = a_network()
    deal = network.deal()
    package = deal.packages.first()
    assert services.expire_packages(now=package.answer_by) == 0
    assert services.expire_packages(now=package.answer_by + timedelta(seconds=1)) == 3
    package.refresh_from_db()
    assert package.status == Package.Status.EXPIRED
    assert not TakenTime.objects.exists()


def test_an_order_that_cannot_be_settled_holds_up_no_other(monkeypatch, caplog):
    first, second, third = (a_network().deal() for _ in range(3))
    late = max(deal.packages.first().answer_by for deal in (first, second, third)) + timedelta(seconds=1)

    def settle_but_one(deal, *, now):
        settle(deal, now=now)
        if deal.order_id == second.order_id:
            raise RuntimeError("planted")

    monkeypatch.setattr("marketplace.trading.services.answer.settle", settle_but_one)
    assert services.expire_packages(now=late) == first.packages.count() + third.packages.count()
    assert states_of(first) == states_of(third) == {Package.Status.EXPIRED}
    assert states_of(second) == {Package.Status.OFFERED}
    assert {run.status for run in Run.objects.filter(package__deal=second)} == {Run.Status.OFFERED}
    assert "planted" in caplog.text

    monkeypatch.undo()
    assert services.expire_packages(now=late) == second.packages.count()
    assert states_of(second) == {Package.Status.EXPIRED}


def states_of(deal) -> set[str]:
    return set(deal.packages.values_list("status", flat=True))


def test_an_offer_is_answered_once_and_in_time():
    network = a_network()
    deal = network.deal()
    first, second, _ = deal.packages.all()
    network.answer(first)
    with pytest.raises(OfferClosed):
        network.answer(first, accept=[])
    with pytest.raises(OfferClosed):
        network.answer(second, now=second.answer_by + timedelta(seconds=1))
    assert first.runs.get().status == Run.Status.BOOKED
    assert second.runs.get().status == Run.Status.OFFERED


def test_a_factory_sees_and_answers_its_own_offers_only():
    network = a_network()
    deal = network.deal()
    mine, foreign = list(deal.packages.all())[:2]
    me = network.owners[mine.enterprise_id]
    assert [package.pk for package in selectors.packages(me)] == [mine.pk]
    answers = set()
    for public_id in (foreign.public_id, "pkg_0000000000000000"):
        with pytest.raises(NotFound) as refusal:
            services.answer_package(
                viewer=me, public_id=public_id, answer=services.Answer(accepted=frozenset()), now=NOW
            )
        answers.add(str(refusal.value))
    assert len(answers) == 1
    foreign.refresh_from_db()
    assert foreign.status == Package.Status.OFFERED


def test_an_answer_with_a_run_of_another_offer_changes_nothing():
    network = a_network()
    mine, foreign = list(network.deal().packages.all())[:2]
    with pytest.raises(UnknownRun):
        network.answer(mine, accept=[foreign.runs.get().public_id])
    mine.refresh_from_db()
    assert mine.status == Package.Status.OFFERED
    assert not TakenTime.objects.filter(kind=TakenTime.Kind.BOOKING).exists()


def test_a_stranger_sees_no_offer():
    a_network().deal()
    assert not selectors.packages(a_viewer(enterprise=an_enterprise())).exists()


def test_numbers_are_dealt_out_to_runs_exactly_once():
    parameters = [{"key": "numbers", "label": "Numbers", "kind": "number_range"}]
    network = a_network(parameters=parameters, variant={"numbers": {"first": 1, "last": 2_000}})
    for package in network.deal().packages.all():
        network.answer(package)
    dealt = []
    for run in Run.objects.all():
        own = [n for part in run.variant["numbers"] for n in range(part["first"], part["last"] + 1)]
        assert len(own) == run.quantity
        dealt += own
    assert sorted(dealt) == list(range(1, 2_001))
