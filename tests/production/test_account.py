"""What was made and used of an order, and when the rest will be made."""

from datetime import timedelta

import pytest

from marketplace.orders.models import OperationNeed
from marketplace.production import selectors
from marketplace.trading.models import Run
from tests.builders import NOW
from tests.production.work import LASTS, a_shop, start, tell

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WITH_A_WAIT = ((0, 2, 50), (6, 8, 50))  # hours from, to, and pieces of each lot


def a_chain():
    """Press, then paint, at one site; two pressed for each painted."""
    shop = a_shop(num_runs=2, processes=("press", "paint"), run_quantity=100)
    OperationNeed.objects.filter(item="pressed").update(num=2)
    return shop, shop.first.equipment.site_id


def left_at(shop, site):
    return {one.item: one.left for one in selectors.account(shop.order.pk) if one.site_id == site}


def test_what_lies_at_a_site_is_made_minus_used_scrap_included():
    shop, site = a_chain()
    press, paint = shop.work
    tell(shop, press, 50)
    tell(shop, paint, 10)
    tell(shop, paint, kind="scrap", quantity=3, key="s")

    assert left_at(shop, site) == {"pressed": 50 - 26, "painted": 10}
    assert left_at(shop, site + 1) == {}


def test_steps_are_summed_in_the_order_of_the_routing():
    shop, _site = a_chain()
    tell(shop, shop.first, 50)
    steps = selectors.made_by_operation(shop.order.pk)
    assert [(one.item, one.good, one.wanted) for one in steps] == [("pressed", 50, 100), ("painted", 0, 100)]


def test_pieces_beyond_the_order_are_in_no_account():
    shop, site = a_chain()
    tell(shop, shop.first, 95)
    tell(shop, shop.first, 10, key="k2")
    assert left_at(shop, site)["pressed"] == 100


def test_the_forecast_follows_the_plan_until_there_is_a_pace():
    shop = a_shop(quantity=100)
    (planned,) = selectors.forecast(shop.order.pk, now=NOW)
    assert planned.finishes_at == NOW + LASTS
    start(shop, shop.first)
    tell(shop, shop.first, 50, now=NOW + timedelta(hours=1))
    (paced,) = selectors.forecast(shop.order.pk, now=NOW + timedelta(hours=1))
    assert paced.finishes_at == NOW + timedelta(hours=2)


def forecast_of(shop, *, made=0, told_h=0.0, now_h, lots=(), setup_min=0):
    """Hours from NOW until the work of 100 pieces, planned for eight hours, will be done."""
    plan = [{"start_min": 60 * start, "end_min": 60 * end, "quantity": n} for start, end, n in lots]
    Run.objects.update(lots=plan, setup_min=setup_min)
    start(shop, shop.first)
    if made:
        tell(shop, shop.first, made, now=NOW + told_h * HOUR)
    (found,) = selectors.forecast(shop.order.pk, now=NOW + now_h * HOUR)
    return (found.finishes_at - NOW) / HOUR


@pytest.mark.parametrize(
    ("course", "hours"),
    [
        ({"setup_min": 240, "now_h": 5}, 8),  # four hours of set-up are not the pace of its pieces
        ({"setup_min": 240, "now_h": 5.5, "made": 25, "told_h": 5}, 8),
        ({"setup_min": 240, "now_h": 8}, 10),  # nothing was told for longer than may be untold
        ({"now_h": 3.5, "made": 25, "told_h": 2}, 8),  # on its plan, and since then nothing was told
        ({"now_h": 6, "made": 25, "told_h": 2}, 10),
        ({"now_h": 4, "made": 25, "told_h": 4}, 16),  # half as fast as planned
        ({"now_h": 3, "made": 50, "told_h": 2, "lots": WITH_A_WAIT}, 8),  # waits for goods as planned
        ({"now_h": 3, "made": 50, "told_h": 3, "lots": WITH_A_WAIT}, 9),
    ],
)
def test_the_pace_is_measured_against_the_plan_with_its_set_up_and_its_waiting(course, hours):
    assert forecast_of(a_shop(quantity=100), **course) == pytest.approx(hours)
