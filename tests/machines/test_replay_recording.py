"""A recording played into the running system gives the hours that reading it gives."""

import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from marketplace.accounts.models import Person
from marketplace.machines.models import Device, DeviceState, Observation, StateInterval
from tests.builders import a_membership, a_site
from tests.machines.conftest import PROJECT, Ingest, eventually
from tests.machines.recordings import write_recording

pytestmark = pytest.mark.django_db(transaction=True)
FAST = 1_000_000.0
NIST = PROJECT / "../shared/data/nist-smstestbed"
EXPECTED_HOURS = {  # of the week, as published with the data
    "Mazak01": {"UNAVAILABLE": 141.77, "READY": 12.25, "STOPPED": 9.11, "ACTIVE": 4.85},
    "Mazak03": {"UNAVAILABLE": 136.03, "READY": 19.67, "STOPPED": 4.40, "ACTIVE": 7.90},
}
EXPECTED_STARTS = {"Mazak01": 164, "Mazak03": 105}

Totals = dict[tuple[str, str], tuple[dict[str, float], int]]


def read(*paths: Path, model: Path, days: tuple[str, str]) -> Totals:
    """What the pure command line says."""
    window = ["--from", days[0], "--to", days[1]]
    command = [
        sys.executable,
        "-m",
        "telemetry.replay",
        "--devices",
        str(model),
        *window,
        "--json",
        *map(str, paths),
    ]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return as_totals(done.stdout)


def stored(*, days: tuple[str, str]) -> Totals:
    """What the database says."""
    out = io.StringIO()
    call_command("machine_hours", "--from", days[0], "--to", days[1], "--json", stdout=out)
    return as_totals(out.getvalue())


def as_totals(text: str) -> Totals:
    rows = [json.loads(line) for line in text.splitlines()]
    return {(row["device"], row["day"]): (row["hours"], row["active_starts"]) for row in rows}


def play(*paths: Path, model: Path, tokens: Path, days: tuple[str, str], **options: object) -> int:
    """How many messages were said."""
    out = io.StringIO()
    arguments = [
        "--devices",
        str(model),
        "--tokens",
        str(tokens),
        "--from",
        days[0],
        "--to",
        days[1],
        *map(str, paths),
    ]
    call_command("replay_recording", *arguments, speed=FAST, stdout=out, **options)
    return int(out.getvalue().splitlines()[-1].split()[0])


def heard_to() -> set[datetime]:
    """How far the machines vouch for their states: the last message is a sign of life, and no row."""
    return set(DeviceState.objects.values_list("heard_at", flat=True))


def a_person_with_a_site() -> Person:
    membership = a_membership()
    a_site(enterprise=membership.enterprise)
    return membership.person


def assert_same(found: Totals, expected: Totals) -> None:
    assert found.keys() == expected.keys()
    for key, (hours, starts) in expected.items():
        assert found[key][0] == pytest.approx(hours, abs=1e-6), key
        assert found[key][1] == starts, key


def test_over_http_the_stored_hours_are_those_of_the_recording(live_server, tmp_path: Path):
    days = ("2018-12-10", "2018-12-13")
    model = write_recording(tmp_path, names=("Alpha", "Beta"), num_days=3, seed=1)

    person = a_person_with_a_site()
    play(
        tmp_path,
        model=model,
        tokens=tmp_path / "keys",
        days=days,
        setup=True,
        person=person.email,
        http=live_server.url,
    )

    expected = read(tmp_path, model=model, days=days)
    assert len(expected) == 6
    assert_same(stored(days=days), expected)


def test_over_the_broker_the_stored_hours_are_those_of_the_recording(
    ingest: Ingest, mqtt_broker: str, tmp_path: Path
):
    days = ("2018-12-10", "2018-12-12")
    model = write_recording(tmp_path, names=("Alpha", "Beta"), num_days=2, seed=2)

    person = a_person_with_a_site()
    number = play(tmp_path, model=model, tokens=tmp_path / "keys", days=days, setup=True, person=person.email)

    eventually(lambda: Observation.objects.count() == number)
    eventually(lambda: heard_to() == {datetime(2018, 12, 12, tzinfo=UTC)})
    assert_same(stored(days=days), read(tmp_path, model=model, days=days))


def test_a_day_played_twice_alone_or_with_its_week_changes_nothing(live_server, tmp_path: Path):
    days = ("2018-12-10", "2018-12-13")
    model = write_recording(tmp_path, names=("Alpha",), num_days=3, seed=3)
    person, tokens = a_person_with_a_site(), tmp_path / "keys"
    play(
        tmp_path, model=model, tokens=tokens, days=days, setup=True, person=person.email, http=live_server.url
    )
    before = everything()

    one_day = tmp_path / "Alpha-20181211-20181212.txt"
    play(one_day, model=model, tokens=tokens, days=("2018-12-11", "2018-12-12"), http=live_server.url)
    play(tmp_path, model=model, tokens=tokens, days=days, http=live_server.url)

    assert everything() == before


def everything() -> tuple[list[object], ...]:
    return (
        list(Observation.objects.order_by("id").values()),
        list(StateInterval.objects.order_by("id").values()),
        list(DeviceState.objects.values_list("state", "since", "effective_at", "heard_at", "messages")),
    )


def test_a_wrong_token_is_named_and_plays_nothing(live_server, tmp_path: Path):
    model = write_recording(tmp_path, names=("Alpha",), num_days=1, seed=4)
    tokens = tmp_path / "keys"
    tokens.write_text(json.dumps({"Alpha": {"device": "dev_x", "token": "musd_x"}}))

    with pytest.raises(CommandError, match="dev_x: 401"):
        play(tmp_path, model=model, tokens=tokens, days=("2018-12-10", "2018-12-11"), http=live_server.url)

    assert not Observation.objects.exists()


def test_setup_again_gives_the_same_devices_new_tokens(live_server, tmp_path: Path):
    days = ("2018-12-10", "2018-12-11")
    model = write_recording(tmp_path, names=("Alpha",), num_days=1, seed=5)
    person, tokens = a_person_with_a_site(), tmp_path / "keys"
    for _ in range(2):
        play(
            tmp_path,
            model=model,
            tokens=tokens,
            days=days,
            setup=True,
            person=person.email,
            http=live_server.url,
        )

    assert Device.objects.count() == 1
    assert tokens.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(not NIST.exists(), reason=f"{NIST} is not there")
def test_the_recorded_week_of_two_real_machines_over_the_broker(
    ingest: Ingest, mqtt_broker: str, tmp_path: Path
):
    days = ("2018-12-10", "2018-12-17")
    files = sorted((NIST / "dev_2018w50").glob("Mazak0*.gz"))

    person, model = a_person_with_a_site(), NIST / "Devices.xml"
    number = play(*files, model=model, tokens=tmp_path / "keys", days=days, setup=True, person=person.email)

    eventually(lambda: Observation.objects.count() == number)
    eventually(lambda: heard_to() == {datetime(2018, 12, 17, tzinfo=UTC)})
    found = stored(days=days)
    for machine, expected in EXPECTED_HOURS.items():
        own = [totals for (name, _), totals in found.items() if name == machine]
        for state, hours in expected.items():
            assert sum(totals[0].get(state, 0) for totals in own) == pytest.approx(hours, abs=0.05)
        assert sum(totals[1] for totals in own) == EXPECTED_STARTS[machine]
