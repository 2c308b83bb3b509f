"""What the embedded broker carries: devices publish with QoS 1 as fast as they are acknowledged, one paho reader counts.

    python -m benchmarks.broker [--devices 100] [--messages 200]

Prints one JSON object: messages a second acknowledged to the publishers and delivered to the reader, and how many were lost
although acknowledged (the publishers leave at once). `--broker amqtt` runs amqtt as it is, for comparison.
"""

import argparse
import asyncio
import json
import logging
import multiprocessing
import struct
import time
from collections.abc import Mapping

import paho.mqtt.client as paho
from amqtt.broker import Broker as AmqttBroker

from embedded.mqtt.broker import Broker
from embedded.ports import LOOPBACK, free_port

READER = "reader"
PAYLOAD = b'{"session":"b7","seq":1041,"at":"2026-03-02T08:15:04.120Z","execution":"ACTIVE","count":20711}'
QUIET_AFTER_S = 3.0  # the reader has everything when nothing came for so long
IN_FLIGHT = 50


class Everybody:
    """Access for all; the broker's rules about topics hold nevertheless."""

    server_user = READER

    async def strangers(self, passwords: Mapping[str, str]) -> frozenset[str]:
        return frozenset()

    async def is_known(self, *, user: str, password: str) -> bool:
        return bool(user)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=100)
    parser.add_argument("--messages", type=int, default=200, help="of each device")
    parser.add_argument("--broker", choices=("muster", "amqtt"), default="muster")
    options = parser.parse_args()
    port = free_port()
    broker = multiprocessing.get_context("spawn").Process(
        target=serve, args=(options.broker, port), daemon=True
    )
    broker.start()
    time.sleep(2)
    reader = Reader(port)
    began = time.monotonic()
    asyncio.run(publish(port, num_devices=options.devices, num_messages=options.messages))
    acknowledged_s = time.monotonic() - began
    reader.wait()
    broker.terminate()
    num_messages = options.devices * options.messages
    row = {
        "broker": options.broker,
        "acknowledged_per_s": round(num_messages / acknowledged_s),
        "delivered_per_s": round(reader.num_heard / (reader.last - began)),
        "lost": num_messages - reader.num_heard,
        "of": num_messages,
    }
    print(json.dumps(row))


def serve(kind: str, port: int) -> None:
    logging.basicConfig(level=logging.ERROR)

    async def forever() -> None:
        bind = f"{LOOPBACK}:{port}"
        anonymous = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
        plain = {"listeners": {"default": {"type": "tcp", "bind": bind}}, "plugins": anonymous}
        broker = Broker(access=Everybody(), bind=bind) if kind == "muster" else AmqttBroker(plain)
        await broker.start()
        await asyncio.Event().wait()

    asyncio.run(forever())


class Reader:
    """Subscribed to all devices when built."""

    def __init__(self, port: int) -> None:
        self.num_heard = 0
        self.last = time.monotonic()
        client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=READER)
        client.username_pw_set(READER, "x")
        client.on_message = self._on_message
        client.on_connect = lambda *_: client.subscribe("muster/1/+/obs", qos=1)
        client.connect(LOOPBACK, port)
        client.loop_start()
        time.sleep(1)

    def wait(self) -> None:
        while time.monotonic() - self.last < QUIET_AFTER_S:
            time.sleep(0.1)

    def _on_message(self, *_: object) -> None:
        self.num_heard += 1
        self.last = time.monotonic()


async def publish(port: int, *, num_devices: int, num_messages: int) -> None:
    await asyncio.gather(*(_device(port, f"dev_{number}", num_messages) for number in range(num_devices)))


async def _device(port: int, name: str, num_messages: int) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    body = b"\x00\x04MQTT\x04\xc2\x00\x00" + b"".join(map(_text, (name, name, "x")))
    writer.write(bytes([0x10, len(body)]) + body)
    await reader.readexactly(4)
    for first in range(1, num_messages + 1, IN_FLIGHT):
        packet_ids = range(first, min(first + IN_FLIGHT, num_messages + 1))
        for packet_id in packet_ids:
            body = _text(f"muster/1/{name}/obs") + struct.pack(">H", packet_id) + PAYLOAD
            writer.write(bytes([0x32]) + _length(len(body)) + body)
        await reader.readexactly(4 * len(packet_ids))
    writer.write(b"\xe0\x00")
    await writer.drain()
    writer.close()


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()


def _length(number: int) -> bytes:
    """MQTT's variable length, up to 16,383."""
    return bytes([number]) if number < 128 else bytes([number % 128 | 128, number // 128])


if __name__ == "__main__":
    main()
