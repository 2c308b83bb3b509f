"""Two at once: the row of the work order is held, so nothing is lost and nothing is counted twice."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from marketplace.accounts.models import Notice
from marketplace.production import oracle, services
from marketplace.production.models import Stint, Tally, WorkOrder
from marketplace.production.services import tallying
from marketplace.trading.models import Run
from tests.builders import NOW, a_viewer
from tests.production.articles_photo import a_photo
from tests.production.work import a_shop, hand, start, tell

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_S = 20


def at_once(*jobs):
    """Each in a thread with a connection of its own, begun together; its answer or its error."""
    gate = threading.Barrier(len(jobs), timeout=PATIENCE_S)

    def run(job):
        try:
            gate.wait()
            return job()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_devices_that_tell_at_once_lose_nothing():
    shop = a_shop()
    work = shop.first
    answers = at_once(*(lambda n=n: tell(shop, work, 5, key=f"k{n}") for n in range(6)))
    assert [one for one in answers if isinstance(one, Exception)] == []
    assert shop.first.good == 30
    assert oracle.sums_that_differ() == []


def test_without_the_lock_of_the_row_a_tally_is_lost(monkeypatch):
    shop = a_shop()
    work = shop.first
    start(shop, work)
    real, gate = tallying.locked, threading.Barrier(2, timeout=PATIENCE_S)

    def unlocked(pk):
        found = (
            type(work)
            .objects.select_related("order__buyer", "run__operation", "equipment__enterprise")
            .get(pk=pk)
        )
        gate.wait()  # both have read before either writes
        return found

    monkeypatch.setattr(tallying, "locked", unlocked)
    at_once(*(lambda n=n: tell(shop, work, 5, key=f"k{n}") for n in range(2)))
    monkeypatch.setattr(tallying, "locked", real)
    assert shop.first.good == 5
    assert len(oracle.sums_that_differ()) == 1


def test_one_key_told_by_two_at_once_counts_once():
    shop = a_shop()
    work = shop.first
    answers = at_once(*(lambda: tell(shop, work, 5, key="same") for _n in range(4)))
    assert sorted(one.is_new for one in answers) == [False, False, False, True]
    assert (shop.first.good, Tally.objects.count()) == (5, 1)


def test_two_works_started_at_once_on_one_machine_leave_one_running():
    shop = a_shop(num_runs=2)
    first, second = shop.work
    answers = at_once(lambda: start(shop, first), lambda: start(shop, second))
    assert [one for one in answers if isinstance(one, Exception)] == []
    assert sorted(one.status for one in shop.work) == ["paused", "running"]
    assert Stint.objects.filter(ends_at=None).count() == 1
    assert oracle.machines_twice_taken() == []


def test_work_opened_by_two_at_once_is_opened_once():
    shop = a_shop(num_runs=5, opened=False)
    answers = at_once(*(lambda: services.open_work(deal_id=shop.deal.pk, now=NOW) for _n in range(3)))
    assert sorted(answers) == [0, 0, 5]


def test_two_people_who_approve_all_at_once_decide_each_first_article_once():
    shop = a_shop(article=True, num_runs=4, num_machines=4)
    asked = [
        services.show_article(work_order_id=one.pk, hand=hand(shop), photo=a_photo(), now=NOW)
        for one in shop.work
    ]
    people = [shop.buyer, a_viewer(enterprise=shop.order.buyer)]

    def approve(viewer):
        names = [one.public_id for one in asked]
        return services.approve_articles(viewer=viewer, order=shop.order.public_id, articles=names, now=NOW)

    answers = at_once(*(lambda viewer=viewer: approve(viewer) for viewer in people))

    approved = [one.pk for answer in answers for one in answer.approved]
    assert sorted(approved) == [one.pk for one in asked]
    assert [len(answer.approved) + len(answer.left) for answer in answers] == [4, 4]
    assert not Notice.objects.filter(enterprise=shop.order.buyer).exists()


def test_first_articles_shown_at_once_are_counted_together():
    shop = a_shop(article=True, num_runs=4, num_machines=4)
    at_once(
        *(
            lambda pk=one.pk: services.show_article(
                work_order_id=pk, hand=hand(shop), photo=a_photo(), now=NOW
            )
            for one in shop.work
        )
    )
    assert Notice.objects.get(enterprise=shop.order.buyer).facts["waiting"] == 4


def test_works_of_two_orders_started_at_once_on_one_machine_leave_one_running():
    one, two = a_shop(), a_shop()
    machine = one.first.equipment
    Run.objects.filter(work_order__order=two.order).update(equipment=machine)
    WorkOrder.objects.filter(order=two.order).update(equipment=machine)
    first, second = one.work
    answers = at_once(lambda: start(one, first), lambda: start(two, second))
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert sorted(work.status for work in one.work) == ["paused", "running"]
    assert oracle.machines_twice_taken() == []
