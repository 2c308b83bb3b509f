"""A second change while factories are still asked about the first one, and one that was looked at for too long."""

from datetime import timedelta

import pytest

from marketplace.capacity.models import Equipment, TakenTime
from marketplace.planning.models import PlanRun
from marketplace.production.models import WorkOrder
from marketplace.production.services import open_work
from marketplace.trading import services
from marketplace.trading.errors import ChangeOutdated
from marketplace.trading.models import Deal, Disturbance, Package, Run
from tests.builders import NOW
from tests.trading.deals import solve_change
from tests.trading.test_disturbances import DOWN, a_disturbed_deal, commit
from tests.trading.test_moves import an_agreed_network, moved

pytestmark = pytest.mark.django_db
LIVING = (Run.Status.BOOKED, Run.Status.OFFERED)


def a_deal_changed_twice():
    """Two factories have not answered the first change when the machine of one of them falls out: one is left."""
    network, deal, run, now, _found = a_disturbed_deal()
    solve_change(deal, now=now)
    commit(network, deal, now=now)
    asked = Package.objects.filter(status=Package.Status.OFFERED).first()
    firm = asked.enterprise_id
    other = Run.objects.filter(status=Run.Status.BOOKED).exclude(pk=run.pk).exclude(package__enterprise=firm)
    second = other.get()
    Equipment.objects.filter(pk=run.equipment_id).update(is_listed=False)
    later = now + timedelta(minutes=10)
    services.report(run_id=second.pk, kind=DOWN, cause="machine-off", now=later, made=0)
    deal.refresh_from_db()
    solve_change(deal, now=later)
    return network, deal, firm, later


def test_a_factory_that_is_still_asked_is_asked_for_more_in_one_offer():
    network, deal, firm, now = a_deal_changed_twice()
    first = Package.objects.get(status=Package.Status.OFFERED, enterprise=firm)
    asked = set(first.runs.values_list("pk", flat=True))

    commit(network, deal, now=now)

    first.refresh_from_db()
    offer = Package.objects.get(status=Package.Status.OFFERED, enterprise=firm)
    runs = list(offer.runs.select_related("taken").filter(status=Run.Status.OFFERED))
    assert first.status == Package.Status.WITHDRAWN
    assert not first.runs.filter(status__in=LIVING).exists()
    assert asked < {run.pk for run in runs}
    assert offer.pay_cents == sum(run.pay_cents for run in runs)
    assert now < offer.answer_by <= min(run.starts_at for run in runs)
    assert all(run.taken.kind == TakenTime.Kind.HOLD for run in runs)
    assert TakenTime.objects.count() == Run.objects.filter(status__in=LIVING).count()
    assert sum(run.quantity for run in Run.objects.filter(status__in=LIVING)) == network.order.quantity

    network.answer(offer, now=now)
    assert not Run.objects.filter(package=offer).exclude(status=Run.Status.BOOKED).exists()


def test_an_offer_of_which_the_new_change_leaves_nothing_is_withdrawn_and_waited_for_no_more():
    network, deal, firm, now = a_deal_changed_twice()
    emptied = Package.objects.exclude(enterprise=firm).get(status=Package.Status.OFFERED)

    commit(network, deal, now=now)

    emptied.refresh_from_db()
    assert emptied.status == Package.Status.WITHDRAWN
    network.answer(Package.objects.get(status=Package.Status.OFFERED), now=now)
    deal.refresh_from_db()
    assert (deal.status, deal.version) == (Deal.Status.AGREED, 2)


def test_what_all_have_accepted_is_agreed_as_soon_as_nothing_else_disturbs_the_deal():
    network, deal, _firm, now = a_deal_changed_twice()
    for offer in Package.objects.filter(status=Package.Status.OFFERED):
        network.answer(offer, now=now)
    deal.refresh_from_db()
    assert (deal.version, deal.agreed_run_id == deal.plan_run_id) == (1, False)
    found = Disturbance.objects.get(status__in=Disturbance.LIVING)

    services.dismiss(viewer=network.buyer, public_id=found.public_id, reason="It runs again.", now=now)

    deal.refresh_from_db()
    assert (deal.version, deal.agreed_run_id == deal.plan_run_id) == (2, True)


def test_what_is_dismissed_of_a_deal_that_is_agreed_counts_as_no_change():
    network, deal, _run, now, _found = a_disturbed_deal()
    found = Disturbance.objects.get(status__in=Disturbance.LIVING)
    services.dismiss(viewer=network.buyer, public_id=found.public_id, reason="It runs again.", now=now)
    deal.refresh_from_db()
    assert deal.version == 1


def a_change_that_moves_both_runs():
    """The buyer puts one run off by six hours, the re-plan the other one."""
    network, deal, run, _owner = an_agreed_network()
    other = Run.objects.exclude(pk=run.pk).get()
    moved(services.plan_around, network.buyer, run, by=timedelta(hours=6))
    plan = solve_change(deal)
    minutes = (run.starts_at - NOW + timedelta(hours=6)) // timedelta(minutes=1)
    for lot in plan.plan["lots"]:
        if lot["machine"] == other.equipment.public_id:
            lot["id"], lot["end_min"] = "later", minutes + lot["end_min"] - lot["start_min"]
            lot["start_min"] = minutes
    plan.save()
    open_work(deal_id=deal.pk, now=NOW)
    return network, deal, run, other


def begin(run, *, good):
    WorkOrder.objects.filter(run=run).update(status="running", started_at=NOW, good=good)


def kept_as_they_were(network, deal, *, now, because="has begun meanwhile"):
    """Whether the commit changed nothing, and all is planned anew."""
    proposed = deal.proposed_run
    with pytest.raises(ChangeOutdated) as refused:
        commit(network, deal, now=now)
    assert because in str(refused.value)
    assert "It is being planned anew." in str(refused.value)
    deal.refresh_from_db()
    newest = PlanRun.objects.filter(kind=PlanRun.Kind.REPLAN).latest("pk")
    booked = Run.objects.filter(status=Run.Status.BOOKED).count()
    return deal.plan_run != proposed and newest != proposed and booked == Run.objects.count()


def test_a_change_in_time_moves_both_runs():
    network, deal, *_runs = a_change_that_moves_both_runs()
    commit(network, deal, now=NOW)
    assert Run.objects.filter(status=Run.Status.REPLACED).count() == 2


def test_work_that_has_begun_since_the_re_plan_is_not_moved_away():
    network, deal, _run, other = a_change_that_moves_both_runs()
    begin(other, good=10)
    assert kept_as_they_were(network, deal, now=NOW)


def test_a_run_that_was_pinned_while_the_buyer_looked_at_the_change_is_not_moved_away():
    network, deal, _run, other = a_change_that_moves_both_runs()
    owner = network.owners[other.package.enterprise_id]
    services.pin_run(viewer=owner, public_id=other.public_id, is_pinned=True)
    assert kept_as_they_were(network, deal, now=NOW, because="has been pinned meanwhile")
    notes, lots = the_newest_change().in_force["notes"], {lot["id"] for lot in other.lots}
    assert lots <= set(notes["frozen"])
    solve_change(deal)
    commit(network, deal, now=NOW)
    other.refresh_from_db()
    assert other.status == Run.Status.BOOKED


def test_a_pin_of_a_run_that_the_change_leaves_alone_is_in_nobodys_way():
    network, deal, run, other = a_change_that_moves_both_runs()
    services.pin_run(viewer=network.buyer, public_id=run.public_id, is_pinned=True)
    commit(network, deal, now=NOW)
    other.refresh_from_db()
    assert other.status == Run.Status.REPLACED


def test_a_change_of_a_run_that_was_pinned_while_it_was_worked_out_is_shown_to_nobody():
    network, deal, run, _owner = an_agreed_network()
    other = Run.objects.exclude(pk=run.pk).get()
    services.report(run_id=run.pk, kind=DOWN, cause="machine-off", now=NOW, made=0)
    first = the_newest_change()
    solved = solve_change(deal)
    PlanRun.objects.filter(pk=solved.pk).update(plan=without(solved.plan, machine=other.equipment.public_id))
    Disturbance.objects.update(status=Disturbance.Status.OPEN)
    services.pin_run(viewer=network.buyer, public_id=other.public_id, is_pinned=True)
    services.take_up(plan_public_id=first.public_id, now=NOW, clock_speed=1.0)
    assert the_newest_change() != first
    assert {lot["id"] for lot in other.lots} <= set(the_newest_change().in_force["notes"]["frozen"])


def without(plan, *, machine):
    """A plan that leaves out the lots of a machine."""
    return {**plan, "lots": [lot for lot in plan["lots"] if lot["machine"] != machine]}


def the_newest_change():
    return PlanRun.objects.filter(kind=PlanRun.Kind.REPLAN).latest("pk")


def test_a_run_that_begins_before_its_move_is_committed_stays_and_the_move_is_over():
    network, deal, run, _other = a_change_that_moves_both_runs()
    begin(run, good=10)
    proposed = deal.proposed_run
    with pytest.raises(ChangeOutdated, match="The plan stays as it is"):
        commit(network, deal, now=NOW)
    deal.refresh_from_db()
    move = Disturbance.objects.get()
    assert (move.status, move.made, move.ended_at) == (Disturbance.Status.OVER, 10, NOW)
    assert deal.proposed_run is None
    assert the_newest_change() == proposed
    assert set(Run.objects.values_list("status", flat=True)) == {Run.Status.BOOKED}


def test_of_a_run_that_has_begun_instead_of_being_moved_the_rest_alone_is_planned():
    """Its other machine falls out: the next re-plan knows what the run has made, and of no other place for it."""
    _network, deal, run, other = a_change_that_moves_both_runs()
    begin(run, good=10)
    services.report(run_id=other.pk, kind=DOWN, cause="machine-off", now=NOW, made=0)
    planned = sum(lot["quantity"] for lot in the_newest_change().pins)
    assert planned == run.quantity - 10
    assert deal.disturbances.get(run=run).status == Disturbance.Status.OVER


def test_nothing_moves_to_a_time_that_is_over():
    _network, deal, run, other = a_change_that_moves_both_runs()
    later = run.starts_at + timedelta(hours=6)
    services.report(run_id=other.pk, kind=DOWN, cause="machine-off", now=later, made=0)
    assert deal.disturbances.get(run=run).status == Disturbance.Status.OVER
    assert not any(lot["id"].startswith("moved") for lot in the_newest_change().pins)


def test_a_run_whose_time_came_while_the_buyer_looked_at_the_change_is_not_moved_away():
    network, deal, _run, other = a_change_that_moves_both_runs()
    assert kept_as_they_were(network, deal, now=other.starts_at)
