"""What no honest browser sends: answered with a refusal, never with an error of ours, and never read whole."""

import asyncio

import pytest
from django.urls import reverse

from config.body_limit import MAX_BODY_BYTES, BodyLimit
from marketplace.accounts.models import Person
from tests.builders import a_buyer, a_membership, a_person, an_api_client, an_enterprise, an_order

pytestmark = pytest.mark.django_db
NUL = "\0"


@pytest.fixture
def buyer(client):
    membership = a_membership(
        person=a_person(email="wang@example.org"), enterprise=an_enterprise(kind="buyer")
    )
    client.force_login(membership.person)
    return client


@pytest.mark.parametrize("path", ["/orders/%00/", "/plans/%00/", "/settings/sites/%00", "/api/v1/plans/%00"])
def test_an_address_with_nul_is_refused(buyer, path):
    assert buyer.get(path).status_code == 400


@pytest.mark.parametrize("path", ["/orders/?q=%00", "/orders/new/?product=%00", "/orders/export.csv?q=%00"])
def test_a_query_with_nul_is_refused(buyer, path):
    assert buyer.get(path).status_code == 400


def test_a_form_with_nul_is_refused(buyer):
    assert buyer.post("/switch", {"enterprise": NUL}).status_code == 400
    assert buyer.post("/orders/ord_x/choose/", {"plan": NUL}).status_code == 400


def test_a_session_with_nul_is_refused(client):
    client.cookies["sessionid"] = "aaaaaaaaaaaa" + NUL
    assert client.get("/").status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        '{"\\ud800": 1}',
        '{"code": "a", "name": "\\u0000"}',
        '{"code": "a", "name": "b", "parameters": [{"key": "\\ud800"}]}',
        '{"code": "a", "weight": 1e999}',
        "[" * 100_000,
    ],
)
def test_json_that_no_database_holds_is_refused(body):
    answer = an_api_client(a_buyer()).post("/api/v1/products", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "api:parse_error"


def test_json_that_is_too_large_is_refused_before_it_is_read(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    body = '{"name": "' + "a" * 1_000 + '"}'
    answer = an_api_client(a_buyer()).post("/api/v1/products", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "api:too-large")


def answer_to(chunks, *, announced=None):
    """What a server sends back that reads the whole body, behind the limit; and how many bytes it read."""
    sent, read = [], []
    waiting = list(chunks)

    async def application(scope, receive, send):
        while True:
            message = await receive()
            read.append(len(message["body"]))
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive():
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message):
        sent.append(message)

    headers = [] if announced is None else [(b"content-length", announced)]
    asyncio.run(BodyLimit(application)({"type": "http", "headers": headers}, receive, send))
    return sent[0]["status"], sum(read)


def test_a_body_that_announces_too_much_is_not_read():
    assert answer_to([b"x"], announced=str(MAX_BODY_BYTES + 1).encode()) == (413, 0)
    assert answer_to([b"x"], announced=b"9" * 5_000) == (413, 0)
    assert answer_to([b"x"], announced=b"-1") == (413, 0)


def test_a_body_that_announces_nothing_is_read_up_to_the_limit():
    piece = b"x" * 1_000_000
    status, num_read = answer_to([piece] * 20)
    assert status == 413
    assert num_read <= MAX_BODY_BYTES
    assert answer_to([piece] * 5) == (200, 5_000_000)


def test_staff_log_in_where_everybody_does(client):
    """The admin's own form counts no failed attempts and asks for no second factor."""
    answer = client.get("/admin/login/?next=/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
    assert client.post("/admin/login/", {"username": "a@example.org", "password": "x"}).status_code == 302


def test_who_is_no_staff_finds_no_admin(client):
    client.force_login(a_person(email="li@example.org"))
    assert client.get("/admin/login/").status_code == 403


def test_a_title_is_escaped_once_in_the_head_as_in_the_heading(client):
    buyer = a_buyer()
    order = an_order(buyer=buyer, title="R&D <b>parts</b>")
    client.force_login(Person.objects.get(pk=buyer.person_id))
    html = client.get(f"/orders/{order.public_id}/").content.decode()
    head = html[html.index("<title>") : html.index("</title>")]
    assert "R&amp;D &lt;b&gt;parts&lt;/b&gt;" in head
    assert "<b>parts" not in html
    assert "&amp;amp;" not in html
