"""The same POST with the same key is done once, whoever sends it how often."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from marketplace.common.clock import real_now
from marketplace.common.models import RememberedAnswer
from marketplace.orders.models import Material
from tests.builders import a_buyer, a_machine, a_site, a_viewer, an_api_client

BODY = {"code": "alloy", "name": "Alloy"}
URL = "/api/v1/materials"


def send(client, body=BODY, *, key="k1"):
    return client.post(URL, body, headers={"Idempotency-Key": key})


@pytest.mark.django_db
def test_the_second_call_gets_the_first_answer():
    client = an_api_client(a_buyer())
    first, second = send(client), send(client)
    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Material.objects.count() == 1


@pytest.mark.django_db
def test_without_a_key_every_call_is_done():
    client = an_api_client(a_buyer())
    assert client.post(URL, BODY).status_code == 201
    assert client.post(URL, BODY).status_code == 409


@pytest.mark.django_db
def test_the_same_key_with_another_body_or_address_is_a_conflict():
    client = an_api_client(a_buyer())
    send(client)
    for answer in (
        send(client, {**BODY, "code": "tin"}),
        client.post(f"{URL}?x=1", BODY, headers={"Idempotency-Key": "k1"}),
    ):
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "api:idempotency-key-reused"
    assert Material.objects.count() == 1


@pytest.mark.django_db
def test_keys_of_different_callers_never_meet():
    one, two = an_api_client(a_buyer()), an_api_client(a_buyer())
    assert send(one).json()["id"] != send(two).json()["id"]


@pytest.mark.django_db
def test_a_refused_call_is_not_remembered_and_may_be_mended():
    client = an_api_client(a_buyer())
    assert send(client, {**BODY, "weight_g": -1}).status_code == 400
    assert not RememberedAnswer.objects.exists()
    assert send(client).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 129, "clé"])
def test_a_key_that_is_none_is_refused(key):
    answer = send(an_api_client(a_buyer()), key=key)
    assert answer.status_code == 400
    assert not Material.objects.exists()


@pytest.mark.django_db
def test_a_key_that_is_told_once_is_not_kept():
    site = a_site()
    client = an_api_client(a_viewer(enterprise=site.enterprise))
    machine = a_machine(site=site)
    url, body = f"/api/v1/machines/{machine.public_id}/device", {"connection": "json"}
    first = client.post(url, body, headers={"Idempotency-Key": "k1"})
    again = client.post(url, body, headers={"Idempotency-Key": "k1"})
    assert first.json()["token"].startswith("musd_") and again.json() == {**first.json(), "token": ""}
    assert first.json()["token"] not in str(RememberedAnswer.objects.get().body)


@pytest.mark.django_db
def test_answers_are_forgotten_after_three_days():
    client = an_api_client(a_buyer())
    send(client)
    RememberedAnswer.objects.update(created_at=real_now() - timedelta(days=3, seconds=1))
    assert send(client).status_code == 409  # done again: the code is taken by now


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("num_calls", [2, 8])
def test_of_many_calls_at_once_one_is_done_and_all_get_its_answer(num_calls):
    buyer = a_buyer()
    clients = [an_api_client(buyer) for _ in range(num_calls)]
    barrier = threading.Barrier(num_calls)

    def call(client):
        barrier.wait(20)
        try:
            return send(client)
        finally:
            connection.close()

    with ThreadPoolExecutor(num_calls) as pool:
        answers = list(pool.map(call, clients))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Material.objects.count() == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
