"""Pieces told by hand count once, never beyond what is wanted, and not after the end."""

import logging
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.common.errors import InvalidInput
from marketplace.production import errors, services
from marketplace.production.models import Tally, WorkOrder
from marketplace.production.taps import wanted_of
from marketplace.trading.models import Run
from tests.builders import NOW
from tests.production.work import a_shop, close_short, hand, start, tell

pytestmark = pytest.mark.django_db


def sums(work_order):
    work_order.refresh_from_db()
    return (work_order.good, work_order.scrap, work_order.status)


def test_a_tally_starts_work_that_has_not_begun_and_takes_the_order_up():
    shop = a_shop()

    told = tell(shop, shop.first, 10)

    assert told.is_new
    assert sums(shop.first) == (10, 0, "running")
    shop.order.refresh_from_db()
    assert shop.order.status == "running"


def test_the_same_key_counts_once_and_other_content_under_it_is_refused():
    shop = a_shop()
    tell(shop, shop.first, 10)

    assert not tell(shop, shop.first, 10).is_new
    with pytest.raises(errors.KeyReused):
        tell(shop, shop.first, 11)
    assert sums(shop.first)[0] == 10
    assert Tally.objects.count() == 1


@pytest.mark.parametrize("quantity", [10**9, 0, -1, True, "5", 1.5])
def test_no_billion_and_nothing_that_is_not_a_number_of_pieces(quantity):
    shop = a_shop()
    with pytest.raises(InvalidInput):
        tell(shop, shop.first, quantity)
    assert not Tally.objects.exists()
    assert sums(shop.first) == (0, 0, "waiting")


def test_far_more_than_is_missing_is_refused_and_logged(caplog):
    shop = a_shop(quantity=500)
    with caplog.at_level(logging.WARNING), pytest.raises(errors.Implausible):
        tell(shop, shop.first, 551)
    assert sums(shop.first)[0] == 0
    assert "551" in caplog.text


def test_what_goes_beyond_the_order_is_the_factorys_own():
    shop = a_shop(quantity=15)
    tell(shop, shop.first, 10)

    tally = tell(shop, shop.first, 10, key="k2").tally

    assert (tally.quantity, tally.surplus) == (5, 5)
    assert sums(shop.first) == (15, 0, "finished")


def test_nothing_is_told_of_finished_work(caplog):
    shop = a_shop(quantity=10)
    tell(shop, shop.first, 10)

    with caplog.at_level(logging.WARNING), pytest.raises(errors.WorkOrderClosed) as refused:
        tell(shop, shop.first, 1, key="k2")

    assert (refused.value.http_status, refused.value.code) == (409, "production:work-order-closed")
    assert Tally.objects.count() == 1
    assert shop.first.public_id in caplog.text


def test_a_replay_after_the_end_is_answered_as_before():
    shop = a_shop(quantity=10)
    tell(shop, shop.first, 10)

    assert not tell(shop, shop.first, 10).is_new


def test_what_a_phone_told_before_work_was_closed_short_still_counts_and_later_does_not():
    shop = a_shop(quantity=100)
    tell(shop, shop.first, 10)
    close_short(shop, at=NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=2)

    tell(shop, shop.first, 5, key="before", age_s=3_601, now=later)
    with pytest.raises(errors.WorkOrderClosed):
        tell(shop, shop.first, 5, key="after", age_s=3_599, now=later)

    assert sums(shop.first) == (15, 0, "short")


def test_late_pieces_that_fill_short_work_finish_it():
    shop = a_shop(quantity=12)
    tell(shop, shop.first, 10)
    close_short(shop, at=NOW + timedelta(hours=1))

    tell(shop, shop.first, 2, key="before", age_s=7_000, now=NOW + timedelta(hours=2))

    assert sums(shop.first) == (12, 0, "finished")
    assert shop.first.closed_at == NOW + timedelta(hours=1)


def test_a_tally_is_taken_back_once():
    shop = a_shop()
    tell(shop, shop.first, 10)
    tell(shop, shop.first, kind="scrap", quantity=3, key="s")

    tell(shop, shop.first, kind="correction", undoes="k1", key="u1")
    tell(shop, shop.first, kind="correction", undoes="s", key="u2")

    assert sums(shop.first)[:2] == (0, 0)
    with pytest.raises(errors.NothingToUndo):
        tell(shop, shop.first, kind="correction", undoes="k1", key="u3")
    with pytest.raises(errors.NothingToUndo):
        tell(shop, shop.first, kind="correction", undoes="u1", key="u4")


def test_scrap_needs_a_reason():
    shop = a_shop()
    with pytest.raises(InvalidInput):
        tell(shop, shop.first, kind="scrap", reason="", quantity=1)
    assert not Tally.objects.exists()


def test_a_tally_is_never_changed_or_taken_away():
    shop = a_shop()
    tell(shop, shop.first)
    for change in (lambda: Tally.objects.update(quantity=2), lambda: Tally.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert Tally.objects.get().quantity == 1


def test_the_database_counts_a_key_once_whoever_writes():
    shop = a_shop()
    tally = tell(shop, shop.first).tally
    tally.pk, tally.public_id = None, ""
    with pytest.raises(IntegrityError), transaction.atomic():
        tally.save(force_insert=True)


def test_several_tallies_are_judged_one_by_one():
    shop = a_shop(quantity=20)
    drafts = [
        wanted_of({"key": "a", "kind": "good", "quantity": 10}),
        wanted_of({"key": "b", "kind": "good", "quantity": 10**9}),
        wanted_of({"key": "c", "kind": "good", "quantity": 1_000}),
        wanted_of("nonsense"),
        wanted_of({"key": "d", "kind": "good", "quantity": 5}),
    ]
    outcomes = services.tell_all(
        work_order_id=shop.first.pk, hand=hand(shop), source="station", drafts=drafts,
        now=NOW, real_now=NOW, clock_speed=1.0,
    )  # fmt: skip

    codes = [one.error and one.error.code for one in outcomes]
    assert codes == [None, "common:invalid", "production:implausible", "common:invalid", None]
    assert sums(shop.first)[0] == 15


def test_good_pieces_beyond_what_is_wanted_cannot_be_stored():
    a_shop(quantity=10)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkOrder.objects.update(good=11)
    assert connection.is_usable()


def test_work_of_an_order_that_is_over_cannot_begin():
    shop = a_shop()
    type(shop.order).objects.update(status="cancelled")
    with pytest.raises(errors.OrderNotInWork):
        start(shop, shop.first)
    assert sums(shop.first)[2] == "waiting"


def test_what_a_phone_kept_for_work_that_was_planned_away_is_refused_and_counts_nowhere(caplog):
    shop = a_shop(num_runs=2)
    tell(shop, shop.first, 20)
    Run.objects.filter(pk=shop.first.run_id).update(status=Run.Status.REPLACED)
    services.open_work(deal_id=shop.deal.pk, now=NOW + timedelta(hours=1))
    assert shop.first.status == "cancelled"
    with pytest.raises(errors.WorkOrderClosed):
        tell(shop, shop.first, 5, key="kept", age_s=1800, now=NOW + timedelta(hours=2))
    assert [work.good for work in shop.work] == [20, 0]
    assert "cancelled: refused" in caplog.text
    assert not tell(shop, shop.first, 20, now=NOW + timedelta(hours=2)).is_new
