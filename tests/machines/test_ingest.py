"""The whole way of a message: device, broker, ingest, database."""

import pytest

from marketplace.machines.models import DeviceState, Observation, Refusal
from tests.builders import a_device
from tests.machines.conftest import Ingest, eventually
from tests.machines.messages import a_payload, intervals_of
from tests.machines.publisher import Publisher

pytestmark = pytest.mark.django_db(transaction=True)


def num_stored() -> int:
    return Observation.objects.count()


def test_what_a_device_publishes_is_stored(ingest: Ingest, mqtt_broker: str):
    device = a_device()
    publisher = Publisher(device, url=mqtt_broker)

    publisher.publish(a_payload(seq=seq, at=None, execution="ACTIVE", count=seq) for seq in range(700))

    eventually(lambda: num_stored() == 1400)
    assert DeviceState.objects.get().messages == 700
    assert [state for state, *_ in intervals_of(device)] == ["ACTIVE"]
    publisher.close()


def test_a_killed_ingest_loses_nothing_and_counts_nothing_twice(ingest: Ingest, mqtt_broker: str):
    device = a_device()
    publisher = Publisher(device, url=mqtt_broker)
    for round_ in range(2):
        publisher.publish(a_payload(seq=round_ * 1000 + seq, at=None, count=seq) for seq in range(400))
        ingest.kill()
        publisher.publish(a_payload(seq=round_ * 1000 + seq, at=None, count=seq) for seq in range(400, 600))
        ingest.start()

    eventually(lambda: num_stored() == 1200)
    assert Observation.objects.filter(item="count").values("seq").distinct().count() == 1200
    publisher.close()


def test_a_message_that_cannot_be_read_does_not_hold_up_the_next(ingest: Ingest, mqtt_broker: str):
    device = a_device()
    publisher = Publisher(device, url=mqtt_broker)

    publisher.publish([b"{not json", a_payload(execution="ACTIVE")])

    eventually(lambda: num_stored() == 1)
    assert Refusal.objects.get().code == "json:malformed"
    publisher.close()


def test_a_device_cannot_speak_for_another(ingest: Ingest, mqtt_broker: str):
    device, other = a_device(), a_device(token="another token")
    publisher = Publisher(device, url=mqtt_broker)

    publisher.publish([a_payload(execution="ACTIVE")], topic=f"muster/1/{other.public_id}/obs")
    publisher.publish([a_payload(execution="READY")])

    eventually(lambda: num_stored() == 1)
    assert Observation.objects.get().device == device
    publisher.close()


@pytest.mark.parametrize("token", ["", "another token", "device-token "])
def test_a_wrong_token_opens_nothing(mqtt_broker: str, token: str):
    publisher = Publisher(a_device(), url=mqtt_broker, token=token)

    assert publisher.refusal == "Not authorized"
    publisher.close()


def test_a_copy_kept_by_the_broker_is_no_sign_of_life(ingest: Ingest, mqtt_broker: str):
    device = a_device()
    publisher = Publisher(device, url=mqtt_broker)
    publisher.publish([a_payload(execution="ACTIVE")], retain=True)
    publisher.publish([b"one"])
    eventually(lambda: Refusal.objects.count() == 1)  # so the batch before is acknowledged
    heard_at = DeviceState.objects.get().received_at

    ingest.kill()
    ingest.start()  # the broker sends its copy to the new subscription
    publisher.publish([b"two"])

    eventually(lambda: Refusal.objects.filter(excerpt="two").exists())
    assert DeviceState.objects.get().received_at == heard_at
    publisher.close()


def test_told_to_stop_it_stops_in_order(ingest: Ingest):
    assert ingest.stop() == 0
