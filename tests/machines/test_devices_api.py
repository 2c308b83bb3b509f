"""Devices over the API: own ones only, the token told once, states and hours."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.accounts.models import Membership
from marketplace.machines.models import Device
from tests.builders import a_device, a_membership, a_site
from tests.machines.messages import a_message, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(client: Client) -> Membership:
    membership = a_membership()
    client.force_login(membership.person)
    return membership


def get(client: Client, path: str) -> Any:
    return client.get(f"/api/v1/devices{path}")


def test_a_device_is_registered_and_its_token_works_at_once(client: Client, member: Membership):
    site = a_site(enterprise=member.enterprise)

    made = client.post(
        "/api/v1/devices", {"name": "Press 3", "site": site.public_id}, content_type="application/json"
    )

    assert made.status_code == 201
    answer = made.json()
    assert answer["device"]["mqtt_topic"] == f"muster/1/{answer['device']['id']}/obs"
    observed = client.post(
        "/api/v1/observations",
        b'{"session":"s","seq":1,"execution":"ACTIVE"}',
        content_type="application/x-ndjson",
        headers={"Authorization": f"Bearer {answer['token']}"},
    )
    assert observed.json()["stored"] == 1
    assert "token" not in get(client, f"/{answer['device']['id']}").json()


def test_an_unknown_key_is_refused_and_nothing_made(client: Client, member: Membership):
    site = a_site(enterprise=member.enterprise)
    body = {"name": "Press 3", "site": site.public_id, "token": "mine"}

    response = client.post("/api/v1/devices", body, content_type="application/json")

    assert response.status_code == 400
    assert not Device.objects.exists()


def test_only_own_devices_are_listed(client: Client, member: Membership):
    own = a_device(site=a_site(enterprise=member.enterprise))
    a_device()

    assert [row["id"] for row in get(client, "").json()["results"]] == [own.public_id]


@pytest.mark.parametrize("path", ["", "/state", "/intervals", "/idle-gaps", "/hours", "/refusals"])
def test_a_foreign_device_answers_like_an_unknown_one(client: Client, member: Membership, path: str):
    answers = [
        get(client, f"/{device}{path}") for device in (a_device().public_id, "dev_0000000000000000", "x")
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({answer.json()["error"]["message"] for answer in answers}) == 1
    assert member.enterprise_id


def test_a_device_token_opens_nothing_else(client: Client):
    device = a_device()

    response = client.get(
        f"/api/v1/devices/{device.public_id}", headers={"Authorization": "Bearer device-token"}
    )

    assert response.status_code == 401


def test_state_intervals_and_hours_agree(client: Client, member: Membership):
    device = a_device(site=a_site(enterprise=member.enterprise))
    now = timezone.now()
    began = now - timedelta(minutes=2)
    said(a_message(device, seq=1, execution="ACTIVE", count=7, at=began, now=now), now=now)

    state = get(client, f"/{device.public_id}/state").json()
    intervals = get(client, f"/{device.public_id}/intervals").json()
    hours = get(client, f"/{device.public_id}/hours").json()

    assert (state["device"]["activity"], state["device"]["state"]) == ("cutting", "ACTIVE")
    assert {value["item"]: value["value"] for value in state["values"]} == {
        "execution": "ACTIVE",
        "count": "7",
    }
    assert [row["activity"] for row in intervals] == ["never_connected", "cutting"]
    assert sum(day["active_starts"] for day in hours) == 1
    assert sum(day["hours"]["ACTIVE"] for day in hours) == pytest.approx(2 / 60, abs=0.01)


def test_idle_gaps_are_powered_time_without_cutting_and_long_enough(client: Client, member: Membership):
    device = a_device(site=a_site(enterprise=member.enterprise), silence_limit_s=7200)
    now = timezone.now().replace(microsecond=0)
    words = (("READY", 100), ("ACTIVE", 60), ("STOPPED", 58), ("ACTIVE", 48), ("UNAVAILABLE", 40))
    for seq, (word, minutes) in enumerate(words):
        at = now - timedelta(minutes=minutes)
        said(a_message(device, seq=seq, execution=word, count=0, at=at, now=at), now=at)

    path = f"/{device.public_id}/idle-gaps"
    long = get(client, path).json()
    short = get(client, f"{path}?at_least_min=10").json()

    starts = [(now - timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z") for minutes in (100, 58)]
    assert [row["starts_at"] for row in short] == starts
    assert [row["starts_at"] for row in long] == starts[:1]
    assert get(client, f"{path}?at_least_min=0").status_code == 400


@pytest.mark.parametrize(
    "window",
    [
        "from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z",
        "from=yesterday",
        "from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z",
    ],
)
def test_a_window_that_is_none_is_refused(client: Client, member: Membership, window: str):
    device = a_device(site=a_site(enterprise=member.enterprise))

    assert get(client, f"/{device.public_id}/intervals?{window}").status_code == 400


def test_a_new_token_ends_the_old_one_and_switching_off_ends_both(client: Client, member: Membership):
    device = a_device(site=a_site(enterprise=member.enterprise))

    token = client.post(f"/api/v1/devices/{device.public_id}/token").json()["token"]
    answers = [observe(client, "device-token"), observe(client, token)]
    off = client.delete(f"/api/v1/devices/{device.public_id}/token")

    assert answers == [401, 200]
    assert off.json()["is_switched_off"] is True
    assert observe(client, token) == 401


def observe(client: Client, token: str) -> int:
    return client.post(
        "/api/v1/observations",
        b'{"session":"s","seq":1,"count":1}',
        content_type="application/x-ndjson",
        headers={"Authorization": f"Bearer {token}"},
    ).status_code
