"""A run is pinned or moved by form; the checker says what that breaks before anything changes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import Person
from marketplace.capacity.models import TakenTime
from marketplace.common import clock
from marketplace.common.errors import NotFound
from marketplace.trading import services
from marketplace.trading.errors import MoveBreaksPlan, RunNotMovable
from marketplace.trading.models import Disturbance, Run
from tests.builders import NOW, a_machine, a_viewer, an_enterprise
from tests.trading.deals import a_network, an_agreed_deal, solve_change

pytestmark = pytest.mark.django_db


def an_agreed_network():
    network = a_network(num_firms=2, quantity=600, due_at=NOW + timedelta(days=20))
    deal = an_agreed_deal(network)
    run = Run.objects.select_related("equipment", "package").order_by("starts_at", "pk").first()
    return network, deal, run, network.owners[run.package.enterprise_id]


def moved(service, viewer, run, *, by, **more):
    return service(
        viewer=viewer,
        public_id=run.public_id,
        machine=run.equipment.public_id,
        starts_at=run.starts_at + by,
        now=NOW,
        **more,
    )


def test_a_run_that_would_end_after_its_truck_leaves_breaks_the_stock_and_stays():
    _network, _deal, run, owner = an_agreed_network()
    found = moved(services.check_move, owner, run, by=timedelta(hours=6))
    assert 5 in {one.rule for one in found.broken}
    assert not found.is_clean
    assert found.may_plan_around
    before = (run.starts_at, run.ends_at, run.taken_id)
    with pytest.raises(MoveBreaksPlan):
        moved(services.commit_move, owner, run, by=timedelta(hours=6))
    run.refresh_from_db()
    assert (run.starts_at, run.ends_at, run.taken_id) == before


def test_an_own_run_moves_earlier_where_nothing_breaks_and_is_pinned_there():
    _network, _deal, run, owner = an_agreed_network()
    found = moved(services.check_move, owner, run, by=-timedelta(hours=1))
    assert found.is_clean, found.broken
    services.commit_move(
        viewer=owner,
        public_id=run.public_id,
        machine=run.equipment.public_id,
        starts_at=run.starts_at - timedelta(hours=1),
        now=NOW,
    )
    after = Run.objects.get(pk=run.pk)
    assert after.starts_at == run.starts_at - timedelta(hours=1)
    assert after.is_pinned
    taken = TakenTime.objects.get(reference=run.public_id)
    assert (taken.period.lower, taken.period.upper) == (after.starts_at, after.ends_at)


def test_time_the_machine_does_not_offer_is_refused_by_the_rule_of_windows():
    _network, _deal, run, owner = an_agreed_network()
    TakenTime.objects.create(
        equipment=run.equipment,
        kind=TakenTime.Kind.OWN_JOB,
        period=(run.starts_at - timedelta(hours=3), run.starts_at - timedelta(hours=2)),
    )
    found = moved(services.check_move, owner, run, by=-timedelta(hours=3))
    assert 2 in {one.rule for one in found.broken}
    assert not found.may_plan_around


def test_the_buyer_has_the_rest_planned_around_a_moved_run():
    network, deal, run, owner = an_agreed_network()
    with pytest.raises(RunNotMovable):
        moved(services.plan_around, owner, run, by=timedelta(hours=6))
    moved(services.plan_around, network.buyer, run, by=timedelta(hours=6))
    plan = solve_change(deal)
    assert Disturbance.objects.get().status == Disturbance.Status.PROPOSED
    lots = [lot for lot in plan.plan["lots"] if lot["id"] == f"moved-{run.public_id}"]
    starts_at = plan.epoch + timedelta(minutes=lots[0]["start_min"])
    assert starts_at == run.starts_at + timedelta(hours=6)


def test_what_has_begun_is_not_moved_and_a_stranger_finds_nothing():
    _network, _deal, run, owner = an_agreed_network()
    with pytest.raises(RunNotMovable):
        services.check_move(
            viewer=owner,
            public_id=run.public_id,
            machine=run.equipment.public_id,
            starts_at=run.starts_at,
            now=run.starts_at,
        )
    with pytest.raises(NotFound):
        moved(services.check_move, a_viewer(enterprise=an_enterprise()), run, by=timedelta())


def test_the_pages_show_pins_the_form_and_what_a_move_breaks(client: Client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    network, deal, run, owner = an_agreed_network()
    client.force_login(Person.objects.get(pk=owner.person_id))
    page = reverse("trading:run", args=[run.public_id])
    assert client.get(page).status_code == 200
    client.post(reverse("trading:pin", args=[run.public_id]), {"pinned": "yes"})
    assert Run.objects.get(pk=run.pk).is_pinned
    later = (run.starts_at + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    checked = client.post(
        reverse("trading:move", args=[run.public_id]),
        {"machine": run.equipment.public_id, "starts_at": later, "what": "check"},
    )
    assert "What the move breaks" in checked.content.decode()
    client.force_login(Person.objects.get(pk=network.buyer.person_id))
    change = client.get(reverse("trading:change", args=[deal.order.public_id])).content.decode()
    assert "pinned" in change
    assert "Nothing disturbs the plan" in change
    client.force_login(Person.objects.get(pk=a_viewer(enterprise=an_enterprise()).person_id))
    assert client.get(page).status_code == 404
    assert client.get(reverse("trading:change", args=[deal.order.public_id])).status_code == 404


def test_a_buyer_may_choose_among_listed_machines_alone(client: Client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    network, _deal, run, owner = an_agreed_network()
    a_machine(site=run.equipment.site, name="Prototype press", listed=False)
    page = reverse("trading:run", args=[run.public_id])
    for viewer, sees in ((owner, True), (network.buyer, False)):
        client.force_login(Person.objects.get(pk=viewer.person_id))
        text = client.get(page).content.decode()
        assert run.equipment.name in text
        assert ("Prototype press" in text) == sees
