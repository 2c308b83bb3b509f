"""A machine falls out, a run falls short: told once, planned anew with little change, committed by a person."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from marketplace.accounts.models import Notice
from marketplace.capacity.models import TakenTime
from marketplace.common.errors import NotFound
from marketplace.planning.models import PlanRun
from marketplace.trading import services
from marketplace.trading.errors import NoDisturbance, RunNotMovable
from marketplace.trading.models import Deal, Disturbance, Run
from tests.builders import a_viewer, an_enterprise
from tests.trading.deals import a_network, an_agreed_deal, solve_change

pytestmark = pytest.mark.django_db

DOWN = Disturbance.Kind.MACHINE_DOWN


def a_disturbed_deal(*, kind=DOWN, made=100, **more):
    """An hour into the first run its machine falls out; 100 pieces of it are made."""
    network = a_network(num_firms=3, quantity=1_500)
    deal = an_agreed_deal(network)
    run = Run.objects.order_by("starts_at", "pk").first()
    now = run.starts_at + timedelta(hours=1)
    found = services.report(run_id=run.pk, kind=kind, cause="machine-off", now=now, made=made, **more)
    deal.refresh_from_db()
    return network, deal, run, now, found


def commit(network, deal, *, now):
    return services.consent(
        viewer=network.buyer,
        order_public_id=network.order.public_id,
        plan_public_id=deal.proposed_run.public_id,
        now=now,
        clock_speed=1.0,
    )


def test_a_machine_that_falls_out_is_told_once_and_planned_anew_around_what_stands():
    network, deal, run, now, found = a_disturbed_deal()
    again = services.report(run_id=run.pk, kind=DOWN, cause="machine-off", now=now)
    assert again is None
    assert Notice.objects.filter(kind="trading.machine-down").count() == 1
    assert Notice.objects.filter(kind="trading.own-machine-down").count() == 1
    others = Run.objects.exclude(pk=run.pk)
    booked = set(others.values_list("pk", "starts_at", "ends_at", "quantity", "equipment_id"))
    plan = solve_change(deal, now=now)
    found.refresh_from_db()
    assert (found.status, found.plan_run) == (Disturbance.Status.PROPOSED, plan)
    assert deal.status == Deal.Status.AGREED
    assert set(others.values_list("pk", "starts_at", "ends_at", "quantity", "equipment_id")) == booked

    commit(network, deal, now=now)
    deal.refresh_from_db()
    run.refresh_from_db()
    found.refresh_from_db()
    assert found.status == Disturbance.Status.COMMITTED
    assert (run.quantity, run.status) == (100, Run.Status.BOOKED)
    living = Run.objects.filter(status__in=[Run.Status.BOOKED, Run.Status.OFFERED])
    assert sum(each.quantity for each in living) == 1_500
    moved = living.filter(status=Run.Status.OFFERED)
    assert moved.exists()
    assert not moved.filter(equipment=run.equipment).exists()
    assert all(each.starts_at >= now for each in moved)
    untouched = {row[0] for row in booked} & set(living.values_list("pk", flat=True))
    assert (
        set(
            others.filter(pk__in=untouched).values_list(
                "pk", "starts_at", "ends_at", "quantity", "equipment_id"
            )
        )
        <= booked
    )
    assert TakenTime.objects.filter(kind=TakenTime.Kind.HOLD).count() == moved.count()

    for package in deal.packages.filter(status="offered"):
        network.answer(package, now=now)
    deal.refresh_from_db()
    assert (deal.status, deal.version) == (Deal.Status.AGREED, 2)
    assert deal.promised_at == plan.epoch + timedelta(minutes=plan.finish_min)
    assert Notice.objects.filter(kind="trading.change-committed").count() == 1


def test_only_one_disturbance_of_a_kind_lives_for_a_run():
    _network, deal, run, now, _found = a_disturbed_deal()
    with pytest.raises(IntegrityError), transaction.atomic():
        Disturbance.objects.create(deal=deal, run=run, kind=DOWN, cause="machine-off", noticed_at=now)


def test_a_change_is_dismissed_with_a_reason_and_everything_stays():
    network, deal, _run, now, found = a_disturbed_deal()
    solve_change(deal, now=now)
    before = set(Run.objects.values_list("pk", "status", "quantity"))
    services.dismiss(viewer=network.buyer, public_id=found.public_id, reason="we wait", now=now)
    deal.refresh_from_db()
    found.refresh_from_db()
    assert (found.status, found.reason) == (Disturbance.Status.DISMISSED, "we wait")
    assert deal.proposed_run is None
    assert set(Run.objects.values_list("pk", "status", "quantity")) == before
    with pytest.raises(NotFound):
        services.consent(
            viewer=network.buyer,
            order_public_id=network.order.public_id,
            plan_public_id=found.plan_run.public_id,
            now=now,
            clock_speed=1.0,
        )


def test_strangers_and_other_factories_neither_commit_nor_dismiss_nor_say_when_a_machine_is_back():
    network, deal, run, now, found = a_disturbed_deal()
    solve_change(deal, now=now)
    others = [viewer for pk, viewer in network.owners.items() if pk != run.package.enterprise_id]
    for viewer in (a_viewer(enterprise=an_enterprise()), *others):
        with pytest.raises(NoDisturbance):
            services.dismiss(viewer=viewer, public_id=found.public_id, reason="no", now=now)
        with pytest.raises(NoDisturbance):
            services.say_return(viewer=viewer, public_id=found.public_id, back_at=None, now=now)
        with pytest.raises(NotFound):
            services.consent(
                viewer=viewer,
                order_public_id=network.order.public_id,
                plan_public_id=deal.proposed_run.public_id,
                now=now,
                clock_speed=1.0,
            )
    found.refresh_from_db()
    assert found.status == Disturbance.Status.PROPOSED


def test_when_the_owner_says_when_it_is_back_the_machine_may_be_used_from_then_on():
    network, _deal, run, now, found = a_disturbed_deal()
    owner = network.owners[run.package.enterprise_id]
    services.say_return(viewer=owner, public_id=found.public_id, back_at=now + timedelta(hours=5), now=now)
    newest = PlanRun.objects.filter(kind=PlanRun.Kind.REPLAN).latest("pk")
    assert newest.closed == [[run.equipment.public_id, 0, 300]]
    assert PlanRun.objects.filter(kind=PlanRun.Kind.REPLAN, status=PlanRun.Status.CANCELLED).count() == 1


def test_a_run_that_fell_short_is_made_up_for():
    network, deal, run, now, _found = a_disturbed_deal(kind=Disturbance.Kind.SHORT, made=7)
    solve_change(deal, now=now)
    commit(network, deal, now=now)
    run.refresh_from_db()
    assert run.quantity == 7
    living = Run.objects.filter(status__in=[Run.Status.BOOKED, Run.Status.OFFERED])
    assert sum(each.quantity for each in living) == 1_500


def test_nothing_is_reported_of_runs_that_are_not_booked_in_an_agreed_deal():
    network = a_network()
    deal = network.deal()
    run = Run.objects.first()
    assert services.report(run_id=run.pk, kind=DOWN, cause="machine-off", now=deal.chosen_at) is None
    assert not Disturbance.objects.exists()
    with pytest.raises(RunNotMovable):
        services.pin_run(viewer=network.buyer, public_id=run.public_id, is_pinned=True)


def test_a_pinned_run_is_frozen_in_the_next_re_plan():
    network, _deal, run, now, found = a_disturbed_deal()
    other = Run.objects.filter(starts_at__gt=run.starts_at).exclude(equipment=run.equipment).first()
    if other is None:
        other = Run.objects.exclude(equipment=run.equipment).first()
    services.pin_run(viewer=network.buyer, public_id=other.public_id, is_pinned=True)
    owner = network.owners[run.package.enterprise_id]
    services.say_return(viewer=owner, public_id=found.public_id, back_at=None, now=now)
    newest = PlanRun.objects.filter(kind=PlanRun.Kind.REPLAN).latest("pk")
    frozen = set(newest.in_force["notes"]["frozen"])
    assert {lot["id"] for lot in newest.pins if lot["machine"] == other.equipment.public_id} <= frozen
