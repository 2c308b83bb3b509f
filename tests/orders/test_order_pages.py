"""The pages of a buyer: place an order, follow it, call it off; draw products; nobody else's."""

import csv
import io
import re
from datetime import timedelta

import lxml.html
import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import Membership, Person
from marketplace.common import clock
from marketplace.orders.models import Material, Order, Product
from tests.builders import a_buyer, a_product, a_viewer, an_enterprise, an_order

pytestmark = pytest.mark.django_db

NUMBERS = {"key": "numbers", "label": "Numbers", "kind": "number_range"}
NUMBERED = {"numbers": {"first": 1, "last": 500, "prefix": "A", "digits": 7}}
SIZE = {"key": "size", "label": "Size", "kind": "choice", "choices": ["S", "M"]}


def browser_of(viewer) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=viewer.person_id))
    return client


@pytest.fixture
def buyer():
    return a_buyer()


@pytest.fixture
def browser(buyer):
    return browser_of(buyer)


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def title_of(html: str) -> str:
    return re.search(r"<title>(.*?) · Muster</title>", html, re.S)[1].strip()


def new_url(product) -> str:
    return reverse("orders:new") + f"?product={product.public_id}"


def drop(n=0, **more):
    values = {
        "name": "Depot",
        "city": "Shanghai",
        "lat": "",
        "lon": "",
        "address": "",
        "quantity": "",
        "due_at": "",
    }
    return {f"drops-{n}-{key}": value for key, value in (values | more).items()}


def asked(**more):
    return {
        "quantity": "500", "due_at": "2030-03-16T08:00", "title": "", "release_at": "", "certificates": "",
        "regions": "", "max_enterprises": "", "split_allowed": "on", "budget": "", "currency": "CNY", "tax_pct": "13",
        "seller_of_record": "", "drops-TOTAL_FORMS": "1", "drops-INITIAL_FORMS": "0", **drop(),
    } | more  # fmt: skip


def asked_for(product, **more):
    material = Material.objects.filter(operationneed__operation__product=product).first()
    return asked(**({f"supply_{material.code}": "factory"} if material else {}), **more)


def test_a_buyer_without_orders_is_led_to_the_first(browser):
    assert reverse("orders:new") in page(browser, reverse("orders:list"))


def test_a_product_is_chosen_first(browser):
    product = a_product(name="Plate")
    html = page(browser, reverse("orders:new"))
    assert "Plate" in html and f"?product={product.public_id}" in html


def test_an_order_is_placed_with_a_place_named_by_its_city_alone(browser):
    product = a_product(parameters=[NUMBERS, SIZE])
    data = asked_for(
        product, variant_numbers_first="1", variant_numbers_prefix="A", variant_numbers_digits="7", variant_size="M",
        certificates="ISO 9001, IATF 16949", max_enterprises="3", budget="1000.50", tax_pct="6.5",
    )  # fmt: skip
    answer = browser.post(new_url(product), data)
    order = Order.objects.get()
    assert answer.headers["Location"] == reverse("orders:order", args=[order.public_id])
    assert order.variant == {"numbers": {"first": 1, "last": 500, "prefix": "A", "digits": 7}, "size": "M"}
    assert (order.certificates, order.budget_cents, order.tax_bp) == (
        ["ISO 9001", "IATF 16949"],
        100_050,
        650,
    )
    place = order.drops.get()
    assert place.quantity == 500 and abs(place.lat - 31.2) < 0.5
    assert order.due_at.isoformat() == "2030-03-16T08:00:00+00:00"


def test_an_order_goes_to_several_places(browser):
    product = a_product()
    data = asked_for(product, **{"drops-TOTAL_FORMS": "3"})
    data |= drop(0, quantity="200") | drop(1, name="Second", quantity="300", due_at="2030-03-20T08:00")
    data |= drop(2, name="Gone", quantity="77") | {"drops-2-DELETE": "on"}
    browser.post(new_url(product), data)
    assert [(d.name, d.quantity, d.due_at.day) for d in Order.objects.get().drops.all()] == [
        ("Depot", 200, 16),
        ("Second", 300, 20),
    ]


def test_the_due_date_is_read_by_the_buyers_clock(buyer):
    Person.objects.filter(pk=buyer.person_id).update(time_zone="Asia/Shanghai")
    product = a_product()
    browser_of(buyer).post(new_url(product), asked_for(product))
    assert Order.objects.get().due_at.isoformat() == "2030-03-16T00:00:00+00:00"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quantity": "0"}, "greater than or equal to 1"),
        ({"quantity": "1000000000"}, "from 1 to 999,999,999"),
        ({"quantity": "1e9"}, "whole number"),
        ({"quantity": "5.5"}, "whole number"),
        ({"due_at": "2020-01-01T08:00"}, "must be in the future"),
        ({"due_at": "2199-01-01T08:00"}, "five years"),
        ({"due_at": "soon"}, "valid date"),
        ({"release_at": "2030-03-17T08:00"}, "before the due date"),
        ({"drops-0-city": "Atlantis"}, "do not know this city"),
        ({"drops-0-lat": "91", "drops-0-lon": "0"}, "less than or equal to 90"),
        ({"drops-0-lat": "nan", "drops-0-lon": "0"}, "Enter a number"),
        ({"drops-0-quantity": "499"}, "add up to 499, the order is for"),
        ({"drops-TOTAL_FORMS": "9999"}, "at most 500"),
        ({"budget": "-1"}, "greater than or equal to 0"),
        ({"tax_pct": "101"}, "less than or equal to 100"),
        ({"currency": "XXX"}, "valid choice"),
        ({"seller_of_record": "ent_unknown"}, "valid choice"),
        ({"title": "x" * 161}, "at most 160"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_stored(browser, change, words):
    product = a_product()
    answer = browser.post(new_url(product), asked_for(product) | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Order.objects.exists()


def test_an_order_is_copied_with_all_its_conditions(browser, buyer):
    seller = an_enterprise(kind="coordinator", name="Zhejiang Goods")
    order = an_order(buyer=buyer, quantity=777, regions=("Zhejiang",), seller_of_record=seller.public_id)
    html = page(browser, reverse("orders:new") + f"?from={order.public_id}")
    assert 'value="777"' in html and 'value="Zhejiang"' in html and 'value="Depot"' in html
    assert f'value="{seller.public_id}" selected' in html


def test_the_orders_page_says_where_it_stands_and_shows_its_plans(browser, buyer):
    order = an_order(buyer=buyer, title="Plates for spring")
    html = page(browser, reverse("orders:order", args=[order.public_id]))
    assert title_of(html).startswith("Plates for spring: a draft for 500")
    assert reverse("planning:options", args=[order.public_id]) in html
    assert reverse("trading:plan", args=[order.public_id]) in html
    assert "Shanghai" in html


def test_an_order_is_cancelled(browser, buyer):
    order = an_order(buyer=buyer)
    answer = browser.post(reverse("orders:cancel", args=[order.public_id]), follow=True)
    assert ": cancelled" in title_of(answer.content.decode())
    order.refresh_from_db()
    assert order.status == "cancelled"
    assert reverse("orders:cancel", args=[order.public_id]) not in answer.content.decode()


def test_orders_are_found_by_words_and_state(browser, buyer):
    an_order(buyer=buyer, title="Spring plates")
    cancelled = an_order(buyer=buyer, title="Autumn plates")
    browser.post(reverse("orders:cancel", args=[cancelled.public_id]))
    url = reverse("orders:list")
    assert title_of(page(browser, url)) == "2 orders"
    assert "Autumn" not in page(browser, f"{url}?q=spring+plates")
    assert "Spring" not in page(browser, f"{url}?status=cancelled")
    assert "No order is like that." in page(browser, f"{url}?q=winter")
    assert title_of(page(browser, f"{url}?status=nonsense&page=77")) == "2 orders"


def test_orders_are_exported_and_no_cell_is_a_formula(browser, buyer):
    an_order(buyer=buyer, title="=cmd|' /C calc'!A1")
    an_order(buyer=buyer, title="Plain")
    answer = browser.get(reverse("orders:export") + "?q=calc")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["title"] for row in rows] == ["'=cmd|' /C calc'!A1"]
    assert rows[0]["quantity"] == "500"


@pytest.mark.parametrize("name", ["order", "cancel"])
@pytest.mark.parametrize("make_viewer", [a_buyer, a_viewer])
def test_a_foreign_order_is_not_found(name, make_viewer):
    order = an_order()
    client = browser_of(make_viewer())
    answers = set()
    for one in (order.public_id, "ord_0000000000000000"):
        url = reverse(f"orders:{name}", args=[one])
        answers.add((client.post(url) if name == "cancel" else client.get(url)).status_code)
    assert answers <= {403, 404} and len(answers) == 1
    assert client.get(reverse("orders:new") + f"?from={order.public_id}").status_code == 404
    order.refresh_from_db()
    assert order.status == "draft"


def test_a_viewer_of_the_buyer_gets_no_buttons(buyer):
    order = an_order(buyer=buyer)
    client = browser_of(a_viewer(enterprise=order.buyer, role=Membership.Role.VIEWER))
    html = page(client, reverse("orders:order", args=[order.public_id]))
    assert reverse("orders:cancel", args=[order.public_id]) not in html


def test_the_list_takes_as_many_queries_for_many_orders_as_for_one(
    browser, buyer, django_assert_max_num_queries
):
    for _ in range(12):
        an_order(buyer=buyer)
    with django_assert_max_num_queries(12):
        page(browser, reverse("orders:list"))


def rows(name, *values):
    found = {f"{name}-TOTAL_FORMS": str(len(values)), f"{name}-INITIAL_FORMS": "0"}
    for n, value in enumerate(values):
        found |= {f"{name}-{n}-{key}": text for key, text in value.items()}
    return found


def drawn(*, steps, needs=(), parameters=(), **more):
    product = {"code": "bracket", "name": "Bracket", "material_code": "", "size_mm": "", "tolerance_um": ""}
    return product | rows("steps", *steps) | rows("needs", *needs) | rows("parameters", *parameters) | more


def step(code, process="press", **more):
    return {"code": code, "name": code.title(), "process": process, "makes": "", "weight_g": "5"} | more


def need(of, what, num="1", den="1"):
    return {"step": of, "what": what, "num": num, "den": den}


@pytest.fixture
def steel():
    return Material.objects.create(code="steel", name="Steel sheet")


def test_a_product_is_drawn(browser, steel):
    data = drawn(
        steps=[step("cut", "laser"), step("bend")],
        needs=[need("cut", "steel", "2", "3"), need("bend", "cut")],
        parameters=[{"key": "size", "label": "Size", "kind": "choice", "choices": "S, M"}],
    )
    answer = browser.post(reverse("orders:product-new"), data, follow=True)
    assert title_of(answer.content.decode()) == "Bracket is made in 2 steps"
    cut, bend = Product.objects.get().operations.all()
    assert (cut.needs.get().material, cut.needs.get().num, cut.needs.get().den) == (steel, 2, 3)
    assert bend.needs.get().item == "cut"


def test_rows_left_as_they_were_stand_for_nothing(browser):
    untouched = {"kind": "text", "key": "", "label": "", "choices": "", "least": "", "most": "", "unit": ""}
    data = drawn(steps=[step("press")], needs=[need("", "")], parameters=[untouched])
    answer = browser.post(reverse("orders:product-new"), data, follow=True)
    assert title_of(answer.content.decode()) == "Bracket is made in 1 step"
    assert Product.objects.get().parameters == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"needs-0-what": "bend"}, "need each other in a circle: cut, bend"),
        ({"needs-0-what": "tin"}, "There is no such material."),
        ({"needs-1-step": "paint"}, "There is no such step."),
        ({"needs-1-num": "0"}, "greater than or equal to 1"),
        ({"needs-1-num": "10000000"}, "from 1 to 1,000,000"),
        ({"needs-1-DELETE": "on"}, "Exactly one item must be needed by nobody"),
        ({"steps-1-code": "cut", "needs-1-step": "cut"}, "Two operations have the same code."),
        ({"steps-1-process": "magic"}, "valid choice"),
        ({"steps-0-DELETE": "on", "steps-1-DELETE": "on"}, "at least 1"),
        ({"parameters-0-choices": ""}, "has choices"),
        ({"parameters-0-key": "Size!"}, "small letters"),
        ({"code": "a b"}, "valid"),
    ],
)
def test_a_wrong_drawing_is_said_beside_its_row_and_nothing_is_stored(browser, steel, change, words):
    data = drawn(
        steps=[step("cut", "laser"), step("bend")],
        needs=[need("cut", "steel"), need("bend", "cut")],
        parameters=[{"key": "size", "label": "Size", "kind": "choice", "choices": "S, M"}],
    )
    answer = browser.post(reverse("orders:product-new"), data | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Product.objects.exists()


def test_a_template_is_copied_into_the_editor(browser):
    template = a_product(code="plate", processes=("press", "coat"))
    html = page(browser, reverse("orders:product-new") + f"?from={template.public_id}")
    assert 'value="plate-2"' in html and 'value="pressed"' in html


def test_an_own_product_is_edited_until_it_is_ordered(browser, buyer, steel):
    browser.post(reverse("orders:product-new"), drawn(steps=[step("cut")], needs=[need("cut", "steel")]))
    product = Product.objects.get()
    url = reverse("orders:product-edit", args=[product.public_id])
    assert 'value="cut"' in page(browser, url)
    browser.post(url, drawn(steps=[step("print")], name="Printed"))
    product.refresh_from_db()
    assert product.name == "Printed" and product.operations.get().code == "print"
    an_order(buyer=buyer, product=product)
    answer = browser.post(url, drawn(steps=[step("mill")]))
    assert "An order relies on this product" in answer.content.decode()
    assert product.operations.get().code == "print"


def test_a_foreign_product_is_not_found(browser, steel):
    foreign = a_product(owner=an_enterprise(kind="buyer"))
    for one in (foreign.public_id, "prd_0000000000000000"):
        for name in ("product", "product-edit"):
            assert browser.get(reverse(f"orders:{name}", args=[one])).status_code == 404
        assert browser.get(reverse("orders:new") + f"?product={one}").status_code == 404
        assert browser.get(reverse("orders:product-new") + f"?from={one}").status_code == 404
    assert foreign.name not in page(browser, reverse("orders:products"))


def test_a_material_of_ones_own_is_seen_by_nobody_else(browser):
    data = {"code": "alloy", "name": "Secret alloy", "unit": "kg", "weight_g": "1000"}
    assert "Secret alloy" in browser.post(reverse("orders:materials"), data, follow=True).content.decode()
    assert "Secret alloy" not in page(browser_of(a_buyer()), reverse("orders:materials"))
    again = browser.post(reverse("orders:materials"), data)
    assert "There is a material of this code already." in again.content.decode()


def test_the_pages_of_a_product_say_how_it_is_made(browser):
    product = a_product(name="Plate", processes=("press", "coat"), parameters=[NUMBERS, SIZE])
    assert "Press" in page(browser, reverse("orders:product", args=[product.public_id]))
    assert "S, M" in page(browser, reverse("orders:product", args=[product.public_id]))


def fields_of(html: str) -> dict[str, str]:
    """What a browser would send of the form as it stands."""
    form = lxml.html.fromstring(html).xpath("//main//form[.//*[@name='quantity']]")[0]
    return {name: value for name, value in form.form_values() if name and "__prefix__" not in name}


def test_an_order_is_changed_in_its_own_form_and_nothing_else_moves(browser, buyer):
    order = an_order(
        buyer=buyer, product=a_product(parameters=[NUMBERS]), variant=NUMBERED, regions=("Zhejiang",)
    )
    Order.objects.filter(pk=order.pk).update(due_at="2030-03-16T08:00Z")
    order.drops.update(due_at="2030-03-16T08:00Z")
    url = reverse("orders:edit", args=[order.public_id])
    assert url in page(browser, reverse("orders:order", args=[order.public_id]))
    html = page(browser, url)
    assert title_of(html) == f"Change {order.title}"
    answer = browser.post(url, fields_of(html) | {"quantity": "800", "drops-0-quantity": "800"})
    assert answer.headers["Location"] == reverse("orders:order", args=[order.public_id])
    fresh = Order.objects.get()
    assert (fresh.quantity, fresh.regions, fresh.variant["numbers"]["last"]) == (800, ["Zhejiang"], 800)
    assert fresh.due_at.isoformat() == "2030-03-16T08:00:00+00:00"
    assert [(drop.name, drop.quantity) for drop in fresh.drops.all()] == [("Depot", 800)]


def test_a_change_that_breaks_a_rule_is_told_beside_its_field(browser, buyer):
    order = an_order(buyer=buyer)
    url = reverse("orders:edit", args=[order.public_id])
    sent = fields_of(page(browser, url)) | {"due_at": "2001-01-01T00:00"}
    answer = browser.post(url, sent)
    assert answer.status_code == 422
    assert "This must be in the future." in answer.content.decode()
    assert Order.objects.get().version == order.version


def test_an_order_that_is_offered_is_not_changed(browser, buyer):
    order = an_order(buyer=buyer)
    Order.objects.filter(pk=order.pk).update(status="offered")
    url = reverse("orders:edit", args=[order.public_id])
    assert url not in page(browser, reverse("orders:order", args=[order.public_id]))
    assert browser.get(url).headers["Location"] == reverse("orders:order", args=[order.public_id])
    page(browser_of(a_buyer()), url, status=404)


def test_what_is_not_counted_in_pieces_keeps_its_unit_from_the_form_to_the_list(buyer, browser):
    product = a_product()
    product.operations.update(unit="m")
    html = page(browser, new_url(product))
    assert html.count("quantity, m") == html.count("quantity,")
    order = an_order(buyer=buyer, product=product, quantity=700)
    order_page = page(browser, reverse("orders:order", args=[order.public_id]))
    assert "a draft for 700 m, due" in " ".join(title_of(order_page).split())
    for shown in (order_page, page(browser, reverse("orders:list"))):
        assert "700\u00a0m<" in shown
        assert "pieces" not in shown


def test_an_order_whose_date_has_passed_says_by_how_much_until_it_is_over(buyer, browser, monkeypatch):
    order = an_order(buyer=buyer)
    url = reverse("orders:order", args=[order.public_id])
    monkeypatch.setattr(clock, "now", lambda: order.due_at - timedelta(hours=3))
    assert "in 3 h" in page(browser, url)
    monkeypatch.setattr(clock, "now", lambda: order.due_at + timedelta(days=51))
    assert "51 d" in page(browser, url)
    Order.objects.update(status=Order.Status.DONE)
    assert "51 d" not in page(browser, url)
