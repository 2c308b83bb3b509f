"""Work that has begun in fact is running work, whatever its booked time says: no plan takes it away, and it counts."""

from datetime import timedelta

import pytest

from marketplace.payments.models import Contract
from marketplace.payments.services import write_contracts
from marketplace.production import services
from marketplace.production.hands import Hand
from marketplace.production.models import WorkOrder
from marketplace.trading.errors import RunNotMovable
from marketplace.trading.models import Disturbance, Run
from marketplace.trading.services import commit_move, plan_around, report
from tests.builders import NOW
from tests.production.work import a_shop, tell
from tests.trading.deals import a_network, an_agreed_deal

pytestmark = pytest.mark.django_db


def an_early_start():
    """Everything is booked, and the first run was started an hour before its time."""
    network = a_network(num_firms=2, quantity=600, due_at=NOW + timedelta(days=20))
    deal = an_agreed_deal(network)
    services.open_work(deal_id=deal.pk, now=NOW)
    run = Run.objects.select_related("equipment", "package", "work_order").order_by("starts_at", "pk")[0]
    owner = network.owners[run.package.enterprise_id]
    services.start_work(
        work_order_id=run.work_order.pk,
        hand=Hand(person_id=owner.person_id),
        how="tap",
        at=NOW,
        now=NOW,
    )
    assert run.starts_at > NOW
    return network, deal, run, owner


def test_a_run_that_falls_out_keeps_what_hands_told_of_it(monkeypatch):
    shop = a_shop(quantity=500)
    tell(shop, shop.first, 120)
    monkeypatch.setattr(
        "marketplace.trading.services.propose.queue_change", lambda *_a, **_k: shop.deal.plan_run
    )
    report(
        run_id=shop.first.run_id,
        kind=Disturbance.Kind.MACHINE_DOWN,
        cause="machine-silent",
        now=NOW + timedelta(hours=1),
    )
    assert Disturbance.objects.get().made == 120


def test_a_run_that_was_started_early_is_not_moved():
    network, _deal, run, owner = an_early_start()
    to = {"machine": run.equipment.public_id, "starts_at": run.starts_at + timedelta(hours=3), "now": NOW}
    with pytest.raises(RunNotMovable):
        commit_move(viewer=owner, public_id=run.public_id, **to)
    with pytest.raises(RunNotMovable):
        plan_around(viewer=network.buyer, public_id=run.public_id, **to)
    after = Run.objects.get(pk=run.pk)
    assert (after.starts_at, after.status) == (run.starts_at, Run.Status.BOOKED)
    assert not Disturbance.objects.exists()


def test_a_run_that_was_started_early_is_frozen_in_a_re_plan_for_another():
    """All of it, as long as its material does not lack: its machine goes on from lot to lot."""
    _network, deal, run, _owner = an_early_start()
    other = Run.objects.exclude(equipment=run.equipment).order_by("pk").first()
    report(run_id=other.pk, kind=Disturbance.Kind.MACHINE_DOWN, cause="machine-off", now=NOW)
    asked = deal.order.plan_runs.latest("pk")
    assert set(asked.in_force["notes"]["running"]) == {lot["id"] for lot in run.lots}


def test_a_move_goes_on_to_the_work_and_to_the_contract(monkeypatch):
    network = a_network(num_firms=2, quantity=600, due_at=NOW + timedelta(days=20))
    deal = an_agreed_deal(network)
    services.open_work(deal_id=deal.pk, now=NOW)
    write_contracts(deal_public_id=deal.public_id, now=NOW)
    run = Run.objects.select_related("equipment", "package").order_by("starts_at", "pk")[0]
    nudged = []
    monkeypatch.setattr(
        "marketplace.trading.services.moves.start_after_commit", lambda *of: nudged.append(of)
    )
    commit_move(
        viewer=network.owners[run.package.enterprise_id],
        public_id=run.public_id,
        machine=run.equipment.public_id,
        starts_at=run.starts_at - timedelta(hours=1),
        now=NOW,
    )
    assert nudged == [
        ("payments.write_contracts", deal.public_id),
        ("production.open_work", deal.public_id),
    ]
    services.open_work(deal_id=deal.pk, now=NOW)
    write_contracts(deal_public_id=deal.public_id, now=NOW)
    assert WorkOrder.objects.get(run=run).card_version == 2
    own = Contract.objects.filter(deal=deal, enterprise=run.package.enterprise)
    assert list(own.values_list("version", flat=True)) == [1, 2]
