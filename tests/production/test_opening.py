"""A work order for each booked run of an agreed deal, once."""

import time

import pytest

from marketplace.capacity.models import Equipment
from marketplace.production import services
from marketplace.production.models import StationLink, WorkOrder
from marketplace.trading.models import Deal, Run
from tests.builders import NOW
from tests.production.work import a_shop, start, tell

pytestmark = pytest.mark.django_db


def test_each_booked_run_gets_one_work_order_with_a_code_of_its_own():
    shop = a_shop(num_runs=3)

    assert [one.quantity for one in shop.work] == [166, 166, 166]
    assert len({one.code for one in shop.work}) == 3
    assert all(one.code.startswith("MU-") for one in shop.work)
    assert StationLink.objects.count() == 3


def test_opening_work_again_opens_nothing():
    shop = a_shop(num_runs=3)

    assert services.open_work(deal_id=shop.deal.pk, now=NOW) == 0
    assert WorkOrder.objects.count() == 3
    assert services.deals_without_work() == []


def test_a_deal_that_is_not_agreed_opens_nothing():
    shop = a_shop(opened=False)
    Deal.objects.update(status=Deal.Status.OFFERING)

    assert services.open_work(deal_id=shop.deal.pk, now=NOW) == 0
    assert not WorkOrder.objects.exists()
    assert services.deals_without_work() == []


def test_the_sweep_finds_agreed_deals_whose_nudge_was_lost():
    shop = a_shop(opened=False)

    assert services.deals_without_work() == [shop.deal.pk]


def test_work_of_a_run_that_is_booked_no_more_is_cancelled_and_leaves_its_machine():
    shop = a_shop(num_runs=2)
    start(shop, shop.first)
    Run.objects.filter(pk=shop.first.run_id).update(status=Run.Status.REPLACED)

    assert services.deals_without_work() == [shop.deal.pk]
    services.open_work(deal_id=shop.deal.pk, now=NOW)

    assert [one.status for one in shop.work] == ["cancelled", "waiting"]
    assert shop.first.stints.get().ends_at == NOW


def test_a_changed_run_makes_a_new_version_of_the_card_and_an_unchanged_one_does_not():
    shop = a_shop(num_runs=2)
    Run.objects.filter(pk=shop.first.run_id).update(setup_min=30)

    services.open_work(deal_id=shop.deal.pk, now=NOW)
    services.open_work(deal_id=shop.deal.pk, now=NOW)

    assert [one.card_version for one in shop.work] == [2, 1]


def test_only_the_first_work_at_each_machine_shows_first_pieces_and_they_are_few():
    shop = a_shop(num_runs=4, num_machines=2, quantity=20_000, article=True)
    first = services.opening.first_quantity

    assert [one.first_quantity for one in shop.work] == [20, 20, 0, 0]
    assert [first(1), first(99), first(101), first(10**9 - 1)] == [1, 1, 2, 20]


def test_a_thousand_runs_open_in_a_few_seconds():
    shop = a_shop(opened=False)
    package = shop.deal.packages.get()
    run = Run.objects.get()
    Run.objects.bulk_create(a_copy(package, run) for _ in range(1_062))

    began = time.monotonic()
    assert services.open_work(deal_id=shop.deal.pk, now=NOW) == 1_063
    assert time.monotonic() - began < 5


def a_copy(package, run):
    return Run(
        package=package,
        equipment_id=run.equipment_id,
        operation_id=run.operation_id,
        status=Run.Status.BOOKED,
        starts_at=run.starts_at,
        ends_at=run.ends_at,
        quantity=4_000,
        pay_cents=1,
    )


def test_work_goes_with_a_run_that_was_moved_to_another_machine_before_it_begins():
    shop = a_shop(num_machines=2)
    work = shop.first
    there = Equipment.objects.exclude(pk=work.equipment_id).get()
    Run.objects.update(equipment=there)
    assert services.deals_without_work() == [shop.deal.pk]
    services.open_work(deal_id=shop.deal.pk, now=NOW)
    assert (shop.first.equipment, shop.first.card_version) == (there, 2)
    assert services.deals_without_work() == []


def test_work_wants_no_more_than_its_run_and_ends_where_that_is_made():
    shop = a_shop(quantity=500)
    tell(shop, shop.first, 200)
    Run.objects.update(quantity=200)
    services.open_work(deal_id=shop.deal.pk, now=NOW)
    assert (shop.first.quantity, shop.first.status, shop.first.card_version) == (200, "finished", 2)


def test_work_that_made_more_than_its_run_still_has_keeps_what_it_made():
    shop = a_shop(quantity=500)
    tell(shop, shop.first, 200)
    Run.objects.update(quantity=150)
    services.open_work(deal_id=shop.deal.pk, now=NOW)
    assert (shop.first.quantity, shop.first.good, shop.first.status) == (200, 200, "finished")


def test_work_that_has_begun_stays_at_its_machine():
    shop = a_shop(num_machines=2)
    here = shop.first.equipment
    start(shop, shop.first)
    Run.objects.update(equipment=Equipment.objects.exclude(pk=here.pk).get())
    services.open_work(deal_id=shop.deal.pk, now=NOW)
    assert shop.first.equipment == here
    assert services.deals_without_work() == []
