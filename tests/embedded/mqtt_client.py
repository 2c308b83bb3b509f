"""An MQTT client for tests, which remembers what the broker told it, and how to wait for that."""

import socket
import time

import paho.mqtt.client as paho

WITHIN_S = 10


def until(is_met, within_s=WITHIN_S):
    deadline = time.monotonic() + within_s
    while not is_met():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Client:
    """A paho client that remembers what the broker told it."""

    def __init__(self, port, user, password, *, client_id="", will=None, is_lasting=False, acknowledges=True):
        self.heard, self.granted, self.code = [], None, None
        self.paho = paho.Client(
            paho.CallbackAPIVersion.VERSION2,
            client_id=client_id or user,
            clean_session=not is_lasting,
            manual_ack=not acknowledges,
        )
        self.paho.username_pw_set(user, password)
        if will:
            self.paho.will_set(will, b"gone", qos=1)
        self.paho.on_connect = lambda client, data, flags, reason, properties: setattr(self, "code", reason)
        self.paho.on_subscribe = lambda client, data, mid, reasons, properties: setattr(
            self, "granted", reasons
        )
        self.paho.on_message = lambda client, data, message: self.heard.append(
            (message.topic, message.payload)
        )
        self.paho.connect("127.0.0.1", port)
        self.paho.loop_start()
        until(lambda: self.code is not None)

    @property
    def is_in(self):
        return not self.code.is_failure

    def subscribe(self, topic):
        self.granted = None
        self.paho.subscribe(topic, qos=1)
        until(lambda: self.granted is not None)
        return not self.granted[0].is_failure

    def publish(self, topic, payload):
        self.paho.publish(topic, payload, qos=1).wait_for_publish(WITHIN_S)

    def vanish(self):
        """The connection breaks without a word."""
        self.paho.loop_stop()
        self.paho.socket().shutdown(socket.SHUT_RDWR)
        self.paho.socket().close()

    def leave(self):
        self.paho.disconnect()
        self.paho.loop_stop()
