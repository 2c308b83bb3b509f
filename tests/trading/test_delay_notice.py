"""A buyer whose order is displaced or late has it in writing: agreed date, new date, reason, authority, legal basis."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from marketplace.accounts.models import Person
from marketplace.orders.buyer_zone import buyer_zone
from marketplace.planning.models import PlanRun
from marketplace.trading import delay_notice as written
from marketplace.trading import services
from marketplace.trading.models import Disturbance, Run
from tests.builders import NOW, a_buyer
from tests.trading.deals import a_network, an_agreed_deal

pytestmark = pytest.mark.django_db

REASON = {
    "rating": "DX", "programme": "prg_masks", "declaration": "Spring flood", "authority": "Province of Zhejiang",
    "legal_basis": "Article 52",
}  # fmt: skip


@pytest.fixture
def case():
    network = a_network(num_firms=1, quantity=400)
    deal = an_agreed_deal(network)
    run = Run.objects.filter(package__deal=deal).first()
    services.report(run_id=run.pk, kind=Disturbance.Kind.DISPLACED, cause="displaced", now=NOW, facts=REASON)
    return network, Disturbance.objects.get()


def words(found, language="en") -> str:
    """Everything the document says, before it is set."""
    with translation.override(language):
        said = written._data(found, language=language)
    return str([said["title"], said["facts"], said["basis"], said["sentences"]])


def with_new_date(found, *, later=timedelta(days=2)):
    """As a re-plan that is done leaves it."""
    plan = found.plan_run
    plan.status, plan.plan = PlanRun.Status.DONE, {}
    plan.finish_min = (found.deal.promised_at + later - plan.epoch) // timedelta(minutes=1)
    plan.save()
    return Disturbance.objects.select_related("deal__order__buyer", "plan_run").get(pk=found.pk)


def test_it_names_order_dates_reason_authority_and_legal_basis(case):
    network, found = case
    promised = found.deal.promised_at.astimezone(ZoneInfo(buyer_zone(network.order)))
    agreed = f"{promised:%Y-%m-%d %H:%M}"
    before = words(found)
    for word in (
        network.order.title,
        agreed,
        "A new date follows",
        "Spring flood",
        "Province of Zhejiang",
        "Article 52",
    ):
        assert word in before
    after = words(with_new_date(found))
    assert "A new date follows" not in after
    assert f"{promised + timedelta(days=2):%Y-%m-%d %H:%M}" in after
    assert agreed in after


def test_the_agreed_date_stays_what_it_was_when_the_deal_has_another(case):
    _network, found = case
    agreed = found.deal.promised_at
    found.deal.promised_at = agreed + timedelta(days=9)
    found.deal.save()
    assert written.agreed_at(Disturbance.objects.get()) == agreed


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_buyer_downloads_it_and_the_same_facts_are_the_same_bytes(case, client, language):
    network, found = case
    client.force_login(Person.objects.get(pk=network.buyer.person_id))
    path = f"/disturbances/{found.public_id}/notice.pdf"
    first, again = (client.get(path, headers={"Accept-Language": language}) for _ in range(2))
    assert first.status_code == 200
    assert first["Content-Type"] == "application/pdf"
    assert first.content.startswith(b"%PDF")
    assert first.content == again.content
    assert "notice.pdf" in client.get(f"/orders/{network.order.public_id}/change/").content.decode()


def test_nobody_else_has_it_and_what_was_dismissed_has_none(case, client):
    network, found = case
    path = f"/disturbances/{found.public_id}/notice.pdf"
    for viewer in (a_buyer(), *network.owners.values()):
        client.force_login(Person.objects.get(pk=viewer.person_id))
        assert client.get(path).status_code == 404
    services.dismiss(viewer=network.buyer, public_id=found.public_id, reason="We wait.", now=NOW)
    client.force_login(Person.objects.get(pk=network.buyer.person_id))
    assert client.get(path).status_code == 404
