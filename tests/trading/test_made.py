"""What machines counted for a buyer's lots, and that their owners learn who was shown it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import Person
from marketplace.common import clock
from marketplace.machines.models import TelemetryLook
from marketplace.machines.selectors import looks
from marketplace.trading.made import made_by_run
from marketplace.trading.models import Run
from tests.builders import a_device
from tests.machines.messages import a_message, said
from tests.trading.deals import a_network

pytestmark = pytest.mark.django_db


def a_counted_run(network):
    """Everything is booked; the first run's machine has counted 30 pieces in it."""
    deal = network.deal()
    for package in deal.packages.all():
        network.answer(package)
    run = Run.objects.select_related("equipment__site").order_by("starts_at").first()
    device = a_device(site=run.equipment.site)
    run.equipment.device = device
    run.equipment.save()
    for seq, count in enumerate((100, 130)):
        at = run.starts_at + seq * timedelta(minutes=1)
        said(a_message(device, seq=seq, execution="ACTIVE", count=count, at=at, now=at), now=at)
    return deal, run


def test_a_run_has_made_what_its_machine_counted_in_it():
    deal, run = a_counted_run(a_network())

    assert made_by_run(deal, now=run.ends_at) == {run.pk: 30}


def test_the_owner_learns_that_the_buyer_was_shown_the_count(client: Client, monkeypatch):
    network = a_network()
    _, run = a_counted_run(network)
    monkeypatch.setattr(clock, "now", lambda: run.ends_at)
    client.force_login(Person.objects.get(pk=network.buyer.person_id))

    page = client.get(reverse("trading:plan", args=[network.order.public_id]))

    assert page.status_code == 200
    (look,) = looks(viewer=network.owners[run.equipment.enterprise_id])
    assert (look.enterprise_id, look.purpose) == (
        network.buyer.enterprise_id,
        TelemetryLook.Purpose.COUNTS_OF_LOT,
    )
