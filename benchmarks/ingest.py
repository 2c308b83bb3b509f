"""How many messages a second `manage.py ingest` stores, and how long a message takes from publication to commit.

python -m benchmarks.ingest --devices 153 --rate 1500 --seconds 20

Starts servers and an ingest of its own (or uses the servers that the environment names), and makes an enterprise with as
many devices as asked for. Every device has a connection of its own and publishes with QoS 1.
"""

import argparse
import asyncio
import json
import resource
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import django

from benchmarks.own_servers import settings_ready

settings_ready()
django.setup()

from django.conf import settings  # noqa: E402 - the settings must be known first
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from marketplace.accounts.models import Enterprise, Site  # noqa: E402
from marketplace.common.hashing import hash_token  # noqa: E402
from marketplace.machines.broker import Address  # noqa: E402
from marketplace.machines.models import Device  # noqa: E402

TOKEN = "benchmark"
STORED_WITHIN_S = 120
TICK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    messages: int
    published_in_s: float
    stored_in_s: float
    p50_s: float
    p99_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=153)
    parser.add_argument("--rate", type=int, default=1500, help="messages a second, of all devices together")
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    devices = make_devices(options.devices)
    ingest = subprocess.Popen([sys.executable, "manage.py", "ingest"], stderr=subprocess.PIPE, text=True)
    try:
        wait_until_listening(ingest)
        result = asyncio.run(measure(devices, rate=options.rate, seconds=options.seconds))
    finally:
        ingest.terminate()
        ingest.wait(timeout=30)
        Device.objects.filter(enterprise=devices[0].enterprise_id).delete()
        Enterprise.objects.filter(pk=devices[0].enterprise_id).delete()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = used.ru_utime + used.ru_stime
    print(
        f"{result.messages} messages of {len(devices)} devices: published in {result.published_in_s:.1f} s, "
        f"stored after {result.stored_in_s:.1f} s = {result.messages / result.stored_in_s:.0f} a second; "
        f"stamp to receipt in the database p50 {result.p50_s:.2f} s, p99 {result.p99_s:.2f} s; "
        f"ingest used {cpu_s:.1f} s of processor = {result.messages / cpu_s:.0f} messages a second of it, start included"
    )


def make_devices(number: int) -> list[Device]:
    enterprise = Enterprise.objects.create(name="Benchmark", kind=Enterprise.Kind.FACTORY)
    site = Site.objects.create(
        enterprise=enterprise, name="Hall", city="Ningbo", region="Zhejiang", lat=29.87, lon=121.55
    )
    return [
        Device.objects.create(
            enterprise=enterprise, site=site, name=f"Machine {n}", token_hash=hash_token(TOKEN)
        )
        for n in range(number)
    ]


def wait_until_listening(ingest: "subprocess.Popen[str]") -> None:
    assert ingest.stderr
    while "listening to" not in (line := ingest.stderr.readline()):
        assert line, "ingest ended before it listened"


async def measure(devices: list[Device], *, rate: int, seconds: int) -> Result:
    began = time.monotonic()
    sent = await asyncio.gather(
        *(
            speak(device, every_s=len(devices) / rate, seconds=seconds, turn=n / rate)
            for n, device in enumerate(devices)
        )
    )
    published_in_s = time.monotonic() - began
    total = sum(sent)
    while await asyncio.to_thread(num_messages, devices) < total:
        assert time.monotonic() - began < seconds + STORED_WITHIN_S, "not all was stored"
        await asyncio.sleep(TICK_S)
    stored_in_s = time.monotonic() - began
    p50_s, p99_s = await asyncio.to_thread(latencies, devices)
    return Result(
        messages=total, published_in_s=published_in_s, stored_in_s=stored_in_s, p50_s=p50_s, p99_s=p99_s
    )


async def speak(device: Device, *, every_s: float, seconds: int, turn: float) -> int:
    """Publish on the beat; the number of messages the broker has acknowledged."""
    address = Address.of(settings.MQTT_URL)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(connect_packet(user=device.public_id, password=TOKEN))
    assert await reader.readexactly(4) == b"\x20\x02\x00\x00", "the broker refused the device"
    acknowledged = asyncio.create_task(reader.readexactly(4 * int(seconds / every_s)))
    began = time.monotonic()
    for seq in range(int(seconds / every_s)):
        await asyncio.sleep(max(0.0, began + turn + seq * every_s - time.monotonic()))
        payload = {
            "session": "benchmark",
            "seq": seq,
            "at": datetime.now(UTC).isoformat(),
            "execution": "ACTIVE" if seq % 60 < 50 else "READY",
            "count": seq,
        }
        writer.write(publish_packet(device.topic, json.dumps(payload).encode(), mid=seq % 65535 + 1))
        await writer.drain()
    number = len(await acknowledged) // 4
    writer.close()
    return number


def connect_packet(*, user: str, password: str) -> bytes:
    body = text("MQTT") + b"\x04\xc2" + struct.pack("!H", 60) + text(user) + text(user) + text(password)
    return b"\x10" + remaining_length(len(body)) + body


def publish_packet(topic: str, payload: bytes, *, mid: int) -> bytes:
    body = text(topic) + struct.pack("!H", mid) + payload
    return b"\x32" + remaining_length(len(body)) + body


def text(value: str) -> bytes:
    return struct.pack("!H", len(value.encode())) + value.encode()


def remaining_length(number: int) -> bytes:
    """7 bits a byte, the lowest first, the top bit says that more follow."""
    encoded = bytearray()
    while True:
        number, digit = number >> 7, number & 0x7F
        encoded.append(digit | (0x80 if number else 0))
        if not number:
            return bytes(encoded)


def num_messages(devices: list[Device]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(messages), 0) FROM machines_devicestate WHERE device_id = ANY(%s)",
            [[device.pk for device in devices]],
        )
        return int(cursor.fetchone()[0])


def latencies(devices: list[Device]) -> tuple[float, float]:
    """Median and 99th percentile, seconds; from the publisher's stamp to the batch in which it was stored."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM received_at - source_at))
            FROM machines_observation WHERE device_id = ANY(%s)""",
            [[device.pk for device in devices]],
        )
        p50_s, p99_s = cursor.fetchone()[0]
        return p50_s, p99_s


if __name__ == "__main__":
    main()
