"""Work of an order that is over is closed by the sweep, counted to the last."""

from datetime import timedelta

import pytest

from marketplace.orders.models import Order
from marketplace.production import services
from tests.builders import NOW
from tests.production.work import a_shop, shows, start, tell

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


def close():
    return services.close_what_is_over(now=LATER, real_now=LATER)


def is_over(shop):
    Order.objects.filter(pk=shop.order.pk).update(status=Order.Status.DONE)


def test_open_work_of_a_living_order_stays():
    shop = a_shop()
    start(shop, shop.first)
    assert close() == 0
    assert shop.first.status == "running"


def test_begun_work_ends_short_and_work_not_begun_is_cancelled():
    shop = a_shop(num_runs=2)
    tell(shop, shop.first, 10)
    is_over(shop)
    assert close() == 2
    assert [(one.status, one.good) for one in shop.work] == [("short", 10), ("cancelled", 0)]
    assert not shop.first.stints.filter(ends_at=None).exists()
    assert close() == 0


def test_what_the_machine_counted_by_then_is_counted_first():
    shop = a_shop(counter="good", quantity=100)
    start(shop, shop.first)
    shows(shop.first.equipment.device, good=1_100, at=NOW + timedelta(minutes=60))
    is_over(shop)
    close()
    assert (shop.first.status, shop.first.good) == ("finished", 100)
