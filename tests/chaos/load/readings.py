"""Machines that tell what they do: by HTTP, acknowledged line by line, and by MQTT, acknowledged by the broker."""

import asyncio
import json
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.chaos.acknowledged import Acknowledged, Told
from tests.chaos.load.client import Client

STATES = ("ACTIVE", "READY", "INTERRUPTED")
LINES = 20
PAUSE_S = 0.25
TWICE = 0.15  # of the batches and messages are sent again after they were acknowledged
STORED = {"stored", "duplicate"}


@dataclass(slots=True, kw_only=True)
class HttpMachine:
    """Without a counter: people tally what it makes."""

    device: str
    client: Client
    acknowledged: Acknowledged
    seq: int = 0

    async def act(self) -> None:
        while not self.client.is_over.is_set():
            lines = [self._line(self.seq + number) for number in range(LINES)]
            self.seq += LINES
            await self._send(lines)
            if self.client.draw.random() < TWICE:
                await self._send(lines)
            await asyncio.sleep(PAUSE_S)

    def _line(self, seq: int) -> dict[str, Any]:
        kwh = round(seq / 100, 2)
        return {"session": "chaos", "seq": seq, "execution": STATES[seq % len(STATES)], "kwh": kwh}

    async def _send(self, lines: list[dict[str, Any]]) -> None:
        body = b"\n".join(json.dumps(line).encode() for line in lines)
        answer = (await self.client.answer("POST", "observations", content=body)).json()
        for said in answer["lines"]:
            if said["fate"] in STORED:
                self.acknowledged.observations += told(self.device, lines[said["line"] - 1])
            else:
                self.acknowledged.broken_words.append(f"{self.device}: a good line was {said['fate']}")


@dataclass(slots=True, kw_only=True)
class MqttMachine:
    """With a counter. Paho's thread notes what the broker took; `settle` turns that into promises."""

    device: str
    token: str
    url: str
    client: Client  # for its luck and its end
    seq: int = 0
    _sent: dict[int, dict[str, Any]] = field(default_factory=dict)  # by message id
    _taken: list[int] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    async def act(self) -> None:
        connection = paho.Client(CallbackAPIVersion.VERSION2, client_id=self.device, clean_session=False)
        connection.username_pw_set(self.device, self.token)
        connection.on_publish = self._on_publish
        connection.reconnect_delay_set(1, 2)
        parts = urlsplit(self.url)
        connection.connect_async(parts.hostname or "127.0.0.1", parts.port or 1883)
        connection.loop_start()
        try:
            await self._talk(connection)
            await asyncio.sleep(1.0)  # for the last acknowledgements
        finally:
            connection.disconnect()
            connection.loop_stop()

    async def _talk(self, connection: paho.Client) -> None:
        while not self.client.is_over.is_set():
            self.seq += 1
            line = {"session": "chaos", "seq": self.seq, "execution": "ACTIVE", "count": self.seq // 4}
            for _ in range(2 if self.client.draw.random() < TWICE else 1):
                sent = connection.publish(f"muster/1/{self.device}/obs", json.dumps(line), qos=1)
                with self._lock:
                    self._sent[sent.mid] = line
            await asyncio.sleep(PAUSE_S / 10)

    def _on_publish(self, client: paho.Client, userdata: Any, mid: int, reason: Any, properties: Any) -> None:
        self._taken.append(mid)

    def settle(self, acknowledged: Acknowledged) -> None:
        """After the end: what was taken is promised."""
        for mid in self._taken:
            acknowledged.observations += told(self.device, self._sent[mid])


def told(device: str, line: dict[str, Any]) -> list[Told]:
    """One for each value of the line, as it is stored."""
    return [
        Told(device=device, session=line["session"], seq=line["seq"], item=item, value=str(value))
        for item, value in line.items()
        if item not in {"session", "seq"}
    ]
