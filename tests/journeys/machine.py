"""A machine at the broker, as a technician's script would be."""

import json
import secrets
import threading
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

ANSWERED_WITHIN_S = 15


class Machine:
    """Connected while the block lasts; every message is acknowledged before `says` returns."""

    def __init__(self, device: str, *, token: str, url: str) -> None:
        self._topic = f"muster/1/{device}/obs"
        self._session = secrets.token_hex(2)
        self._seq = 0
        self._refusal = ""
        self._connected = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=device)
        self._client.username_pw_set(device, token)
        self._client.on_connect = self._on_connect
        self._address = urlsplit(url)

    def __enter__(self) -> "Machine":
        self._client.connect(self._address.hostname or "127.0.0.1", self._address.port or 1883)
        self._client.loop_start()
        assert self._connected.wait(ANSWERED_WITHIN_S), "the broker does not answer"
        assert not self._refusal, self._refusal
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def says(self, execution: str, *, count: int | None) -> None:
        self._seq += 1
        body: dict[str, object] = {"session": self._session, "seq": self._seq, "execution": execution}
        if count is not None:
            body["count"] = count
        self._client.publish(self._topic, json.dumps(body), qos=1).wait_for_publish(ANSWERED_WITHIN_S)

    def _on_connect(self, client: mqtt.Client, _: Any, flags: Any, reason: Any, properties: Any) -> None:
        self._refusal = str(reason) if reason.is_failure else ""
        self._connected.set()
