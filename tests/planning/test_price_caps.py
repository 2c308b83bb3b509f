"""What a machine may be paid at most for a rated order: no more for an hour, a good piece or a set-up than was asked
before, whatever its owner changes afterwards."""

from datetime import time

import pytest
from django.db import DatabaseError, connection, transaction

from marketplace.capacity.models import AskedTerms, CapacityWindow, Equipment, Rate, WeeklyHours
from marketplace.capacity.services import keep_asked
from marketplace.planning.models import PlanRun
from marketplace.planning.run import build_problem
from tests.builders import NOW, a_buyer, a_machine, a_product, a_site, an_enterprise, an_order

pytestmark = pytest.mark.django_db

BEFORE = "dec_before"
ALL_DAY = tuple((weekday, "00:00", "00:00") for weekday in range(7))
HOUR_MIN = 60


@pytest.fixture
def machine():
    return a_machine(hours=ALL_DAY, units_per_h=200, price_cents_per_h=12_000)


@pytest.fixture
def order():
    buyer = a_buyer()
    return an_order(buyer=buyer, product=a_product(processes=("press",)), quantity=200)


def planned(order, *, priced_on=BEFORE):
    run = PlanRun(order=order, goal="fastest", epoch=NOW, asked_at=NOW, revision=1, priced_on=priced_on)
    return build_problem(run)


def price(order, machine, **more) -> int:
    """Cents an hour that a plan of the order pays the machine."""
    return planned(order, **more).machine_by_id[machine.public_id].modes[0].cents_per_h


def change(machine, **values) -> None:
    Rate.objects.filter(equipment=machine).update(**values)


@pytest.mark.parametrize(
    ("raised", "paid"),
    [
        ({"price_cents_per_h": 24_000}, 12_000),
        ({"price_cents_per_h": 6_000}, 6_000),
        ({"run_units": 100}, 6_000),  # half as fast: a piece would cost twice as much
        ({"run_units": 400}, 12_000),
        ({"good_per_1000": 500}, 6_000),
        ({"setup_min": 10}, 0),  # there was no set-up to pay
    ],
)
def test_neither_an_hour_nor_a_piece_nor_a_set_up_costs_more_than_before(order, machine, raised, paid):
    keep_asked(occasion=BEFORE, now=NOW)
    change(machine, **raised)
    assert price(order, machine) == paid


def test_a_price_for_one_product_that_is_added_later_is_held_to_the_one_for_all(order, machine):
    keep_asked(occasion=BEFORE, now=NOW)
    Rate.objects.create(
        equipment=machine,
        process="press",
        product_code=order.product.code,
        run_units=200,
        price_cents_per_h=90_000,
    )
    assert price(order, machine) == 12_000


def test_orders_that_are_not_rated_pay_the_owners_prices_of_now(order, machine):
    keep_asked(occasion=BEFORE, now=NOW)
    change(machine, price_cents_per_h=24_000)
    assert price(order, machine, priced_on="") == 24_000
    assert price(order, machine, priced_on="dec_other") == 24_000


def test_what_was_kept_first_counts_and_is_never_changed(order, machine):
    assert keep_asked(occasion=BEFORE, now=NOW) == 1
    change(machine, price_cents_per_h=24_000)
    assert keep_asked(occasion=BEFORE, now=NOW) == 0
    assert price(order, machine) == 12_000
    with (
        pytest.raises(DatabaseError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE capacity_askedterms SET rates = '[]'")
    assert AskedTerms.objects.count() == 1


def test_a_machine_listed_anew_is_held_to_the_dearest_its_owner_asked_before(order):
    site = a_site(enterprise=an_enterprise())
    for price_then in (8_000, 10_000):
        a_machine(site=site, hours=ALL_DAY, units_per_h=200, price_cents_per_h=price_then)
    keep_asked(occasion=BEFORE, now=NOW)
    again = a_machine(site=site, hours=ALL_DAY, units_per_h=200, price_cents_per_h=30_000)
    stranger = a_machine(hours=ALL_DAY, units_per_h=200, price_cents_per_h=30_000)
    assert price(order, again) == 10_000
    assert price(order, stranger) == 30_000, "it asked nothing before"


def windows(order, machine) -> list[tuple[int, int, int]]:
    """Of the first two days: start and end in hours, and the percentage."""
    found = planned(order).machine_by_id[machine.public_id].windows
    return [(w.start // HOUR_MIN, w.end // HOUR_MIN, w.price_pct) for w in found if w.start < 40 * HOUR_MIN]


def test_time_costs_no_more_than_the_same_hours_did_and_a_night_that_was_dear_stays_dear(order):
    machine = a_machine(hours=tuple((day, "06:00", "22:00") for day in range(7)))
    for day in range(7):
        WeeklyHours.objects.create(
            equipment=machine, weekday=day, starts=time(22), ends=time(6), price_pct=150
        )
    asked = windows(order, machine)
    assert {pct for _start, _end, pct in asked} == {100, 150}
    keep_asked(occasion=BEFORE, now=NOW)
    WeeklyHours.objects.filter(equipment=machine).update(price_pct=300)
    assert windows(order, machine) == asked
    WeeklyHours.objects.filter(equipment=machine).update(price_pct=90)
    assert {pct for _start, _end, pct in windows(order, machine)} == {90}


def test_time_that_was_not_offered_before_costs_what_the_cheapest_time_did(order, machine):
    keep_asked(occasion=BEFORE, now=NOW)
    WeeklyHours.objects.filter(equipment=machine).delete()
    CapacityWindow.objects.create(
        equipment=machine, period=(NOW, NOW.replace(day=NOW.day + 1)), price_pct=400
    )
    assert {pct for _start, _end, pct in windows(order, machine)} == {100}


def test_it_takes_as_many_queries_for_many_machines_as_for_few(django_assert_num_queries):
    for _ in range(12):
        a_machine(site=a_site(enterprise=an_enterprise()))
    with django_assert_num_queries(8):  # one of them is the savepoint's beginning, one its end
        keep_asked(occasion=BEFORE, now=NOW)
    assert AskedTerms.objects.count() == Equipment.objects.count() == 12
