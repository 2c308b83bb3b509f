"""`POST /api/v1/mtconnect`: an agent's answer, whole or not at all."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.machines.models import DeviceState, Observation, Refusal
from tests.builders import a_device
from tests.machines.messages import intervals_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/mtconnect"


def post(client: Client, body: str | bytes, *, token: str = "device-token") -> Any:
    data = body.encode() if isinstance(body, str) else body
    return client.post(
        URL, data, content_type="application/xml", headers={"Authorization": f"Bearer {token}"}
    )


def an_event(execution: str, *, seq: int, at: datetime, item: str = "exec") -> str:
    return f'<Execution dataItemId="{item}" sequence="{seq}" timestamp="{at.isoformat()}">{execution}</Execution>'


def an_answer(
    *events: str,
    device: str = "Mazak01",
    instance: int = 7,
    next_sequence: int = 100,
    last_sequence: int | None = None,
    created_at: datetime | None = None,
) -> str:
    """What an agent answers to `current` or `sample`."""
    last = next_sequence - 1 if last_sequence is None else last_sequence
    created = (created_at or timezone.now()).isoformat()
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<MTConnectStreams xmlns="urn:mtconnect.org:MTConnectStreams:1.3">
  <Header creationTime="{created}" instanceId="{instance}" firstSequence="1" lastSequence="{last}"
    nextSequence="{next_sequence}" bufferSize="1000" sender="agent" version="1.3"/>
  <Streams><DeviceStream name="{device}" uuid="u1"><ComponentStream component="Path" name="path" componentId="p">
    <Events>{"".join(events)}</Events>
  </ComponentStream></DeviceStream></Streams>
</MTConnectStreams>"""


def test_an_answer_becomes_states(client: Client):
    device = a_device(source_name="Mazak01")
    now = timezone.now()

    response = post(client, an_answer(an_event("ACTIVE", seq=9, at=now - timedelta(minutes=1))))

    assert response.json() == {"fate": "stored", "observations": 1, "instance": "7", "next_sequence": 100}
    assert intervals_of(device) == [("ACTIVE", now - timedelta(minutes=1), None)]


def test_the_old_value_of_a_snapshot_is_not_now_until_the_agent_says_it_still_stands(client: Client):
    device = a_device(source_name="Mazak01", silence_limit_s=180)
    now = timezone.now()
    old = now - timedelta(hours=60)

    post(client, an_answer(an_event("READY", seq=9, at=old), created_at=now))

    assert intervals_of(device) == [
        ("READY", old, old + timedelta(minutes=3)),
        ("SILENT", old + timedelta(minutes=3), now),
        ("READY", now, None),
    ]


def test_an_agent_that_holds_newer_values_does_not_vouch_for_the_old_one(client: Client):
    device = a_device(source_name="Mazak01")
    old = timezone.now() - timedelta(hours=60)

    post(client, an_answer(an_event("READY", seq=9, at=old), next_sequence=100, last_sequence=500))

    assert intervals_of(device) == [("READY", old, None)]
    assert DeviceState.objects.get().heard_at == old


def test_the_same_current_again_stores_nothing_and_is_a_sign_of_life(client: Client):
    device = a_device(source_name="Mazak01")
    now = timezone.now()
    event = an_event("ACTIVE", seq=9, at=now - timedelta(seconds=150))
    post(client, an_answer(event, created_at=now - timedelta(seconds=100)))

    response = post(client, an_answer(event, created_at=now))

    assert response.json()["fate"] == "duplicate"
    assert Observation.objects.count() == 1
    assert DeviceState.objects.get().heard_at == now
    assert len(intervals_of(device)) == 1


def test_a_restarted_agent_counts_its_sequence_anew(client: Client):
    a_device(source_name="Mazak01")
    now = timezone.now()

    post(client, an_answer(an_event("ACTIVE", seq=9, at=now), instance=7))
    post(client, an_answer(an_event("READY", seq=9, at=now), instance=8))

    assert list(Observation.objects.order_by("id").values_list("session", "seq")) == [("7", 9), ("8", 9)]


def test_of_several_paths_the_first_by_name_is_the_machine(client: Client):
    device = a_device(source_name="Mazak01")
    now = timezone.now()

    post(
        client,
        an_answer(an_event("READY", seq=8, at=now, item="p2"), an_event("ACTIVE", seq=9, at=now, item="p1")),
    )
    post(client, an_answer(an_event("STOPPED", seq=10, at=now + timedelta(seconds=1), item="p2")))

    assert intervals_of(device) == [("ACTIVE", now, None)]


def test_malformed_xml_is_refused_with_its_line_and_nothing_is_stored(client: Client):
    device = a_device(source_name="Mazak01")
    body = an_answer(an_event("ACTIVE", seq=9, at=timezone.now())).replace("</Events>", "</Event>")

    response = post(client, body)

    error = response.json()["error"]
    assert response.status_code == 400
    assert (error["code"], error["facts"]) == ("xml:malformed", {"line": 6})
    assert not Observation.objects.exists()
    assert not DeviceState.objects.exists()
    assert Refusal.objects.get().device == device


HOSTILE = {
    "a DTD": ('<!DOCTYPE x [<!ENTITY a "b">]><MTConnectStreams/>', "xml:has-dtd"),
    "a bomb of entities": ('<!DOCTYPE x [<!ENTITY a "bb"><!ENTITY c "&a;&a;">]><x>&c;</x>', "xml:has-dtd"),
    "a file of ours": ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', "xml:has-dtd"),
    "depth": ("<a>" * 5000 + "</a>" * 5000, "xml:"),
    "another document": ("<MTConnectDevices/>", "xml:unexpected"),
    "nothing": ("", "xml:malformed"),
    "a sequence beyond 64 bits": (
        an_answer(an_event("ACTIVE", seq=2**64, at=datetime(2026, 1, 1, tzinfo=UTC))),
        "observation:number-too-large",
    ),
    "a stamp of 1970": (
        an_answer(an_event("ACTIVE", seq=1, at=datetime(1970, 1, 1, tzinfo=UTC))),
        "observation:at-before-2000",
    ),
    "a stamp of 2106": (
        an_answer(an_event("ACTIVE", seq=1, at=datetime(2106, 2, 7, tzinfo=UTC))),
        "observation:at-in-future",
    ),
    "an empty execution": (an_answer(an_event("", seq=1, at=datetime(2026, 1, 1, tzinfo=UTC))), ""),
    "another machine": (
        an_answer(an_event("ACTIVE", seq=1, at=datetime(2026, 1, 1, tzinfo=UTC)), device="Rival07"),
        "mtconnect:device-not-in-answer",
    ),
    "an agent's error": (
        '<MTConnectError><Errors><Error errorCode="OUT_OF_RANGE">no</Error></Errors></MTConnectError>',
        "mtconnect:agent-error",
    ),
}


@pytest.mark.parametrize(("body", "code"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_document_stores_nothing(client: Client, body: str, code: str):
    a_device(source_name="Mazak01")

    response = post(client, body)

    assert response.status_code in (400, 413)
    assert response.json()["error"]["code"].startswith(code)
    assert not Observation.objects.exists()


def test_positions_and_loads_are_not_read(client: Client):
    a_device(source_name="Mazak01")
    now = timezone.now()
    position = f'<Position dataItemId="x" sequence="8" timestamp="{now.isoformat()}">1.5</Position>'
    body = an_answer(an_event("ACTIVE", seq=9, at=now)).replace(
        "<Events>", f"<Samples>{position}</Samples><Events>"
    )

    post(client, body)

    assert list(Observation.objects.values_list("item", flat=True)) == ["exec"]
