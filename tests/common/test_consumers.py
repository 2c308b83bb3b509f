"""The websocket tells those who may know, as long as they may."""

import asyncio
import json

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from config.asgi import application
from marketplace.common import consumers, live
from tests.builders import a_membership, a_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def member():
    person = a_person(email="li@example.org")
    return a_membership(person=person)


@pytest.fixture(autouse=True)
def _layer_in_memory(settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


def cookie_of(person):
    client = Client()
    client.force_login(person)
    return client, client.cookies[settings.SESSION_COOKIE_NAME].value


class Socket(ApplicationCommunicator):
    """A connected websocket. (The one that comes with channels wants a server we do not have.)"""

    async def send_text(self, text):
        await self.send_input({"type": "websocket.receive", "text": text})

    async def heard(self):
        return json.loads((await self.receive_output(timeout=5))["text"])


async def a_socket(cookie):
    headers = [
        (b"cookie", f"sessionid={cookie}".encode()), (b"origin", b"http://localhost"), (b"host", b"localhost")
    ]  # fmt: skip
    scope = {"type": "websocket", "path": "/ws/", "query_string": b"", "headers": headers, "subprotocols": []}
    socket = Socket(application, scope)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(timeout=5))["type"] == "websocket.accept"
    return socket


async def watching(socket, *topics):
    await socket.send_text(json.dumps({"watch": list(topics)}))
    return (await socket.heard())["watching"]


def run(coroutine):
    return async_to_sync(coroutine)()


def test_a_message_replaces_what_was_watched(member):
    own = f"enterprise:{member.enterprise.public_id}"
    _client, cookie = cookie_of(member.person)

    async def scene():
        socket = await a_socket(cookie)
        assert await watching(socket, own, "enterprise:ent_0000000000000000") == [own]
        assert await watching(socket) == []
        await live._send((own,))
        assert await socket.receive_nothing()

    run(scene)


def test_who_left_the_enterprise_hears_nothing_more_of_it(member, monkeypatch):
    monkeypatch.setattr(consumers, "CHECKED_EVERY_S", 0.0)
    own = f"enterprise:{member.enterprise.public_id}"
    _client, cookie = cookie_of(member.person)

    async def scene():
        socket = await a_socket(cookie)
        assert await watching(socket, own) == [own]
        await live._send((own,))
        assert await socket.heard() == {"look": own}
        await database_sync_to_async(member.delete)()
        await live._send((own,))
        assert await socket.receive_nothing()

    run(scene)


def test_who_logged_out_hears_nothing_more(member, monkeypatch):
    monkeypatch.setattr(consumers, "CHECKED_EVERY_S", 0.0)
    own = f"enterprise:{member.enterprise.public_id}"
    client, cookie = cookie_of(member.person)

    async def scene():
        socket = await a_socket(cookie)
        assert await watching(socket, own) == [own]
        await database_sync_to_async(client.logout)()
        await live._send((own,))
        assert (await socket.receive_output())["code"] == 4401

    run(scene)


def test_who_watches_while_redis_is_emptied_looks_again_and_goes_on_hearing(member, monkeypatch):
    monkeypatch.setattr(consumers, "KEPT_EVERY_S", 0.1)
    own = f"enterprise:{member.enterprise.public_id}"
    _client, cookie = cookie_of(member.person)

    async def scene():
        socket = await a_socket(cookie)
        assert await watching(socket, own) == [own]
        await asyncio.sleep(0.5)  # it has seen the mark
        get_channel_layer().groups.clear()
        await cache.adelete(consumers.MARK)
        assert await socket.heard() == {"look": own}
        await live._send((own,))
        assert await socket.heard() == {"look": own}

    run(scene)


@pytest.mark.parametrize(
    "topic", ["order:\0", "device:\ud800", "order:" + "x" * 500, "enterprise:a b", "", ":"]
)
def test_a_topic_nobody_has_is_silence(member, topic):
    _client, cookie = cookie_of(member.person)

    async def scene():
        assert await watching(await a_socket(cookie), topic) == []

    run(scene)


@pytest.mark.parametrize(
    "text",
    ["[" * 3_000, json.dumps({"watch": ["x"] * 51}), '{"watch": ["' + "x" * 5_000 + '"]}', "no JSON"],
    ids=["deep", "many", "long", "no JSON"],
)
def test_what_is_no_list_of_topics_ends_the_connection(member, text):
    _client, cookie = cookie_of(member.person)

    async def scene():
        socket = await a_socket(cookie)
        await socket.send_text(text)
        assert (await socket.receive_output())["code"] == 4400

    run(scene)


def test_bytes_end_the_connection(member):
    _client, cookie = cookie_of(member.person)

    async def scene():
        socket = await a_socket(cookie)
        await socket.send_input({"type": "websocket.receive", "bytes": b"\x00"})
        assert (await socket.receive_output())["code"] == 4400

    run(scene)
