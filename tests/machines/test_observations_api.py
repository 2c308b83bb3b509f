"""`POST /api/v1/observations`: lines stored, known or refused, each on its own; hostile bodies refused whole."""

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.machines.models import DeviceState, Observation, Refusal
from tests.builders import a_device
from tests.machines.messages import a_payload, intervals_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/observations"


def post(client: Client, body: bytes, *, token: str = "device-token", **headers: str) -> Any:
    return client.post(
        URL,
        body,
        content_type="application/x-ndjson",
        headers={"Authorization": f"Bearer {token}", **headers},
    )


def fresh(**payload: object) -> bytes:
    return a_payload(**{"at": None, **payload})


def test_each_line_gets_its_own_answer(client: Client):
    a_device()
    body = b"\n".join(
        [
            fresh(seq=1, execution="ACTIVE"),
            b"",
            fresh(seq=2, execution="DANCING"),
            fresh(seq=1, execution="ACTIVE"),
        ]
    )

    response = post(client, body)

    answer = response.json()
    assert response.status_code == 200
    assert {name: answer[name] for name in ("stored", "duplicate", "refused")} == {
        "stored": 1,
        "duplicate": 1,
        "refused": 1,
    }
    assert [(line["line"], line["fate"]) for line in answer["lines"]] == [
        (1, "stored"),
        (3, "refused"),
        (4, "duplicate"),
    ]
    assert answer["lines"][1]["code"] == "observation:execution-unknown"
    assert Observation.objects.count() == 1


def test_gzip_is_read(client: Client):
    a_device()

    response = post(client, gzip.compress(fresh(execution="ACTIVE", kwh=1.5)), **{"Content-Encoding": "gzip"})

    assert response.json()["stored"] == 1
    assert Observation.objects.get(item="kwh").unit == "kWh"


@pytest.mark.parametrize("token", ["", "another", "device-token x", "x" * 5000, "\xff"])
def test_a_wrong_token_is_401_and_stores_nothing(client: Client, token: str):
    a_device()

    response = post(client, fresh(execution="ACTIVE"), token=token)

    assert response.status_code == 401
    assert not Observation.objects.exists()


def test_without_a_token_it_is_401(client: Client):
    assert client.post(URL, fresh(), content_type="application/x-ndjson").status_code == 401


def test_a_token_speaks_for_its_own_device_only(client: Client):
    device, _ = a_device(token="one"), a_device(token="other")

    post(client, fresh(execution="ACTIVE"), token="one")

    assert Observation.objects.get().device == device


HOSTILE_LINES = {
    "NaN": (b'{"session":"s","seq":1,"kwh":NaN}', "json:not-finite"),
    "infinity": (b'{"session":"s","seq":1,"kwh":1e999}', "json:not-finite"),
    "depth": (b"[" * 5000, "json:too-deep"),
    "a key twice": (b'{"session":"s","seq":1,"count":1,"count":2}', "json:duplicate-key"),
    "a huge line": (b'{"session":"s","seq":1,"count":1,"x":"' + b"y" * 20_000 + b'"}', "json:too-large"),
    "an unknown key": (fresh(temperature=3), "observation:key-unknown"),
    "no sequence": (b'{"session":"s","count":1}', "observation:seq-invalid"),
    "a sequence beyond 64 bits": (fresh(seq=2**63, count=1), "observation:seq-invalid"),
    "a NUL": (b'{"session":"a\\u0000","seq":1,"count":1}', "observation:session-invalid"),
    "no UTF-8": (b'{"session":"\xff","seq":1,"count":1}', "json:malformed"),
    "a count that is text": (fresh(count="7"), "observation:count-invalid"),
    "a negative count": (fresh(count=-1), "observation:count-invalid"),
    "an array": (b"[1]", "json:not-an-object"),
    "1970": (b'{"session":"s","seq":1,"count":1,"at":"1970-01-01T00:00:00Z"}', "observation:at-before-2000"),
    "2106": (b'{"session":"s","seq":1,"count":1,"at":"2106-02-07T06:28:15Z"}', "observation:at-in-future"),
    "no zone": (b'{"session":"s","seq":1,"count":1,"at":"2026-03-02T08:00:00"}', "observation:at-invalid"),
    "the year 9999": (
        b'{"session":"s","seq":1,"count":1,"at":"9999-12-31T23:59:59Z"}',
        "observation:at-invalid",
    ),
}


@pytest.mark.parametrize(("line", "code"), HOSTILE_LINES.values(), ids=HOSTILE_LINES)
def test_a_hostile_line_is_refused_and_its_neighbours_are_stored(client: Client, line: bytes, code: str):
    device = a_device()

    answer = post(
        client, b"\n".join([fresh(seq=1, execution="READY"), line, fresh(seq=2, execution="ACTIVE")])
    ).json()

    assert [line["fate"] for line in answer["lines"]] == ["stored", "refused", "stored"]
    assert answer["lines"][1]["code"] == code
    assert Refusal.objects.get().code == code
    assert set(Observation.objects.values_list("item", flat=True)) == {"execution"}
    assert intervals_of(device)[-1][0] == "ACTIVE"


HOSTILE_BODIES = {
    "a bomb": (gzip.compress(b"0" * 100_000_000), "gzip", 413, "gzip:too-large"),
    "half a gzip": (gzip.compress(b"{}" * 1000)[:-10], "gzip", 400, "gzip:malformed"),
    "no gzip": (b"{}", "gzip", 400, "gzip:malformed"),
    "too much": (b"{}\n" * 700_000, "identity", 413, "body:too-large"),
    "too many lines": (b"\n" * 10_002, "identity", 413, "body:too-many-lines"),
    "an unknown encoding": (b"{}", "br", 415, "body:encoding-unknown"),
}


@pytest.mark.parametrize(("body", "encoding", "status", "code"), HOSTILE_BODIES.values(), ids=HOSTILE_BODIES)
def test_a_hostile_body_is_refused_whole(client: Client, body: bytes, encoding: str, status: int, code: str):
    a_device()

    response = post(client, body, **{"Content-Encoding": encoding})

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert not Observation.objects.exists()


def test_a_stamp_a_few_seconds_ahead_counts_and_an_hour_ahead_counts_from_the_receipt(client: Client):
    device = a_device()
    ahead = timezone.now() + timedelta(seconds=12)
    far_ahead = timezone.now() + timedelta(hours=1)

    post(client, a_payload(seq=1, execution="ACTIVE", at=ahead))
    post(client, a_payload(seq=2, execution="READY", at=far_ahead))

    assert intervals_of(device)[0][1] == ahead
    assert Observation.objects.get(seq=2).source_at == far_ahead
    assert Observation.objects.get(seq=2).effective_at == ahead


def test_an_answer_is_a_promise_the_same_lines_again_change_nothing(client: Client):
    device = a_device()
    body = b"\n".join(fresh(seq=seq, execution=("ACTIVE", "READY")[seq % 2], count=seq) for seq in range(50))
    post(client, body)
    before = intervals_of(device), Observation.objects.count()

    answer = post(client, body).json()

    assert answer["duplicate"] == 50
    assert (intervals_of(device), Observation.objects.count()) == before
    assert json.dumps(DeviceState.objects.get().items).count("counter") == 2
