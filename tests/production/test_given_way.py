"""From the commit of a change on nobody works for what is made elsewhere by then; what was made until then counts."""

from datetime import timedelta

import pytest

from marketplace.orders.models import Order
from marketplace.production import errors, services
from marketplace.production.hands import Hand
from marketplace.production.models import Stint, WorkOrder
from marketplace.trading.models import Disturbance, Run
from marketplace.trading.services import report
from marketplace.trading.told import follow_change
from tests.builders import NOW
from tests.production.work import a_shop, shows, start, tell
from tests.trading.deals import a_network, an_agreed_deal, solve_change
from tests.trading.test_disturbances import commit

pytestmark = pytest.mark.django_db
W = WorkOrder.Status


def begin(work, *, at, good=0):
    work.refresh_from_db()
    services.start_work(work_order_id=work.pk, hand=Hand(), how=Stint.How.TAP, at=at, now=at)
    WorkOrder.objects.filter(pk=work.pk).update(good=good, article="approved")


def test_a_run_that_shrinks_wants_no_more_before_any_factory_has_answered():
    network = a_network(num_firms=3, quantity=1_500)
    deal = an_agreed_deal(network)
    services.open_work(deal_id=deal.pk, now=NOW)
    run = Run.objects.order_by("starts_at", "pk").first()
    now = run.starts_at + timedelta(hours=1)
    begin(run.work_order, at=run.starts_at, good=100)
    report(run_id=run.pk, kind=Disturbance.Kind.MACHINE_DOWN, cause="machine-off", now=now)
    solve_change(deal, now=now)
    work = WorkOrder.objects.get(run=run)
    assert (work.status, work.quantity) == (W.RUNNING, run.quantity)

    commit(network, deal, now=now)

    assert deal.packages.filter(status="offered").exists()
    work.refresh_from_db()
    assert (work.status, work.quantity, work.good) == (W.FINISHED, 100, 100)
    assert not Stint.objects.filter(work_order=work, ends_at=None).exists()


def a_run_that_has_gone(shop, *, now):
    """As a commit leaves it, under the order's lock."""
    Run.objects.filter(pk=shop.first.run_id).update(status=Run.Status.REPLACED)
    Order.objects.select_for_update().get(pk=shop.order.pk)
    follow_change(shop.order.pk, now=now)


def test_at_the_machine_of_a_run_that_has_gone_the_card_is_refused_and_says_why():
    shop = a_shop()
    a_run_that_has_gone(shop, now=NOW)
    assert shop.first.status == W.CANCELLED
    with pytest.raises(errors.WorkOrderClosed, match="made elsewhere"):
        start(shop, shop.first)
    with pytest.raises(errors.WorkOrderClosed, match="made elsewhere"):
        tell(shop, shop.first, 7)
    assert shop.first.good == 0


def test_what_the_counter_of_a_machine_shows_until_the_commit_counts_and_nothing_after_it():
    shop = a_shop(counter="good")
    start(shop, shop.first)
    device, now = shop.first.equipment.device, NOW + timedelta(minutes=31)
    shows(device, good=1_030, at=now - timedelta(minutes=1))
    a_run_that_has_gone(shop, now=now)
    shows(device, good=1_060, at=now + timedelta(minutes=9))
    services.take_counts(now=now + timedelta(minutes=10), real_now=now + timedelta(minutes=10))
    assert (shop.first.status, shop.first.good) == (W.CANCELLED, 30)
