"""How a played machine speaks: with its own token, over MQTT or HTTP, and not twice by mistake."""

import json
import logging
import time
from typing import Protocol

import httpx
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from marketplace.machines.broker import Address
from marketplace.machines.models import TOPIC

QOS = 1
TIMEOUT_S = 30.0
MOST_LINES = 1000  # in one POST
POST_EVERY_S = 0.5
TRIES = 6
FIRST_PAUSE_S = 0.5

log = logging.getLogger(__name__)


class NotAccepted(Exception):
    """The system will not hear this machine: a wrong token, or it cannot be reached."""

    code = "player:not-accepted"


class Voice(Protocol):
    def say(self, payload: dict[str, object]) -> None:
        """Send it, or keep it to be sent with the next ones."""
        ...

    def pause(self) -> None:
        """Nothing is due at the moment."""
        ...

    def finish(self) -> None:
        """Returns when everything said has been taken."""
        ...


class MqttVoice:
    """A connection of its own: the broker lets a device speak on its own topic only."""

    def __init__(self, *, url: str, device: str, token: str) -> None:
        self._device = device
        self._refusal = ""
        self._last: mqtt.MQTTMessageInfo | None = None
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=device, protocol=mqtt.MQTTv311)
        self._client.username_pw_set(device, token)
        self._client.on_connect = self._on_connect
        address = Address.of(url)
        try:
            self._client.connect(address.host, address.port)
        except OSError as error:
            raise NotAccepted(f"{address.host}:{address.port}: {error}") from error
        self._client.loop_start()

    def say(self, payload: dict[str, object]) -> None:
        if self._refusal:
            raise NotAccepted(f"{self._device}: {self._refusal}")
        self._last = self._client.publish(TOPIC.format(device=self._device), json.dumps(payload), qos=QOS)

    def pause(self) -> None:
        """Each message was sent when it was said."""

    def finish(self) -> None:
        """The broker takes messages in order: the last one taken is all taken."""
        if self._last is not None:
            self._last.wait_for_publish(TIMEOUT_S)
            if not self._last.is_published():
                raise NotAccepted(f"{self._device}: {self._refusal or 'the broker took no message'}")
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(
        self, client: mqtt.Client, _: object, flags: object, reason: ReasonCode, properties: object
    ) -> None:
        self._refusal = str(reason) if reason.is_failure else ""


class HttpVoice:
    """NDJSON to `POST /api/v1/observations`, again until answered: what was known counts once."""

    def __init__(self, *, url: str, device: str, token: str) -> None:
        self._device = device
        self._lines: list[str] = []
        self._posted_at = time.monotonic()
        self._client = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_S
        )

    def say(self, payload: dict[str, object]) -> None:
        self._lines.append(json.dumps(payload))
        if len(self._lines) >= MOST_LINES:
            self._post()

    def pause(self) -> None:
        if time.monotonic() - self._posted_at >= POST_EVERY_S:
            self._post()

    def finish(self) -> None:
        self._post()
        self._client.close()

    def _post(self) -> None:
        self._posted_at = time.monotonic()
        if not self._lines:
            return
        answer = self._answered("\n".join(self._lines).encode())
        self._lines.clear()
        for line in answer["lines"]:
            if line["fate"] == "refused":
                log.warning("%s: a message was refused: %s", self._device, line["message"])

    def _answered(self, body: bytes) -> dict[str, list[dict[str, str]]]:
        """Try again while the server is away or overloaded."""
        pause_s = FIRST_PAUSE_S
        problem = ""
        for _ in range(TRIES):
            try:
                response = self._client.post(
                    "/api/v1/observations", content=body, headers={"Content-Type": "application/x-ndjson"}
                )
            except httpx.TransportError as error:
                problem = str(error)
            else:
                if response.is_success:
                    found: dict[str, list[dict[str, str]]] = response.json()
                    return found
                problem = f"{response.status_code} {response.text[:200]}"
                if response.status_code < 500 and response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                    break
            time.sleep(pause_s)
            pause_s *= 2
        raise NotAccepted(f"{self._device}: {problem}")
