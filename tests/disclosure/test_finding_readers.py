"""Whom one opens something to is found by name, where the name is no secret, or by a whole number or id."""

import pytest

from marketplace.accounts.models import Enterprise, Person
from marketplace.disclosure import relations
from marketplace.disclosure.models import Grant
from marketplace.disclosure.selectors import readers_known_to
from marketplace.disclosure.words import Audience
from tests.builders import NOW, a_machine, a_site, a_viewer, an_enterprise

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    enterprise = an_enterprise(name="Ningbo Presses")
    a_machine(site=a_site(enterprise=enterprise))
    return a_viewer(enterprise=enterprise)


def found(owner, words):
    return [one.name for one in readers_known_to(owner, words=words, now=NOW)]


def test_offices_public_bodies_and_open_names_are_found_by_name(owner):
    an_enterprise(name="Flood Office", kind="coordinator")
    an_enterprise(name="Flood Clinic", kind="buyer", is_public_body=True)
    an_enterprise(name="Flood Pumps", identity_is_public=True)
    an_enterprise(name="Flood Secret Works", kind="buyer")
    an_enterprise(name="Flood Anybody", kind="coordinator", verified=False)
    assert found(owner, "flood") == ["Flood Clinic", "Flood Office", "Flood Pumps"]
    assert found(owner, "off flo") == ["Flood Office"]
    assert found(owner, "f") == []
    assert found(owner, "") == []


def test_a_party_of_a_contract_is_found_by_name_and_a_stranger_is_not(owner, monkeypatch):
    party = an_enterprise(name="Harbour Buyers", kind="buyer")
    an_enterprise(name="Harbour Strangers", kind="buyer")
    parties = {(party.pk, owner.enterprise_id)}
    monkeypatch.setattr(
        relations, "_finders",
        [lambda reader, of, now: [Audience.CONTRACT_PARTY] if (reader, of) in parties else []],
    )  # fmt: skip
    assert found(owner, "harbour") == ["Harbour Buyers"]


def test_the_whole_number_or_id_finds_anybody_and_a_part_of_it_nobody(owner):
    secret = an_enterprise(name="Secret Works", kind="buyer", registration_number="91330281-77")
    for words in ("91330281-77", secret.public_id, f" {secret.public_id} "):
        assert found(owner, words) == ["Secret Works"]
    for words in ("91330281", "91330281-7", secret.public_id[:-1], "Secret"):
        assert found(owner, words) == []


def test_oneself_is_never_found(owner):
    Enterprise.objects.filter(pk=owner.enterprise_id).update(identity_is_public=True)
    assert found(owner, "Ningbo") == []
    assert found(owner, owner.enterprise_public_id) == []


def test_the_page_offers_what_was_found_and_opens_to_the_chosen_one(owner, client):
    office = an_enterprise(name="Flood Office", kind="coordinator")
    client.force_login(Person.objects.get(pk=owner.person_id))
    path = "/settings/disclosure/new/"
    page = client.get(path, {"q": "flood"}).content.decode()
    assert "Flood Office" in page and office.public_id in page
    assert "Nobody known to you is called so" in client.get(path, {"q": "nowhere"}).content.decode()
    values = {"group": "identity", "to_audience": "", "scope": "", "days": "7"}
    client.post(path, {**values, "to_enterprise": office.public_id})
    assert not Grant.objects.exists()  # what for?
    client.post(path, {**values, "to_enterprise": "ent_0000000000000000", "purpose": "they ask who we are"})
    assert not Grant.objects.exists()
    client.post(path, {**values, "to_enterprise": office.public_id, "purpose": "they ask who we are"})
    assert Grant.objects.get().to_enterprise == office
