"""A device at the broker, as a technician's script would be."""

import threading
from collections.abc import Iterable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from marketplace.machines.broker import Address
from marketplace.machines.models import Device


class Publisher:
    """Connected as the device, which `token` belongs to; `refusal` says why not, if not."""

    def __init__(self, device: Device, *, url: str, token: str = "device-token") -> None:
        self.topic = device.topic
        self.refusal = ""
        self._connected = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        self._client.username_pw_set(device.public_id, token)
        self._client.on_connect = self._on_connect
        address = Address.of(url)
        self._client.connect(address.host, address.port)
        self._client.loop_start()
        assert self._connected.wait(10), "the broker does not answer"

    def publish(self, payloads: Iterable[bytes], *, topic: str = "", retain: bool = False) -> None:
        """Returns once the broker has acknowledged them all."""
        sent = [
            self._client.publish(topic or self.topic, payload, qos=1, retain=retain) for payload in payloads
        ]
        for each in sent:
            each.wait_for_publish(10)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: mqtt.Client, _: Any, flags: Any, reason: Any, properties: Any) -> None:
        self.refusal = str(reason) if reason.is_failure else ""
        self._connected.set()
