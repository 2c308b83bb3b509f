"""Ingest while the broker or the database is away, and while others write for the same device."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from marketplace.machines.models import DeviceState, Observation, Refusal, StateInterval
from tests.builders import NOW, a_device
from tests.machines.conftest import Ingest, eventually
from tests.machines.messages import a_message, a_payload, said
from tests.machines.publisher import Publisher
from tests.machines.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)
OTHERS = "datname = %s AND pid <> %s AND application_name <> 'mqtt'"  # than this test and the broker


@pytest.fixture
def wire(mqtt_broker: str) -> Wire:
    parts = urlsplit(mqtt_broker)
    return Wire(host=parts.hostname or "", port=parts.port or 0)


@pytest.fixture
def wired_ingest(wire: Wire, database_url: str, mqtt_broker: str) -> Iterator[Ingest]:
    parts = urlsplit(mqtt_broker)
    url = parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{wire.port}").geturl()
    running = Ingest(environ={"DATABASE_URL": database_url, "MQTT_URL": url})
    running.start()
    yield running
    running.stop()


@contextmanager
def database_closed(url: str) -> Iterator[None]:
    """Connections end and none can be made, but this test's own."""
    name, own = connection.settings_dict["NAME"], connection.connection.info.backend_pid
    with psycopg.connect(urlsplit(url)._replace(path="/postgres").geturl(), autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OTHERS}", [name, own])
        try:
            yield
        finally:
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def test_a_cut_wire_to_the_broker_costs_nothing(wired_ingest: Ingest, wire: Wire, mqtt_broker: str):
    publisher = Publisher(a_device(), url=mqtt_broker)
    for part in range(3):
        publisher.publish(a_payload(seq=part * 200 + n, at=None, count=n) for n in range(100))
        wire.cut()
        publisher.publish(a_payload(seq=part * 200 + n, at=None, count=n) for n in range(100, 200))
        wire.mend()

    eventually(lambda: Observation.objects.count() == 600, within_s=40)
    assert Observation.objects.values("seq").distinct().count() == 600
    publisher.close()


def test_a_lost_database_costs_nothing(wired_ingest: Ingest, mqtt_broker: str, database_url: str):
    publisher = Publisher(a_device(), url=mqtt_broker)
    publisher.publish(a_payload(seq=n, at=None, count=n) for n in range(200))
    with database_closed(database_url):
        publisher.publish(a_payload(seq=n, at=None, count=n) for n in range(200, 400))
        time.sleep(1)

    eventually(lambda: Observation.objects.count() == 400, within_s=40)
    assert any("the database cannot store now" in line for line in wired_ingest.lines)
    publisher.close()


def test_a_message_that_breaks_its_batch_goes_to_the_dead_letters_and_the_others_are_stored(
    ingest: Ingest, mqtt_broker: str
):
    good, bad = a_device(), a_device()
    century = NOW.replace(year=NOW.year + 100)
    StateInterval.objects.create(device=bad, state="READY", starts_at=NOW, ends_at=century)
    publishers = [Publisher(device, url=mqtt_broker) for device in (bad, good)]
    publishers[0].publish([a_payload(at=None, execution="ACTIVE")])
    publishers[1].publish(a_payload(seq=n, at=None, execution="ACTIVE") for n in range(20))

    eventually(lambda: Observation.objects.filter(device=good).count() == 20)
    eventually(Refusal.objects.exists)
    assert Refusal.objects.get().device == bad
    assert Refusal.objects.get().code == "machines:not-storable"
    assert not Observation.objects.filter(device=bad).exists()
    for publisher in publishers:
        publisher.close()


def test_three_writers_for_one_device_wait_for_each_other():
    device = a_device()
    messages = [a_message(device, seq=n, execution=("ACTIVE", "READY")[n % 2], count=n) for n in range(60)]
    errors: list[Exception] = []

    def hear() -> None:
        try:
            for start in range(0, 60, 10):
                said(*messages[start : start + 10])
        except Exception as error:
            errors.append(error)
        connection.close()

    writers = [threading.Thread(target=hear) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert errors == []
    assert Observation.objects.count() == 120
    assert StateInterval.objects.filter(ends_at=None).count() == 1
    assert DeviceState.objects.get().messages == 60
