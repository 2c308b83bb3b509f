"""Work at machines over HTTP."""

from datetime import timedelta

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.production.models import Tally
from tests.builders import a_buyer, a_viewer, an_api_client
from tests.production.articles_photo import a_photo
from tests.production.work import a_shop, tell

pytestmark = pytest.mark.django_db


def url(shop, name=""):
    return f"/api/v1/work-orders/{shop.first.public_id}{name}"


def test_a_program_tells_several_pieces_each_once():
    shop = a_shop()
    client = an_api_client(shop.owner)
    tallies = [
        {"key": "a", "kind": "good", "quantity": 10},
        {"key": "b", "kind": "scrap", "quantity": 2, "reason": "size"},
        {"key": "c", "kind": "good", "quantity": 10**9},
        {"key": "a", "kind": "good", "quantity": 11},
    ]
    for _twice in range(2):
        answer = client.post(url(shop, "/tallies"), {"tallies": tallies})
        codes = [one.get("code") for one in answer.json()["outcomes"]]
        assert codes == [None, None, "common:invalid", "production:key-reused"]
    assert (answer.json()["work_order"]["good"], answer.json()["work_order"]["scrap"]) == (10, 2)
    assert Tally.objects.count() == 2


def test_work_is_started_stopped_and_closed():
    shop = a_shop()
    client = an_api_client(shop.owner)
    assert client.post(url(shop, "/start")).json()["work_order"]["status"] == "running"
    assert client.post(url(shop, "/stop"), {"reason": "tool"}).json()["status"] == "paused"
    assert client.post(url(shop, "/close"), {"reason": "No blanks"}).json()["status"] == "short"
    again = client.post(url(shop, "/close"), {"reason": "No blanks"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "production:work-order-closed")


def test_the_list_holds_own_work_only_and_a_foreign_id_is_not_found():
    shop = a_shop(num_runs=2)
    assert len(an_api_client(shop.owner).get("/api/v1/work-orders").json()["results"]) == 2
    stranger = an_api_client(a_viewer())
    assert stranger.get("/api/v1/work-orders").json()["results"] == []
    unknown = stranger.get("/api/v1/work-orders/wo_0000000000000000").json()["error"]
    foreign = stranger.get(url(shop)).json()["error"]
    assert (foreign["code"], foreign["message"]) == (unknown["code"], unknown["message"])
    for name in ("/start", "/stop", "/close", "/tallies"):
        body = {"tallies": []} if name == "/tallies" else {"reason": "tool"} if name != "/start" else None
        assert stranger.post(url(shop, name), body).status_code == 404
    assert shop.first.status == "waiting"


def test_first_articles_are_asked_and_decided():
    shop = a_shop(article=True)
    photo = SimpleUploadedFile("p.jpg", a_photo(), content_type="image/jpeg")
    asked = an_api_client(shop.owner).post(url(shop, "/first-article"), {"photo": photo}, format="multipart")
    assert asked.status_code == 201
    buyer = an_api_client(shop.buyer)
    (listed,) = buyer.get("/api/v1/first-articles").json()["results"]
    decided = buyer.post(f"/api/v1/first-articles/{listed['id']}/decision", {"approve": True})
    assert decided.json()["verdict"] == "approved"
    assert shop.first.article == "approved"


def test_a_buyer_reads_signed_counts_of_its_own_lots_and_nothing_of_the_machine():
    shop = a_shop()
    tell(shop, shop.first, 3)
    answer = an_api_client(shop.buyer).get(f"/api/v1/orders/{shop.order.public_id}/made").json()
    (lot,) = answer["lots"]
    assert set(lot) == {"id", "code", "operation", "status", "good", "scrap", "quantity", "signed"}
    signed = signing.loads(lot["signed"], salt="production.counts", max_age=timedelta(hours=1))
    assert signed["good"] == lot["good"] == 3
    assert answer["operations"][0]["wanted"] == 500
    for stranger in (a_buyer(), shop.owner):
        assert an_api_client(stranger).get(f"/api/v1/orders/{shop.order.public_id}/made").status_code == 404
