"""A second change while factories are still asked about the first one, and one that was looked at for too long."""

from datetime import timedelta

import pytest

from marketplace.capacity.models import Equipment, TakenTime
from marketplace.planning.models import PlanRun
from marketplace.production.models import WorkOrder
from marketplace.production.services import open_work
from marketplace.trading import services
from marketplace.trading.models import Deal, Package, Run
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


def kept_as_they_were(network, deal, *, now):
    """Whether the commit changed nothing, and all is planned anew."""
    proposed = deal.proposed_run
    commit(network, deal, now=now)
    deal.refresh_from_db()
    newest = PlanRun.objects.filter(kind=PlanRun.Kind.REPLAN).latest("pk")
    booked = Run.objects.filter(status=Run.Status.BOOKED).count()
    return deal.plan_run != proposed and newest != proposed and booked == Run.objects.count()


def test_a_change_in_time_moves_both_runs():
    network, deal, *_runs = a_change_that_moves_both_runs()
    assert not kept_as_they_were(network, deal, now=NOW)
    assert Run.objects.filter(status=Run.Status.REPLACED).count() == 2


@pytest.mark.parametrize("which", ["asked for", "of the re-plan"])
def test_work_that_has_begun_since_the_re_plan_is_not_moved_away(which):
    network, deal, run, other = a_change_that_moves_both_runs()
    begin(run if which == "asked for" else other, good=10)
    assert kept_as_they_were(network, deal, now=NOW)


def test_a_run_whose_time_came_while_the_buyer_looked_at_the_change_is_not_moved_away():
    network, deal, _run, other = a_change_that_moves_both_runs()
    assert kept_as_they_were(network, deal, now=other.starts_at)
