"""The factory's and the buyer's pages of what is made."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from marketplace.accounts.models import Membership, Person
from marketplace.orders.models import Order
from marketplace.production import services
from marketplace.production.models import Tally, WorkOrder
from tests.builders import NOW, a_buyer, a_viewer
from tests.production.articles_photo import a_photo
from tests.production.stations import a_phone, path, set_pin
from tests.production.work import a_shop, hand, start, tell

pytestmark = pytest.mark.django_db


def a_client(viewer) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=viewer.person_id))
    return client


def test_the_work_of_today_stands_machine_by_machine():
    shop = a_shop(num_runs=2, num_machines=2)
    start(shop, shop.first)

    page = a_client(shop.owner).get(reverse("production:today"))

    assert page.status_code == 200
    assert "1 of 2 work orders of today" in page.text.replace("\n", " ")
    assert all(one.code in page.text for one in shop.work)


def test_a_work_order_has_a_page_with_everything_told_of_it():
    shop = a_shop(article=True)
    tell(shop, shop.first, 3)
    page = a_client(shop.owner).get(reverse("production:work-order", args=[shop.first.public_id]))

    assert page.status_code == 200
    assert f"{shop.first.code} is running: 3 of 500" in page.text
    assert "No PIN is set" in page.text


def test_what_is_made_by_the_metre_is_told_in_metres():
    shop = a_shop(article=True)
    shop.first.run.operation.product.operations.update(unit="m")
    tell(shop, shop.first, 3)
    set_pin(shop)
    page = reverse("production:work-order", args=[shop.first.public_id])
    office, phone = (
        " ".join(strip_tags(answer.text).split())
        for answer in (a_client(shop.owner).get(page), a_phone(shop).get(path(shop)))
    )
    assert f"{shop.first.code} is running: 3 of 500 m" in office
    assert "3 of 500 m good" in phone
    assert "Make 5 m first" in phone


def test_the_buyer_reads_what_is_made_by_the_metre_in_metres():
    shop = a_shop()
    shop.first.run.operation.product.operations.update(unit="m")
    tell(shop, shop.first, 3)
    order = shop.first.order
    html = a_client(shop.buyer).get(reverse("production:made", args=[order.public_id])).text
    assert "3\xa0m<" in html and "500\xa0m<" in html and "pieces" not in strip_tags(html)


def test_work_is_told_started_stopped_and_taken_back_on_its_page():
    shop = a_shop()
    client, args = a_client(shop.owner), [shop.first.public_id]
    form = {"key": "abc", "kind": "good", "quantity": 7}
    for _twice in range(2):
        client.post(reverse("production:tell", args=args), form)
    assert shop.first.good == 7
    client.post(reverse("production:stop", args=args), {"reason": "tool", "note": "New die"})
    assert (shop.first.status, shop.first.stops.get().note) == ("paused", "New die")
    client.post(reverse("production:start", args=args))
    assert shop.first.status == "running"
    client.post(reverse("production:undo", args=args), {"key": "u", "tally": Tally.objects.get().public_id})
    assert shop.first.good == 0
    client.post(reverse("production:close", args=args), {"reason": "No blanks"})
    assert (shop.first.status, shop.first.reason) == ("short", "No blanks")


def test_a_foreign_work_order_is_not_found_as_one_that_does_not_exist():
    shop = a_shop()
    stranger = a_client(a_viewer())
    names = ("work-order", "card")
    posts = ("start", "stop", "tell", "undo", "close", "box", "photo", "link")
    for public_id in (shop.first.public_id, "wo_0000000000000000"):
        answers = [stranger.get(reverse(f"production:{name}", args=[public_id])) for name in names]
        answers += [
            stranger.post(
                reverse(f"production:{name}", args=[public_id]),
                {"reason": "tool", "key": "k", "kind": "good", "quantity": 1, "box_size": 5},
            )
            for name in posts
        ]
        assert {answer.status_code for answer in answers} == {404}
    assert (shop.first.status, shop.first.good) == ("waiting", 0)


def test_a_buyer_sees_its_own_lots_and_no_stint_or_stop():
    shop = a_shop()
    tell(shop, shop.first, 3)
    page = a_client(shop.buyer).get(reverse("production:made", args=[shop.order.public_id]))
    stranger = a_client(a_buyer()).get(reverse("production:made", args=[shop.order.public_id]))

    assert page.status_code == 200
    assert "Press: 3 of 500 pieces good" in strip_tags(page.text)
    assert stranger.status_code == 404


def test_a_looker_of_the_factory_may_not_touch_anything():
    shop = a_shop()
    looker = a_viewer(enterprise=shop.first.equipment.enterprise, role=Membership.Role.VIEWER)
    answer = a_client(looker).post(reverse("production:start", args=[shop.first.public_id]))
    assert answer.status_code in {302, 403}
    assert shop.first.status == "waiting"


def test_the_card_is_a_pdf_for_one_and_for_a_whole_offer():
    shop = a_shop(num_runs=3)
    client = a_client(shop.owner)
    one = client.get(reverse("production:card", args=[shop.first.public_id]))
    both = client.get(
        reverse("production:package-cards", args=[shop.deal.packages.get().public_id]) + "?paper=a4"
    )
    assert one.content.startswith(b"%PDF") and both.content.startswith(b"%PDF")
    assert len(both.content) > len(one.content)


def test_the_card_speaks_chinese_to_who_reads_chinese():
    shop = a_shop()
    client = a_client(shop.owner)
    english = client.get(reverse("production:card", args=[shop.first.public_id]))
    client.post(reverse("accounts:language"), {"language": "zh-hans"})
    chinese = client.get(reverse("production:card", args=[shop.first.public_id]))
    assert chinese.content.startswith(b"%PDF") and chinese.content != english.content


def test_the_offer_leads_to_its_cards_and_the_orders_to_first_articles():
    shop = a_shop()
    package = shop.deal.packages.get()
    offer = a_client(shop.owner).get(reverse("trading:offer", args=[package.public_id]))
    orders = a_client(shop.buyer).get(reverse("orders:list"))
    part = a_client(shop.buyer).get(
        reverse("delivery:part", args=[shop.order.public_id]), headers={"HX-Request": "true"}
    )

    assert reverse("production:package-cards", args=[package.public_id]) in offer.text
    assert reverse("production:articles") in orders.text
    assert reverse("production:made", args=[shop.order.public_id]) in part.text


def test_pins_are_set_by_the_planner_and_shown_nowhere():
    shop = a_shop()
    client = a_client(shop.owner)
    site = shop.first.equipment.site
    assert client.get(reverse("production:pins")).status_code == 200
    bad = client.post(reverse("production:set-pin", args=[site.public_id]), {"pin": "1234"})
    assert bad.status_code == 422
    client.post(reverse("production:set-pin", args=[site.public_id]), {"pin": "4711"})
    page = client.get(reverse("production:pins"))
    assert "PIN is set" in page.text and "4711" not in page.text


def test_the_first_articles_of_an_order_stand_on_one_page_and_are_approved_by_one_tap():
    shop = a_shop(article=True, num_runs=3, num_machines=3)
    asked = [
        services.show_article(work_order_id=one.pk, hand=hand(shop), photo=a_photo(), now=NOW)
        for one in shop.work
    ]
    client, here = a_client(shop.buyer), reverse("production:order-articles", args=[shop.order.public_id])
    page = client.get(reverse("production:articles"), follow=True)
    assert page.redirect_chain == [(here, 302)]
    assert "3 first articles wait for you" in page.text
    for one in asked:
        assert one.work_order.equipment.name in page.text
        assert reverse("production:article-photo", args=[one.public_id]) in page.text
    client.post(reverse("production:decide", args=[asked[0].public_id]), {"refuse": 1, "note": "Burr"})

    names = {"articles": [one.public_id for one in asked]}
    url = reverse("production:approve-articles", args=[shop.order.public_id])
    answer = client.post(url, names, follow=True)

    assert "2 first articles approved" in answer.text
    assert f"left so: {asked[0].work_order.code} (refused)" in answer.text
    assert "No first article waits" in answer.text
    decided = client.get(here, {"show": "decided"}).text
    assert decided.count("m-article-photo") == 3 and "Burr" in decided
    stranger = a_client(a_buyer())
    assert stranger.get(here).status_code == 404
    assert stranger.post(url, names).status_code == 404


def test_several_orders_with_first_articles_are_listed():
    shop = a_shop(article=True)
    services.show_article(work_order_id=shop.first.pk, hand=hand(shop), photo=a_photo(), now=NOW)
    other = a_shop(article=True)
    Order.objects.update(buyer=shop.order.buyer)
    last = WorkOrder.objects.get(order=other.order)
    services.show_article(work_order_id=last.pk, hand=hand(other), photo=a_photo(), now=NOW)
    page = a_client(shop.buyer).get(reverse("production:articles"))
    assert "2 first articles wait for you" in page.text
    for one in (shop, other):
        assert reverse("production:order-articles", args=[one.order.public_id]) in page.text
