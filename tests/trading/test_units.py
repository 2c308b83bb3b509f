"""What is not counted in pieces is not called pieces: offers, runs, changes and goods on their way."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from marketplace.accounts.models import Person
from marketplace.common import clock
from marketplace.orders.models import Operation
from marketplace.planning import drawing
from marketplace.trading.picture import picture_for_buyer
from tests.builders import NOW
from tests.trading.deals import a_network, solve_change
from tests.trading.test_disturbances import a_disturbed_deal

pytestmark = pytest.mark.django_db


def page(viewer, name, *args) -> str:
    client = Client()
    client.force_login(Person.objects.get(pk=viewer.person_id))
    return " ".join(strip_tags(client.get(reverse(f"trading:{name}", args=args)).content.decode()).split())


def test_an_offer_says_metres_in_the_list_and_on_its_page(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    network = a_network()
    Operation.objects.update(unit="m")
    deal = network.deal()
    package = deal.packages.first()
    owner = network.owners[package.enterprise_id]
    amount = f"{sum(run.quantity for run in package.runs.all()):,} m"
    for text in (page(owner, "offers"), page(owner, "offer", package.public_id)):
        assert amount in text and " pieces" not in text


def test_an_offer_of_metres_and_pieces_does_not_add_them_up(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    network = a_network()
    deal = network.deal()
    package = deal.packages.first()
    other = package.runs.first()
    other.pk, other.public_id = None, "run_0000000000000000"
    cut = Operation.objects.first()
    cut.pk, cut.code, cut.makes, cut.unit = None, "cut", "cut", "m"
    cut.save()
    other.operation, other.taken = cut, None
    other.save()
    assert "in several units" in page(network.owners[package.enterprise_id], "offers")


def test_a_run_and_its_change_say_metres(monkeypatch):
    network, deal, run, now, _found = a_disturbed_deal()
    monkeypatch.setattr(clock, "now", lambda: now)
    Operation.objects.update(unit="m")
    solve_change(deal, now=now)
    other = deal.packages.exclude(pk=run.package_id).first().runs.first()
    assert f": {other.quantity:,} m" in page(
        network.owners[other.package.enterprise_id], "run", other.public_id
    )
    text = page(network.buyer, "change", network.order.public_id)
    assert f"{run.quantity:,} m" in text and " pieces" not in text
    picture = picture_for_buyer(deal, now=now)
    labels = [bar.label for bar in drawing.gantt_of(picture, now=now).bars]
    labels += [flow.label for flow in drawing.map_of(picture).flows]
    assert labels and not [label for label in labels if "piece" in label]
