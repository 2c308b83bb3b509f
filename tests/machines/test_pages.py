"""The pages of devices: the answer in the title, the token once, others nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import Membership
from marketplace.common import clock
from marketplace.machines.models import Device
from tests.builders import a_device, a_membership, a_site, an_enterprise
from tests.machines.messages import a_message, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(client: Client) -> Membership:
    membership = a_membership(enterprise=an_enterprise())
    client.force_login(membership.person)
    return membership


def heard(device: Device, execution: str, *, ago: timedelta = timedelta(0)) -> None:
    now = clock.now() - ago
    said(a_message(device, execution=execution, count=20711, at=now, now=now), now=now)


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("execution", "ago_min", "title"),
    [
        ("ACTIVE", 0, "Press 3 has been cutting since"),
        ("READY", 0, "Press 3 has been idle since"),
        ("UNAVAILABLE", 0, "Press 3 has been off since"),
        ("READY", 60, "Press 3 is silent; last heard"),
    ],
)
def test_the_title_is_the_answer(
    client: Client, member: Membership, execution: str, ago_min: int, title: str
):
    device = a_device(site=a_site(enterprise=member.enterprise), name="Press 3")
    heard(device, execution, ago=timedelta(minutes=ago_min))

    assert f"<title>{title}" in text_of(client.get(reverse("machines:device", args=[device.public_id])))


def test_off_silent_and_never_connected_are_three_texts(client: Client, member: Membership):
    site = a_site(enterprise=member.enterprise)
    off, silent, never = (a_device(site=site) for _ in range(3))
    heard(off, "UNAVAILABLE")
    heard(silent, "READY", ago=timedelta(hours=1))

    texts = [
        text_of(
            client.get(
                reverse("machines:device-panel", args=[device.public_id]), headers={"HX-Request": "true"}
            )
        )
        for device in (off, silent, never)
    ]

    assert ["Off: its control" in text for text in texts] == [True, False, False]
    assert ["Silent: nothing was heard" in text for text in texts] == [False, True, False]
    assert ["Never connected: no message" in text for text in texts] == [False, False, True]


def test_the_panel_shows_values_with_their_ages(client: Client, member: Membership):
    device = a_device(site=a_site(enterprise=member.enterprise))
    heard(device, "ACTIVE")

    text = text_of(
        client.get(reverse("machines:device-panel", args=[device.public_id]), headers={"HX-Request": "true"})
    )

    assert "20,711" in text
    assert "runs a program" in text
    assert text.count("data-age") == 3


def test_the_panel_costs_few_queries(client: Client, member: Membership, django_assert_max_num_queries):
    device = a_device(site=a_site(enterprise=member.enterprise))
    heard(device, "ACTIVE")

    with django_assert_max_num_queries(11):
        client.get(reverse("machines:device-panel", args=[device.public_id]), headers={"HX-Request": "true"})


@pytest.mark.parametrize("name", ["device", "device-panel", "connect"])
def test_a_foreign_device_is_as_unknown_as_one_that_does_not_exist(
    client: Client, member: Membership, name: str
):
    answers = [
        client.get(reverse(f"machines:{name}", args=[device]))
        for device in (a_device().public_id, "dev_0000000000000000")
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert member.enterprise_id


@pytest.mark.parametrize("name", ["token", "off"])
def test_a_foreign_device_is_neither_switched_off_nor_given_a_token(
    client: Client, member: Membership, name: str
):
    device = a_device()
    before = device.token_hash

    response = client.post(reverse(f"machines:{name}", args=[device.public_id]))

    device.refresh_from_db()
    assert response.status_code == 404
    assert device.token_hash == before
    assert member.enterprise_id


def test_without_log_in_there_is_no_page(client: Client):
    device = a_device()

    for name, args in (("data", []), ("device", [device.public_id])):
        response = client.get(reverse(f"machines:{name}", args=args))
        assert response.status_code == 302
        assert "login" in response["Location"]


def test_a_new_device_tells_its_token_once(client: Client, member: Membership):
    site = a_site(enterprise=member.enterprise)
    form = {"name": "Press 3", "site": site.pk, "source": "json", "rung": "4", "silence_limit_s": "180"}

    response = client.post(reverse("machines:new"), form)

    device = Device.objects.get()
    page = reverse("machines:connect", args=[device.public_id])
    assert response["Location"] == page
    first, second = client.get(page), client.get(page)
    assert "musd_" in text_of(first)
    assert "musd_" not in text_of(second)
    assert "no-store" in first["Cache-Control"]
    for said_on_the_page in (
        device.topic,
        "mosquitto_pub",
        "curl",
        "Waiting for the first message of Press 3",
    ):
        assert said_on_the_page in text_of(second)


def test_a_viewer_sees_no_switch_and_may_not_use_it(client: Client):
    membership = a_membership(role=Membership.Role.VIEWER)
    device = a_device(site=a_site(enterprise=membership.enterprise))
    client.force_login(membership.person)

    assert "Switch off" not in text_of(client.get(reverse("machines:data")))
    client.post(reverse("machines:off", args=[device.public_id]))

    device.refresh_from_db()
    assert device.token_hash


def test_switched_off_it_says_so_and_can_be_switched_on(client: Client, member: Membership):
    device = a_device(site=a_site(enterprise=member.enterprise), name="Press 3")

    client.post(reverse("machines:off", args=[device.public_id]))

    assert "Nothing is read from Press 3" in text_of(
        client.get(reverse("machines:device", args=[device.public_id]))
    )
    assert "Switch on" in text_of(client.get(reverse("machines:data")))


def test_refused_messages_are_shown_to_the_owner(client: Client, member: Membership):
    device = a_device(site=a_site(enterprise=member.enterprise))
    said(a_message(device, execution="<script>alert(1)</script>"))

    text = text_of(client.get(reverse("machines:connect", args=[device.public_id])))

    assert "observation:execution-unknown" in text
    assert "<script>alert(1)" not in text
