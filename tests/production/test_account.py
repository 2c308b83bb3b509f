"""What was made and used of an order, and when the rest will be made."""

from datetime import timedelta

import pytest

from marketplace.orders.models import OperationNeed
from marketplace.production import selectors
from tests.builders import NOW
from tests.production.work import LASTS, a_shop, start, tell

pytestmark = pytest.mark.django_db


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
    tell(shop, shop.first, 50)
    (paced,) = selectors.forecast(shop.order.pk, now=NOW + timedelta(hours=1))
    assert paced.finishes_at == NOW + timedelta(hours=2)
