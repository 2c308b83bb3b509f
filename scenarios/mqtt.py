"""Many devices in one process: an MQTT connection each, on one asyncio loop."""

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

log = logging.getLogger(__name__)

KEEPALIVE_S = 60
RECONNECT_S = 3.0
QOS = 1


class DeviceConnection:
    """One device's voice: publishes its observations at least once, and comes back when the broker was away."""

    def __init__(self, *, url: str, device: str, token: str, loop: asyncio.AbstractEventLoop) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 1883
        self._loop = loop
        self.topic = f"muster/1/{device}/obs"
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=device)
        self._client.username_pw_set(device, token)
        self._client.on_socket_open = self._opened
        self._client.on_socket_close = self._closed
        self._client.on_socket_register_write = self._wants_to_write
        self._client.on_socket_unregister_write = self._has_written

    def publish(self, message: Mapping[str, object]) -> None:
        """Queue a message; paho keeps it until the broker has taken it."""
        self._client.publish(self.topic, json.dumps(message), qos=QOS)

    async def keep_up(self) -> None:
        """Connect, and connect again after every loss, until cancelled."""
        try:
            while True:
                if not self._client.is_connected():
                    await self._connect()
                self._client.loop_misc()
                await asyncio.sleep(RECONNECT_S)
        finally:
            self._client.disconnect()

    async def _connect(self) -> None:
        try:
            self._client.connect(self._host, self._port, keepalive=KEEPALIVE_S)
        except OSError as error:
            log.info("%s: broker away (%s)", self.topic, error)

    def _opened(self, client: paho.Client, userdata: object, sock: Any) -> None:
        self._loop.add_reader(sock, client.loop_read)

    def _closed(self, client: paho.Client, userdata: object, sock: Any) -> None:
        self._loop.remove_reader(sock)

    def _wants_to_write(self, client: paho.Client, userdata: object, sock: Any) -> None:
        self._loop.add_writer(sock, client.loop_write)

    def _has_written(self, client: paho.Client, userdata: object, sock: Any) -> None:
        self._loop.remove_writer(sock)
