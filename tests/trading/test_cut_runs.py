"""A run that begins before anybody can answer and lacks material makes less at its own time; it is not asked anew."""

from datetime import timedelta

import pytest

from marketplace.production.models import WorkOrder
from marketplace.production.services import open_work
from marketplace.trading import services
from marketplace.trading.errors import ChangeOutdated
from marketplace.trading.models import Disturbance, Run
from marketplace.trading.services import adopt
from tests.trading.deals import solve_change
from tests.trading.test_disturbances import DOWN, commit
from tests.trading.test_moves import an_agreed_network

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def a_change_that_cuts(*, to, before=HOUR, is_pinned=False):
    """One machine falls out an hour before the other run begins, of whose first lot `to` pieces are left."""
    network, deal, run, _owner = an_agreed_network()
    other = Run.objects.exclude(pk=run.pk).get()
    other.lots, other.is_pinned = in_two(other.lots), is_pinned
    other.save()
    open_work(deal_id=deal.pk, now=other.starts_at - before)
    now = other.starts_at - before
    services.report(run_id=run.pk, kind=DOWN, cause="machine-off", now=now, made=0)
    deal.refresh_from_db()
    plan = solve_change(deal, now=now)
    lots = plan.plan["lots"]
    first = next(
        lot
        for lot in lots
        if lot["machine"] == other.equipment.public_id and lot["quantity"] == other.lots[0]["quantity"]
    )
    if to:
        first["end_min"] -= (
            (first["quantity"] - to) * (first["end_min"] - first["start_min"]) // first["quantity"]
        )
    plan.plan["lots"] = [lot for lot in lots if to or lot is not first]
    less, first["quantity"] = first["quantity"] - to, to
    plan.save()
    return network, deal, other, less, now


def in_two(lots):
    """A run of one lot as one of two, the first with a third of its pieces."""
    (lot,) = lots
    at = lot["start_min"] + (lot["end_min"] - lot["start_min"]) // 3
    first = {**lot, "id": "first", "quantity": lot["quantity"] // 3, "end_min": at}
    rest = lot["quantity"] - first["quantity"]
    return [first, {**lot, "id": "second", "quantity": rest, "start_min": at, "setup_min": 0}]


def test_a_run_that_makes_less_keeps_its_time_and_is_not_offered_anew():
    network, deal, other, less, now = a_change_that_cuts(to=5)
    before = (other.starts_at, other.quantity, other.pay_cents)
    commit(network, deal, now=now)
    other.refresh_from_db()
    assert (other.starts_at, other.status) == (before[0], Run.Status.BOOKED)
    assert other.quantity == before[1] - less
    assert other.pay_cents < before[2]
    assert WorkOrder.objects.get(run=other).quantity == other.quantity


def test_a_lot_without_any_material_leaves_the_rest_of_its_run_where_it_is():
    network, deal, other, less, now = a_change_that_cuts(to=0)
    first, second = other.lots
    later = timedelta(minutes=second["start_min"] - first["start_min"])
    commit(network, deal, now=now)
    left = Run.objects.get(pk=other.pk)
    assert (left.status, left.quantity) == (Run.Status.BOOKED, other.quantity - less)
    assert (left.starts_at, left.ends_at) == (other.starts_at + later, other.ends_at)
    assert (left.taken.period.lower, left.taken.period.upper) == (left.starts_at, left.ends_at)


@pytest.mark.parametrize("to", [0, 5])
def test_its_time_may_come_before_the_change_is_committed(to):
    network, deal, other, _less, _now = a_change_that_cuts(to=to)
    proposed = deal.proposed_run
    commit(network, deal, now=other.starts_at + HOUR / 4)
    deal.refresh_from_db()
    assert deal.plan_run == proposed


@pytest.mark.parametrize("share", [0.05, 1.0])
def test_what_was_made_of_a_lot_without_material_counts_as_pieces_of_its_run(share):
    """They had material after all; nobody is asked to make them twice."""
    network, deal, other, less, _now = a_change_that_cuts(to=0)
    good = int(less * share)
    WorkOrder.objects.filter(run=other).update(status="running", started_at=other.starts_at, good=good)
    commit(network, deal, now=other.starts_at + HOUR / 4)
    assert Run.objects.get(pk=other.pk).quantity == other.quantity - less


def test_of_a_run_whose_end_goes_elsewhere_no_more_is_made_than_it_is_left():
    network, deal, other, _less, _now = a_change_that_cuts(to=5)
    plan = deal.proposed_run
    for lot in plan.plan["lots"]:
        if lot["id"] == "second":
            lot["id"], lot["start_min"], lot["end_min"] = (
                "later",
                lot["start_min"] + 5000,
                lot["end_min"] + 5000,
            )
    plan.save()
    WorkOrder.objects.filter(run=other).update(status="running", started_at=other.starts_at, good=6)
    with pytest.raises(ChangeOutdated, match="has begun meanwhile"):
        commit(network, deal, now=other.starts_at + HOUR / 4)


def test_a_pinned_run_of_which_the_first_lot_has_no_material_stays_pinned_and_booked():
    network, deal, other, less, now = a_change_that_cuts(to=0, before=5 * HOUR, is_pinned=True)
    commit(network, deal, now=now + 2 * HOUR)
    left = Run.objects.get(pk=other.pk)
    assert (left.status, left.is_pinned, left.quantity) == (Run.Status.BOOKED, True, other.quantity - less)


def test_where_a_counter_read_at_the_commit_shows_more_nothing_is_changed(monkeypatch):
    network, deal, other, less, _now = a_change_that_cuts(to=5)
    told = other.quantity - less + 1

    def counted(*_, **__):
        WorkOrder.objects.filter(run=other).update(status="running", started_at=other.starts_at, good=told)

    monkeypatch.setattr(adopt, "follow_change", counted)
    before = deal.plan_run
    with pytest.raises(ChangeOutdated, match="has begun meanwhile"):
        commit(network, deal, now=other.starts_at + HOUR / 4)
    deal.refresh_from_db()
    assert (deal.plan_run, deal.proposed_run) == (before, None)
    assert Run.objects.get(pk=other.pk).quantity == other.quantity
    assert deal.disturbances.filter(status=Disturbance.Status.OPEN).exists()


@pytest.mark.parametrize(("good", "is_refused"), [(5, False), (6, True)])
def test_it_may_have_begun_but_not_made_more_than_it_is_left(good, is_refused):
    network, deal, other, less, _now = a_change_that_cuts(to=5)
    made = good + other.quantity - less - 5
    WorkOrder.objects.filter(run=other).update(status="running", started_at=other.starts_at, good=made)
    at = other.starts_at + HOUR / 4
    if is_refused:
        with pytest.raises(ChangeOutdated, match="has begun meanwhile"):
            commit(network, deal, now=at)
    else:
        commit(network, deal, now=at)
        other.refresh_from_db()
        assert other.quantity == made
