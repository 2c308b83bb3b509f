"""The factory's home and its own part of a joint plan."""

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.trading.picture import picture_for_buyer, picture_for_factory
from tests.builders import NOW, a_device, a_machine, a_membership, a_site, an_enterprise
from tests.trading.deals import a_network

pytestmark = pytest.mark.django_db


def test_the_home_shows_every_machine_and_its_day_at_once(client: Client):
    member = a_membership(enterprise=an_enterprise())
    site = a_site(enterprise=member.enterprise)
    a_machine(site=site)
    for name in ("Press 3", "Press 4"):
        a_device(site=site, name=name)
    client.force_login(member.person)

    text = client.get(reverse("trading:home")).content.decode()

    assert text.count('class="m-strip"') == 2
    assert "Press 3" in text
    assert "Press 4" in text


def test_a_factory_reads_its_machines_names_and_a_buyer_only_numbers_before_the_contract():
    network = a_network()
    deal = network.deal()
    package = deal.packages.first()

    own = picture_for_factory(network.owners[package.enterprise_id], deal, now=NOW)
    bought = picture_for_buyer(deal, now=NOW)

    assert {row.machine for row in own.rows} == {run.equipment.name for run in package.runs.all()}
    assert {row.machine for row in bought.rows} == {"machine 1"}


def test_a_factory_learns_the_city_the_goods_go_to_and_not_the_buyers_door():
    network = a_network()
    deal = network.deal()
    drop = deal.order.drops.get()
    owner = network.owners[deal.packages.first().enterprise_id]

    told = next(p for p in picture_for_factory(owner, deal, now=NOW).places if p.kind == "drop")
    known = next(p for p in picture_for_buyer(deal, now=NOW).places if p.kind == "drop")

    assert (known.name, known.lat, known.lon) == (drop.name, drop.lat, drop.lon)
    assert (told.name, told.lat, told.lon) == ("Shanghai", 31.25, 121.5)
