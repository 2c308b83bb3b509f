"""What machines counted in a run: what a disturbance of it starts from where nobody told."""

from datetime import timedelta

import pytest

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
