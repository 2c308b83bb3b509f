"""Products and orders over HTTP: strictly typed, each POST done once, one's own only."""

import pytest

from marketplace.accounts.models import Membership
from marketplace.common.errors import NotFound
from marketplace.orders.models import Material, Order, Product
from tests.builders import a_buyer, a_product, a_viewer, an_api_client, an_order

pytestmark = pytest.mark.django_db

DROP = {"name": "Depot", "city": "Shanghai", "lat": 31.23, "lon": 121.47, "quantity": 500}
DUE = "2030-03-16T08:00:00Z"


@pytest.fixture
def buyer():
    return a_buyer()


@pytest.fixture
def client(buyer):
    return an_api_client(buyer)


def body(**more):
    return {"product": a_product().public_id, "quantity": 500, "due_at": DUE, "drops": [DROP]} | more


def error_of(response, status):
    assert response.status_code == status, response.json()
    return response.json()["error"]


def test_an_order_is_created_read_listed_opened_and_cancelled(client):
    made = client.post("/api/v1/orders", body(certificates=["ISO 9001"], max_enterprises=3))
    assert made.status_code == 201
    order = made.json()
    assert (order["status"], order["version"], order["due_at"]) == ("draft", 1, DUE)
    assert order["drops"][0]["due_at"] == DUE
    assert client.get(f"/api/v1/orders/{order['id']}").json() == order
    assert [one["id"] for one in client.get("/api/v1/orders?status=draft").json()["results"]] == [order["id"]]
    assert client.get("/api/v1/orders?status=open").json()["results"] == []
    assert client.post(f"/api/v1/orders/{order['id']}/open").json()["status"] == "open"
    assert client.post(f"/api/v1/orders/{order['id']}/cancel").json()["status"] == "cancelled"
    error = error_of(client.post(f"/api/v1/orders/{order['id']}/open"), 409)
    assert error["code"] == "orders:wrong-status"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"quantity": 10**9}, "quantity"),
        ({"quantity": 10**14}, "quantity"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": True}, "quantity"),
        ({"quantity": 500.0}, "quantity"),
        ({"quantity": "500"}, "quantity"),
        ({"quantity": None}, "quantity"),
        ({"quantity": [500]}, "quantity"),
        ({"due_at": "2020-01-01T00:00:00Z"}, "due_at"),
        ({"due_at": "2030-03-16"}, "due_at"),
        ({"due_at": "2030-03-16T08:00:00"}, "due_at"),
        ({"due_at": "2199-03-16T08:00:00Z"}, "due_at"),
        ({"release_at": DUE}, "release_at"),
        ({"drops": []}, "drops"),
        ({"drops": "Shanghai"}, "drops"),
        ({"drops": [{**DROP, "quantity": 499}]}, "drops"),
        ({"drops": [{**DROP, "quantity": 250}, {**DROP, "quantity": 251}]}, "drops"),
        ({"drops": [{**DROP, "lat": 200}]}, "drops.0.lat"),
        ({"drops": [{**DROP, "lat": "31"}]}, "drops.0.lat"),
        ({"drops": [{**DROP, "colour": "red"}]}, "drops.0.colour"),
        ({"drops": [{**DROP, "due_at": "2020-01-01T00:00:00Z"}]}, "drops.0.due_at"),
        ({"product": "prd_unknown"}, "product"),
        ({"product": 7}, "product"),
        ({"supplies": [{"material": "tin", "supplier": "buyer"}]}, "supplies.0.material"),
        ({"supplies": [{"material": "tin", "supplier": "thief"}]}, "supplies.0.supplier"),
        ({"variant": {"size": "M"}}, "variant.size"),
        ({"variant": [1]}, "variant"),
        ({"split_allowed": "no"}, "split_allowed"),
        ({"max_enterprises": 0}, "max_enterprises"),
        ({"budget_cents": 1.5}, "budget_cents"),
        ({"tax_bp": 10_001}, "tax_bp"),
        ({"blocked": ["ent_unknown"]}, "blocked"),
        ({"title": "x" * 161}, "title"),
        ({"price": 5}, "price"),
    ],
)
def test_bad_input_is_refused_by_its_field_and_nothing_is_stored(client, change, param):
    error = error_of(client.post("/api/v1/orders", body() | change), 400)
    assert error["param"] == param
    assert not Order.objects.exists()


@pytest.mark.parametrize("text", ['{"quantity": NaN}', '{"a": 1, "a": 2}', "[" * 100_000, "{", ""])
def test_bad_json_is_refused(client, text):
    answer = client.generic("POST", "/api/v1/orders", text, content_type="application/json")
    assert answer.status_code == 400
    assert not Order.objects.exists()


def test_the_same_key_orders_once(client):
    asked = body()
    answers = [client.post("/api/v1/orders", asked, headers={"Idempotency-Key": "k"}) for _ in range(3)]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Order.objects.count() == 1


def test_a_foreign_order_answers_as_one_that_does_not_exist(client):
    foreign = an_order()
    for path in ("", "/open", "/cancel"):
        call = client.post if path else client.get
        answers = [
            error_of(call(f"/api/v1/orders/{one}{path}"), 404)
            for one in (foreign.public_id, "ord_0000000000000000")
        ]
        assert {answer["message"] for answer in answers} == {"There is no such order."}
        assert {answer["code"] for answer in answers} == {NotFound.code}
    foreign.refresh_from_db()
    assert foreign.status == "draft"


def test_a_factory_neither_sees_nor_places_orders():
    order = an_order()
    client = an_api_client(a_viewer())
    assert client.get("/api/v1/orders").json()["results"] == []
    assert client.get(f"/api/v1/orders/{order.public_id}").status_code == 404
    assert client.post("/api/v1/orders", body()).status_code == 403
    assert Order.objects.count() == 1


def test_a_viewer_of_the_buyer_reads_and_does_not_order(buyer):
    order = an_order(buyer=buyer)
    looker = a_viewer(enterprise=order.buyer, role=Membership.Role.VIEWER)
    client = an_api_client(looker)
    assert client.get(f"/api/v1/orders/{order.public_id}").status_code == 200
    assert client.post(f"/api/v1/orders/{order.public_id}/cancel").status_code == 403


ROUTING = [
    {"code": "cut", "name": "Cut", "process": "laser", "needs": [{"material": "steel", "num": 2, "den": 3}]},
    {"code": "bend", "name": "Bend", "process": "press", "needs": [{"item": "cut"}]},
]
PRODUCT = {
    "code": "bracket",
    "name": "Bracket",
    "operations": ROUTING,
    "parameters": [{"key": "numbers", "label": "Numbers", "kind": "number_range"}],
}


@pytest.fixture
def steel():
    return Material.objects.create(code="steel", name="Steel sheet", unit="kg")


def test_a_product_is_created_read_and_drawn_anew(client, steel):
    made = client.post("/api/v1/products", PRODUCT)
    assert made.status_code == 201
    product = made.json()
    assert product["operations"][0]["needs"] == [{"item": "", "material": "steel", "num": 2, "den": 3}]
    assert product["parameters"][0]["kind"] == "number_range"
    path = f"/api/v1/products/{product['id']}"
    assert client.get(path).json() == product
    assert client.put(path, {**PRODUCT, "operations": ROUTING[:1]}).json()["operations"][0]["code"] == "cut"
    assert len(client.get("/api/v1/products").json()["results"]) == 1
    assert error_of(an_api_client(a_buyer()).get(path), 404)


@pytest.mark.parametrize(
    ("operations", "param"),
    [
        ([], "operations"),
        ([{**ROUTING[0], "needs": [{"item": "bend"}]}, ROUTING[1]], "operations.0.needs"),
        ([ROUTING[0], {**ROUTING[1], "needs": []}], "operations"),
        ([{**ROUTING[0], "needs": [{"material": "tin"}]}], "operations.0.needs.0.material"),
        ([{**ROUTING[0], "needs": [{"material": "steel", "num": 0}]}], "operations.0.needs.0.num"),
        ([{**ROUTING[0], "needs": [{"material": "steel", "num": True}]}], "operations.0.needs.0.num"),
        ([{**ROUTING[0], "process": "magic"}], "operations.0.process"),
        ([{**ROUTING[0], "speed": 5}], "operations.0.speed"),
    ],
)
def test_a_bad_routing_is_refused_by_its_field_and_nothing_is_stored(client, steel, operations, param):
    error = error_of(client.post("/api/v1/products", {**PRODUCT, "operations": operations}), 400)
    assert error["param"] == param
    assert not Product.objects.exists()


def test_materials_are_everybodys_and_ones_own(client, steel):
    made = client.post("/api/v1/materials", {"code": "alloy", "name": "Alloy", "weight_g": 12})
    assert made.json()["is_own"] is True
    assert [one["code"] for one in client.get("/api/v1/materials").json()["results"]] == ["alloy", "steel"]
    assert [one["code"] for one in an_api_client(a_buyer()).get("/api/v1/materials").json()["results"]] == [
        "steel"
    ]


def test_a_number_range_is_kept_in_the_order(client, steel):
    product = client.post("/api/v1/products", PRODUCT).json()
    asked = body(product=product["id"], variant={"numbers": {"first": 1, "last": 500, "digits": 7}})
    order = client.post("/api/v1/orders", asked).json()
    assert order["variant"] == {"numbers": {"first": 1, "last": 500, "prefix": "", "digits": 7}}
    asked["variant"]["numbers"]["last"] = 501
    assert error_of(client.post("/api/v1/orders", asked), 400)["param"] == "variant.numbers"


def test_listing_many_orders_takes_as_many_queries_as_one(client, buyer, django_assert_max_num_queries):
    for _ in range(8):
        an_order(buyer=buyer)
    with django_assert_max_num_queries(6):
        assert len(client.get("/api/v1/orders").json()["results"]) == 8


def test_what_has_not_changed_is_not_sent_again():
    buyer = a_buyer()
    client, order = an_api_client(buyer), an_order(buyer=buyer)
    path = f"/api/v1/orders/{order.public_id}"
    first = client.get(path)
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    Order.objects.filter(pk=order.pk).update(title="Another")
    changed = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, changed.json()["title"]) == (200, "Another")
