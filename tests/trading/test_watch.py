"""What a device says under booked work becomes a disturbance, and is over when the machine is back."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import Notice
from marketplace.machines.models import DeviceState
from marketplace.trading import services
from marketplace.trading.models import Disturbance, Run
from tests.builders import a_device
from tests.machines.messages import a_message, said
from tests.trading.deals import a_network, an_agreed_deal

pytestmark = pytest.mark.django_db


def a_run_with_a_voice():
    network = a_network(num_firms=2, quantity=600)
    deal = an_agreed_deal(network)
    run = Run.objects.select_related("equipment__site").order_by("starts_at", "pk").first()
    run.equipment.device = a_device(site=run.equipment.site)
    run.equipment.save()
    return deal, run


def say(run, execution, *, seq, at):
    said(a_message(run.equipment.device, seq=seq, execution=execution, at=at, now=at), now=at)


def watch(at):
    return services.watch_machines(now=at, real_now=at)


def test_a_machine_that_goes_off_during_its_run_is_reported_once_and_over_when_it_is_back():
    deal, run = a_run_with_a_voice()
    at = run.starts_at + timedelta(minutes=10)
    say(run, "ACTIVE", seq=1, at=at)
    assert watch(at) == 0
    say(run, "UNAVAILABLE", seq=2, at=at + timedelta(minutes=1))
    assert watch(at + timedelta(minutes=1)) == 1
    assert watch(at + timedelta(minutes=1)) == 0
    found = Disturbance.objects.get()
    assert (found.kind, found.cause, found.run, found.deal) == ("machine_down", "machine-off", run, deal)
    assert Notice.objects.filter(kind="trading.machine-down").count() == 1

    say(run, "ACTIVE", seq=3, at=at + timedelta(minutes=2))
    assert watch(at + timedelta(minutes=2)) == 1
    found.refresh_from_db()
    assert found.status == Disturbance.Status.OVER
    assert Run.objects.get(pk=run.pk).status == Run.Status.BOOKED


def test_a_machine_that_is_off_before_its_run_begins_is_no_news():
    _deal, run = a_run_with_a_voice()
    at = run.starts_at - timedelta(minutes=10)
    say(run, "UNAVAILABLE", seq=1, at=at)
    assert watch(at) == 0
    assert not Disturbance.objects.exists()


def test_a_machine_that_was_off_before_its_run_is_news_once_it_says_within_the_run_that_it_still_is():
    _deal, run = a_run_with_a_voice()
    say(run, "UNAVAILABLE", seq=1, at=run.starts_at - timedelta(minutes=1))
    assert watch(run.starts_at + timedelta(minutes=1)) == 0
    say(run, "UNAVAILABLE", seq=2, at=run.starts_at + timedelta(seconds=70))
    assert watch(run.starts_at + timedelta(minutes=2)) == 1
    assert Disturbance.objects.get().cause == "machine-off"


def test_a_fault_before_a_run_begins_is_reported():
    _deal, run = a_run_with_a_voice()
    at = run.starts_at - timedelta(hours=2)
    say(run, "READY", seq=1, at=at)
    row = DeviceState.objects.get(device=run.equipment.device)
    item = next(iter(row.items.values()))
    row.items["system"] = {**item, "kind": "alarm", "name": "system", "value": "FAULT", "counter": None}
    row.save()
    assert watch(at) == 1
    assert Disturbance.objects.get().cause == "machine-alarm"


def test_looking_costs_few_queries_however_many_runs_there_are(django_assert_max_num_queries):
    a_run_with_a_voice()
    with django_assert_max_num_queries(6):
        watch(Run.objects.earliest("starts_at").starts_at)
