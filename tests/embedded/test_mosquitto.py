"""The settings for Mosquitto in docs/runbook.md hold what they promise; with its defaults these tests fail."""

import time

import pytest

from embedded.mqtt.server import SERVER_USER
from tests.embedded.mqtt_client import Client, until
from tests.mosquitto import AUTOSAVE_S, a_mosquitto, needs_mosquitto

pytestmark = needs_mosquitto
NUM_MESSAGES = 3000
OWN = "muster/1/dev_press/obs"
PASSWORDS = {SERVER_USER: "s", "dev_press": "p", "dev_oven": "o"}


@pytest.fixture
def broker(tmp_path):
    with a_mosquitto(tmp_path, passwords=PASSWORDS) as running:
        yield running


def join(broker, user, **options):
    return Client(broker.port, user, PASSWORDS[user], **options)


def test_a_device_is_heard_on_its_own_topic_only(broker):
    server, press = join(broker, SERVER_USER), join(broker, "dev_press")
    server.subscribe("muster/1/+/obs")
    press.publish("muster/1/dev_oven/obs", b"forged")
    press.publish(OWN, b"own")

    until(lambda: server.heard)
    assert server.heard == [(OWN, b"own")]


def test_a_wrong_token_is_refused(broker):
    assert not Client(broker.port, "dev_press", "o").is_in


def test_a_stolen_client_id_throws_nobody_off(broker):
    server = join(broker, SERVER_USER, client_id="server")
    server.subscribe("muster/1/+/obs")
    thief = join(broker, "dev_oven", client_id="server")
    join(broker, "dev_press").publish(OWN, b"still heard")

    until(lambda: server.heard)
    assert thief.heard == []


def test_all_wait_for_an_absent_reader_and_outlive_a_kill_of_the_broker(broker):
    reader = join(broker, SERVER_USER, is_lasting=True)
    reader.subscribe("muster/1/+/obs")
    reader.leave()
    press = join(broker, "dev_press")
    sent = [press.paho.publish(OWN, b"%d" % number, qos=1) for number in range(NUM_MESSAGES)]
    sent[-1].wait_for_publish(60)
    press.leave()
    time.sleep(2 * AUTOSAVE_S)  # saving after each message would take ten times as long as the messages
    broker.kill()
    broker.start()

    back = join(broker, SERVER_USER, is_lasting=True)

    until(lambda: len(back.heard) >= NUM_MESSAGES, within_s=30)
    assert {payload for _, payload in back.heard} == {b"%d" % number for number in range(NUM_MESSAGES)}
