"""What production may never be in: each oracle is silent over sound rows and speaks when one is spoilt."""

import pytest
from django.db import connection

from marketplace.common import oracles
from marketplace.production import oracle
from marketplace.production.models import Stint, Tally, WorkOrder
from tests.production.test_machines import minutes
from tests.production.work import a_shop, shows, start, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy():
    """Work that was told, corrected and counted in every way."""
    shop = a_shop(num_runs=2, num_machines=2, counter="count")
    counted, _other = shop.work
    start(shop, counted)
    shows(counted.equipment.device, count=1_040, at=minutes(30))
    tell(shop, counted, kind="scrap", quantity=4, key="s1", now=minutes(31))
    tell(shop, counted, kind="scrap", quantity=2, key="s2", now=minutes(31))
    tell(shop, counted, kind="correction", undoes="s2", key="u", now=minutes(32))
    by_hand = a_shop(quantity=15)
    work = WorkOrder.objects.get(order=by_hand.order)
    tell(by_hand, work, 10, key="a")
    tell(by_hand, work, 3, key="b")
    tell(by_hand, work, kind="correction", undoes="b", key="c")
    tell(by_hand, work, 10, key="d")
    return shop


def test_all_oracles_are_registered_and_silent_over_sound_rows(busy):
    names = {"production.counts", "production.machines", "production.sums"}
    assert names <= set(oracles.names())
    assert list(oracles.faults(sorted(names))) == []


def test_a_sum_that_is_not_its_tallies_is_found(busy):
    WorkOrder.objects.filter(pk=busy.first.pk).update(good=busy.first.good - 1)
    (fault,) = oracle.sums_that_differ()
    assert busy.first.code in fault


def test_stints_that_overlap_are_found(busy):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.schema_editor() as editor:
        constraint = next(c for c in Stint._meta.constraints if "on_a_machine" in c.name)
        editor.remove_constraint(Stint, constraint)
    stint = Stint.objects.filter(work_order=busy.first).get()
    Stint.objects.create(
        work_order=busy.work[1],
        equipment=stint.equipment,
        starts_at=minutes(5),
        ends_at=minutes(6),
        how="tap",
    )
    assert any("at a time" in fault for fault in oracle.machines_twice_taken())


def test_running_work_without_an_open_stint_is_found(busy):
    Stint.objects.filter(work_order=busy.first).update(ends_at=minutes(40))
    assert any(busy.first.code in fault for fault in oracle.machines_twice_taken())


def test_pieces_of_a_counter_that_were_counted_twice_are_found(busy):
    tally = Tally.objects.get(source="counter")
    tally.pk, tally.public_id, tally.key = None, "", tally.key + "0"
    tally.save(force_insert=True)
    assert any(busy.first.code in fault for fault in oracle.pieces_counted_twice())
