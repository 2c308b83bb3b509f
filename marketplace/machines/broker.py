"""The door to the MQTT broker: messages in, acknowledged only when told to."""

import logging
import queue
import ssl
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from marketplace.common.clock import real_now
from marketplace.machines.models import TOPIC

ALL_DEVICES = TOPIC.format(device="+")
PORT, TLS_PORT = 1883, 8883
KEEPALIVE_S = 30
RECONNECT_S = (1, 15)  # shortest and longest pause between attempts
MAX_PAYLOAD_BYTES = 64 * 1024

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    host: str
    port: int
    user: str
    password: str
    has_tls: bool

    @classmethod
    def of(cls, url: str) -> "Address":
        """Of `mqtt://user:password@host:port`, or `mqtts://` for TLS."""
        parts = urlsplit(url)
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
            raise ValueError(f"MQTT_URL has scheme {parts.scheme!r}; it must be mqtt://… or mqtts://…")
        has_tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname,
            port=parts.port or (TLS_PORT if has_tls else PORT),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            has_tls=has_tls,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message as it came; `connection` numbers the connection it came by, `arrived_at` is real time."""

    connection: int
    mid: int
    qos: int
    device: str
    payload: bytes
    is_retained: bool
    arrived_at: datetime


class Inbox:
    """Messages of all devices, in order. What is not acknowledged comes again after a reconnect.

    How many wait here is bounded by what the broker sends unacknowledged (its in-flight limit).
    """

    def __init__(self, *, url: str, client_id: str) -> None:
        self._queue: queue.SimpleQueue[Arrival] = queue.SimpleQueue()
        self._connection = 0
        self._address = Address.of(url)
        self._client = a_client(self._address, client_id=client_id)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message

    def open(self) -> None:
        """Connect, now or as soon as the broker answers, and stay connected."""
        self._client.reconnect_delay_set(*RECONNECT_S)
        self._client.connect_async(self._address.host, self._address.port, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    def close(self) -> None:
        """The session stays with the broker: messages wait there."""
        self._client.disconnect()
        self._client.loop_stop()

    def take(self, *, most: int, within_s: float) -> list[Arrival]:
        """Up to `most` messages of the present connection: those that wait, and those that come `within_s`."""
        arrivals: list[Arrival] = []
        deadline = time.monotonic() + within_s
        while len(arrivals) < most:
            try:
                arrival = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            if self.is_current(arrival):
                arrivals.append(arrival)
        return arrivals

    def is_current(self, arrival: Arrival) -> bool:
        """False once the connection it came by is gone: the broker sends it again by the next one."""
        return arrival.connection == self._connection

    def acknowledge(self, arrivals: list[Arrival]) -> None:
        for arrival in arrivals:
            if arrival.qos > 0 and self.is_current(arrival):
                self._client.ack(arrival.mid, arrival.qos)

    def _on_connect(self, client: mqtt.Client, _: Any, flags: Any, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            log.error("the broker refused the connection: %s", reason)
            return
        self._connection += 1
        client.subscribe(ALL_DEVICES, qos=1)
        log.info("listening to %s", ALL_DEVICES)

    def _on_disconnect(self, client: mqtt.Client, _: Any, flags: Any, reason: Any, properties: Any) -> None:
        log.warning("the broker is gone: %s", reason)

    def _on_message(self, client: mqtt.Client, _: Any, message: mqtt.MQTTMessage) -> None:
        self._queue.put(
            Arrival(
                connection=self._connection,
                mid=message.mid,
                qos=message.qos,
                device=message.topic.split("/")[2],
                payload=bytes(message.payload),
                is_retained=message.retain,
                arrived_at=real_now(),
            )
        )


def a_client(address: Address, *, client_id: str) -> mqtt.Client:
    """A client of a lasting session that acknowledges by hand."""
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=False,
        protocol=mqtt.MQTTv311,
        manual_ack=True,
    )
    if address.user:
        client.username_pw_set(address.user, address.password)
    if address.has_tls:
        client.tls_set_context(ssl.create_default_context())
    return client
