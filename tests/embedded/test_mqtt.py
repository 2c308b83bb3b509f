"""The embedded broker over its own wire: who may connect, say and hear what, and what is never lost."""

import hashlib
import socket
import struct
import time
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

from tests.embedded.mqtt_client import WITHIN_S, Client, until

RENEW = "UPDATE machines_device SET token_hash = %s WHERE public_id = %s"
pytestmark = pytest.mark.xdist_group("mqtt")


def a_raw_connection(port, user, token):
    """A socket on which the broker has said CONNACK: faster, and ruder, than paho."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S)
    body = b"\x00\x04MQTT\x04\xc2\x00\x00" + b"".join(map(_text, (b"x", user, token)))
    connection.sendall(bytes([0x10, len(body)]) + body)
    assert connection.recv(4) == b"\x20\x02\x00\x00"
    return connection


def a_publication(topic, number):
    """QoS 1; the number is packet id and payload."""
    body = _text(topic) + struct.pack(">H", number) + b"%d" % number
    return bytes([0x32, len(body)]) + body


def _text(text):
    return struct.pack(">H", len(text)) + text


@pytest.fixture
def join(devices):
    """Makes clients: `join("dev_press")`, `join(None)` for the server itself; all leave at the end."""
    url = urlsplit(devices["MQTT_URL"])
    clients = []

    def make(user, password=None, **options):
        name = url.username if user is None else user
        secret = password or (unquote(url.password) if user is None else f"token of {user}")
        clients.append(Client(url.port, name, secret, **options))
        return clients[-1]

    make.port = url.port
    yield make
    for client in clients:
        client.leave()


def test_a_device_is_heard_on_its_own_topic(join):
    server = join(None)
    assert server.subscribe("muster/1/+/obs")

    join("dev_press").publish("muster/1/dev_press/obs", b'{"seq": 1}')

    until(lambda: server.heard)
    assert server.heard == [("muster/1/dev_press/obs", b'{"seq": 1}')]


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("dev_press", "token of dev_oven"),
        ("dev_press", "wrong"),
        ("dev_nobody", "x"),
        ("dev_sealed", "x"),
        ("ingest", "x"),
    ],
)
def test_a_wrong_token_is_refused(join, user, password):
    assert not join(user, password).is_in


@pytest.mark.parametrize(
    "topic", ["muster/1/dev_oven/obs", "muster/1/dev_press/other", "muster/1/dev_press/obs/more", "x"]
)
def test_what_a_device_says_elsewhere_reaches_nobody(join, topic):
    server, press = join(None), join("dev_press")
    server.subscribe("muster/1/+/obs")

    press.publish(topic, b"forged")
    press.publish("muster/1/dev_press/obs", b"own")

    until(lambda: server.heard)
    assert [payload for _, payload in server.heard] == [b"own"]


@pytest.mark.parametrize(
    "topic", ["muster/1/dev_oven/obs", "muster/1/+/obs", "muster/1/dev_press/obs", "#", "+/+/+/+"]
)
def test_a_device_hears_nobody(join, topic):
    assert not join("dev_press").subscribe(topic)


@pytest.mark.parametrize("topic", ["#", "$SYS/#", "muster/#", "muster/1/#"])
def test_the_server_hears_observations_only(join, topic):
    assert not join(None).subscribe(topic)


def test_a_last_will_for_another_device_is_refused(join):
    assert not join("dev_press", will="muster/1/dev_oven/obs").is_in
    assert join("dev_press", will="muster/1/dev_press/obs").is_in


def test_a_stolen_client_id_takes_over_no_session(join):
    server = join(None, client_id="server", is_lasting=True)
    server.subscribe("muster/1/+/obs")

    thief = join("dev_oven", client_id="server", is_lasting=True)
    stranger = join("dev_press", "wrong", client_id="ingest")
    join("dev_press").publish("muster/1/dev_press/obs", b"secret")

    until(lambda: server.heard)
    assert (thief.is_in, thief.heard, stranger.is_in) == (True, [], False)


def test_nothing_acknowledged_is_lost_when_the_publishers_leave_at_once(join):
    server = join(None)
    server.subscribe("muster/1/+/obs")
    num_messages = 2000
    press = a_raw_connection(join.port, b"dev_press", b"token of dev_press")

    press.sendall(b"".join(a_publication(b"muster/1/dev_press/obs", i) for i in range(1, num_messages + 1)))
    acknowledgements = press.makefile("rb").read(4 * num_messages)
    press.close()

    assert len(acknowledgements) == 4 * num_messages
    until(lambda: len(server.heard) >= num_messages, within_s=20)
    assert {payload for _, payload in server.heard} == {b"%d" % i for i in range(1, num_messages + 1)}


@pytest.mark.parametrize("pause_s", [0, 6])  # amqtt alone forgets what is not acknowledged within 5 s
def test_what_the_reader_did_not_acknowledge_comes_again_after_it_vanished(join, pause_s):
    first = join(None, is_lasting=True, acknowledges=False)
    first.subscribe("muster/1/+/obs")
    press = join("dev_press")
    press.publish("muster/1/dev_press/obs", b"unacknowledged")
    until(lambda: first.heard)
    time.sleep(pause_s)
    first.vanish()
    press.publish("muster/1/dev_press/obs", b"while away")

    second = join(None, is_lasting=True)

    until(lambda: len(second.heard) >= 2)
    assert {payload for _, payload in second.heard} == {b"unacknowledged", b"while away"}


def test_a_session_that_was_not_to_last_begins_anew(join):
    lasting = join(None, is_lasting=True)
    lasting.subscribe("muster/1/+/obs")
    lasting.leave()
    join(None).leave()

    again = join(None, is_lasting=True)
    join("dev_press").publish("muster/1/dev_press/obs", b"to nobody")
    again.subscribe("muster/1/+/obs")
    join("dev_press").publish("muster/1/dev_press/obs", b"to the server")

    until(lambda: again.heard)
    assert [payload for _, payload in again.heard] == [b"to the server"]


def test_a_packet_that_announces_too_much_ends_its_connection(join):
    press = socket.create_connection(("127.0.0.1", join.port), timeout=WITHIN_S)
    user, token = b"dev_press", b"token of dev_press"
    body = b"\x00\x04MQTT\x04\xc2\x00\x00" + b"".join(
        struct.pack(">H", len(t)) + t for t in (b"x", user, token)
    )
    press.sendall(bytes([0x10, len(body)]) + body)
    assert press.recv(4) == b"\x20\x02\x00\x00"

    press.sendall(b"\x30\xff\xff\xff\x7f" + b"\x00\x16muster/1/dev_press/obs")

    assert press.recv(1) == b""


def test_clients_are_asked_to_come_back_while_the_database_is_away(join, bare_servers):
    num_starts = bare_servers.standings["postgres"].num_starts
    bare_servers.kill("postgres")

    refused = join("dev_press")
    bare_servers.wait_for(
        lambda: bare_servers.standings["postgres"].num_starts > num_starts and bare_servers.is_up, within_s=20
    )

    assert refused.is_in or str(refused.code) == "Server unavailable"
    until(lambda: join("dev_press").is_in)


def test_a_device_whose_token_is_renewed_is_put_out_and_heard_no_more(join, devices):
    server, press, oven = join(None), join("dev_press"), join("dev_oven")
    assert server.subscribe("muster/1/+/obs")
    old = hashlib.sha256(b"token of dev_press").hexdigest()
    with psycopg.connect(devices["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(RENEW, ["another hash", "dev_press"])
        try:
            until(lambda: not press.is_in)
            assert not join("dev_press").is_in
        finally:
            connection.execute(RENEW, [old, "dev_press"])
    oven.publish("muster/1/dev_oven/obs", b"still here")
    until(lambda: server.heard)
    assert oven.is_in
