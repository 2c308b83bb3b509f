"""The parts that htmx reads by themselves are no pages: whoever opens the address of one comes to the page it is in."""

import pytest
from django.urls import reverse

from marketplace.accounts.models import Enterprise, Person
from tests.builders import a_buyer, a_machine, a_site, a_viewer, an_enterprise, an_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    """A factory's owner, logged in."""
    viewer = a_viewer(enterprise=an_enterprise())
    client.force_login(Person.objects.get(pk=viewer.person_id))
    return viewer


@pytest.fixture
def order(client):
    buyer = a_buyer()
    client.force_login(Person.objects.get(pk=buyer.person_id))
    return an_order(buyer=buyer)


@pytest.mark.parametrize("part", ["planning:options", "trading:plan", "delivery:part"])
def test_parts_of_an_order_lead_to_the_order(order, client, part):
    path = reverse(part, args=[order.public_id])
    assert client.get(path).url == reverse("orders:order", args=[order.public_id])
    read = client.get(path, headers={"HX-Request": "true"})
    assert read.status_code == 200
    assert "<html" not in read.text


@pytest.mark.parametrize(
    ("part", "page"),
    [
        ("delivery:wants", "trading:home"),
        ("payments:next", "trading:home"),
        ("accounts:bell", "accounts:notices"),
    ],
)
def test_parts_of_the_home_and_the_shell_lead_there(owner, client, part, page):
    assert client.get(reverse(part)).url == reverse(page)
    assert client.get(reverse(part), headers={"HX-Request": "true"}).status_code == 200


def test_a_part_of_a_machine_leads_to_the_machine(owner, client):
    machine = a_machine(site=a_site(enterprise=Enterprise.objects.get(pk=owner.enterprise_id)))
    path = reverse("capacity:proposals", args=[machine.public_id])
    assert client.get(path).url == reverse("capacity:machine", args=[machine.public_id])


@pytest.mark.parametrize("part", ["planning:options", "trading:plan", "delivery:part"])
def test_the_way_to_what_belongs_to_others_is_not_shown(order, client, part):
    foreign = an_order(buyer=a_buyer())
    assert client.get(reverse(part, args=[foreign.public_id])).status_code == 404
