"""The order's form in a real browser: places are added and found."""

import pytest
from django.urls import reverse

from marketplace.accounts.models import Person
from marketplace.orders.models import Order
from tests.browser import a_context, log_in, needs_browser, wait_until
from tests.builders import a_buyer, a_product

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, needs_browser]


def test_a_second_place_is_added_and_its_position_follows_from_the_city(live_server, browser):
    buyer, product = a_buyer(), a_product()
    context = a_context(browser, base_url=live_server.url)
    page = context.new_page()
    log_in(page, email=Person.objects.get(pk=buyer.person_id).email)
    page.goto(reverse("orders:new") + f"?product={product.public_id}")
    page.fill("[name=quantity]", "500")
    page.click("[data-row-add=drops]")
    for number, city, share in ((0, "Ningbo", 200), (1, "Hangzhou", 300)):
        page.fill(f"[name=drops-{number}-name]", f"Depot {number}")
        page.type(f"[name=drops-{number}-city]", city)
        page.locator(f"#id_drops-{number}-city_list [role=option]").first.click()
        page.fill(f"[name=drops-{number}-quantity]", str(share))
    wait_until(page, "document.querySelector('[name=drops-1-lat]').value !== ''")
    page.click("main button.btn-primary")
    page.wait_for_url(lambda url: "/orders/ord_" in url)
    context.close()
    order = Order.objects.get()
    places = [(drop.name, drop.quantity, round(drop.lat), round(drop.lon)) for drop in order.drops.all()]
    assert places == [("Depot 0", 200, 30, 122), ("Depot 1", 300, 30, 120)]
