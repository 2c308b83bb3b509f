"""The buyer sees a proposed change before and after, commits it by form or API; others find nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import Person
from marketplace.capacity.models import Equipment, WeeklyHours
from marketplace.common import clock
from marketplace.trading.comparison import comparison
from marketplace.trading.difference import difference
from marketplace.trading.models import Deal, Disturbance, Package, Run
from marketplace.trading.picture import picture_for_buyer
from tests.builders import NOW, a_viewer, an_api_client, an_enterprise
from tests.trading.deals import solve_change
from tests.trading.test_disturbances import a_disturbed_deal
from tests.trading.test_outdated import a_changed_deal

pytestmark = pytest.mark.django_db


def test_a_proposed_change_is_shown_run_by_run_and_committed(client: Client, monkeypatch):
    network, deal, run, now, found = a_disturbed_deal()
    monkeypatch.setattr(clock, "now", lambda: now)
    order = network.order.public_id
    page = reverse("trading:change", args=[order])
    client.force_login(Person.objects.get(pk=network.buyer.person_id))
    assert "Something is being planned anew" in client.get(page).content.decode()

    plan = solve_change(deal, now=now)
    text = client.get(page).content.decode()
    assert "A change is proposed" in text
    for word in ("cut short", "The machine is off during the run.", "Commit the change", run.equipment.name):
        assert word in text
    joint = client.get(reverse("trading:plan", args=[order]), headers={"HX-Request": "true"}).content.decode()
    assert "a change is proposed" in joint

    owner = network.owners[run.package.enterprise_id]
    client.force_login(Person.objects.get(pk=owner.person_id))
    own = client.get(reverse("trading:run", args=[run.public_id])).content.decode()
    assert "Say when it is back" in own
    assert client.get(page).status_code == 404

    api = an_api_client(network.buyer)
    shown = api.get(f"/api/v1/orders/{order}/change").json()
    assert shown["plan"] == plan.public_id
    assert {row["change"] for row in shown["rows"]} >= {"shrunk", "new"}
    listed = api.get("/api/v1/disturbances").json()["results"]
    assert [one["id"] for one in listed] == [found.public_id]
    assert an_api_client(owner).get("/api/v1/disturbances").json()["results"][0]["order"] == ""
    stranger = an_api_client(a_viewer(enterprise=an_enterprise()))
    assert stranger.get(f"/api/v1/disturbances/{found.public_id}").status_code == 404

    client.force_login(Person.objects.get(pk=network.buyer.person_id))
    client.post(reverse("trading:commit-change", args=[order]), {"plan": plan.public_id})
    found.refresh_from_db()
    assert found.status == Disturbance.Status.COMMITTED
    assert Run.objects.filter(status=Run.Status.OFFERED).exists()


def test_after_the_change_factories_and_machines_have_the_names_they_had_before():
    _network, deal, _run, now, _found = a_disturbed_deal()
    solve_change(deal, now=now)
    before = picture_for_buyer(deal, now=now)
    after = comparison(deal, difference(deal, deal.proposed_run), disturbances=[], now=now).after
    named = {(row.factory, row.machine) for row in before.rows}
    assert {(row.factory, row.machine) for row in after.rows} & named
    assert {row.machine for row in after.rows} <= set(Equipment.objects.values_list("name", flat=True))


@pytest.mark.parametrize("status", [Package.Status.OFFERED, Package.Status.DECLINED])
def test_who_has_not_accepted_is_named_nowhere(client: Client, monkeypatch, status):
    network, deal, run, now, _found = a_disturbed_deal()
    monkeypatch.setattr(clock, "now", lambda: now)
    plan = solve_change(deal, now=now)
    Package.objects.filter(pk=run.package_id).update(status=status)
    firm, machine = run.package.enterprise.name, run.equipment.name
    order = network.order.public_id
    client.force_login(Person.objects.get(pk=network.buyer.person_id))
    for name in ("trading:change", "trading:plan"):
        text = client.get(reverse(name, args=[order]), headers={"HX-Request": "true"}).content.decode()
        assert firm not in text and machine not in text
    assert client.get(reverse("trading:run", args=[run.public_id])).status_code == 404
    shown = an_api_client(network.buyer).get(f"/api/v1/orders/{order}/change")
    assert shown.json()["plan"] == plan.public_id
    assert firm not in shown.content.decode()


def test_a_change_whose_time_was_taken_meanwhile_is_not_called_committed(client: Client, monkeypatch):
    network, deal, _run, now, found = a_disturbed_deal()
    monkeypatch.setattr(clock, "now", lambda: now)
    plan = solve_change(deal, now=now)
    WeeklyHours.objects.all().delete()
    client.force_login(Person.objects.get(pk=network.buyer.person_id))
    commit = reverse("trading:commit-change", args=[network.order.public_id])
    text = client.post(commit, {"plan": plan.public_id}, follow=True).content.decode()
    assert "Time that the change needs was taken meanwhile. It is being planned anew." in text
    assert "The change is committed" not in text
    found.refresh_from_db()
    assert found.status == Disturbance.Status.OPEN
    assert not Run.objects.filter(status=Run.Status.OFFERED).exists()


def test_before_all_is_agreed_the_change_is_committed_by_the_same_door(client: Client, monkeypatch):
    network, deal = a_changed_deal()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    client.force_login(Person.objects.get(pk=network.buyer.person_id))
    order = network.order.public_id
    commit = reverse("trading:commit-change", args=[order])
    assert (
        f'action="{commit}"'
        in client.get(reverse("trading:plan", args=[order]), headers={"HX-Request": "true"}).content.decode()
    )
    told = client.post(commit, {"plan": deal.proposed_run.public_id})
    assert told.headers["Location"] == reverse("orders:order", args=[order])
    deal.refresh_from_db()
    assert deal.status == Deal.Status.OFFERING


def test_dismissing_without_a_reason_changes_nothing(client: Client, monkeypatch):
    network, _deal, _run, now, found = a_disturbed_deal()
    monkeypatch.setattr(clock, "now", lambda: now)
    client.force_login(Person.objects.get(pk=network.buyer.person_id))
    client.post(reverse("trading:dismiss", args=[found.public_id]), {"reason": ""})
    found.refresh_from_db()
    assert found.status == Disturbance.Status.OPEN
    client.post(reverse("trading:dismiss", args=[found.public_id]), {"reason": "it is back soon"})
    found.refresh_from_db()
    assert found.status == Disturbance.Status.DISMISSED


def test_a_run_that_is_over_is_not_said_to_move(client: Client, monkeypatch):
    network, _deal, run, _now, _found = a_disturbed_deal()
    other = Run.objects.exclude(pk=run.pk).first()
    owner = network.owners[other.package.enterprise_id]
    client.force_login(Person.objects.get(pk=owner.person_id))
    for at, is_said in ((other.ends_at - timedelta(minutes=1), True), (other.ends_at, False)):
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        html = client.get(reverse("trading:run", args=[other.public_id])).content.decode()
        assert ("Not pinned: a re-plan may move it" in html) is is_said


def test_a_factory_moves_and_pins_over_the_api(monkeypatch):
    network, _deal, run, now, _found = a_disturbed_deal()
    monkeypatch.setattr(clock, "now", lambda: now)
    other = Run.objects.exclude(pk=run.pk).first()
    owner = an_api_client(network.owners[other.package.enterprise_id])
    pinned = owner.post(f"/api/v1/runs/{other.public_id}/pin", {"is_pinned": True}, format="json")
    assert pinned.json()["is_pinned"] is True
    refused = owner.post(
        f"/api/v1/runs/{other.public_id}/move",
        {"machine": other.equipment.public_id, "starts_at": now.isoformat(), "what": "check"},
        format="json",
    )
    assert refused.status_code == 409
