"""The recordings of the NIST test bed in ../shared, where the expected hours were found by others."""

import json
from collections import Counter, defaultdict

import pytest

from telemetry import replay
from telemetry.counters import Counter as PieceCounter
from telemetry.counters import count
from telemetry.observations import Kind, Observation
from telemetry.sources.mtconnect_devices import read_devices
from telemetry.sources.mtconnect_recording import Skipped, SkipReason, read_recording
from telemetry.sources.recording_files import find_recordings
from tests.telemetry.samples import SHARED

NIST = SHARED / "data/nist-smstestbed"
WEEK = NIST / "dev_2018w50"
OLDER = NIST / "dev_hurco01_2017w17"

pytestmark = pytest.mark.skipif(not NIST.is_dir(), reason="real recordings lie in ../shared/data, not found")


@pytest.fixture(scope="module")
def model():
    return read_devices((NIST / "Devices.xml").read_bytes())


def _play(capsys, *paths, first, last):
    arguments = [
        "--devices",
        str(NIST / "Devices.xml"),
        "--from",
        first,
        "--to",
        last,
        "--json",
        *map(str, paths),
    ]
    assert replay.main(arguments) == 0
    hours, starts = defaultdict(Counter), Counter()
    for line in capsys.readouterr().out.splitlines():
        total = json.loads(line)
        hours[total["device"]].update(total["hours"])
        starts[total["device"]] += total["active_starts"]
    return hours, starts


def test_the_week_of_all_machines(capsys):
    hours, starts = _play(capsys, WEEK, first="2018-12-10", last="2018-12-17")

    expected = {"UNAVAILABLE": 141.77, "READY": 12.25, "STOPPED": 9.11, "ACTIVE": 4.85}
    assert {state: hours["Mazak01"][state] for state in expected} == pytest.approx(expected, abs=0.01)
    expected = {"UNAVAILABLE": 136.03, "READY": 19.67, "STOPPED": 4.40, "ACTIVE": 7.90}
    assert {state: hours["Mazak03"][state] for state in expected} == pytest.approx(expected, abs=0.01)
    assert (starts["Mazak01"], starts["Mazak03"]) == (164, 105)
    assert len(hours) == 8
    assert all(sum(each.values()) == pytest.approx(168, abs=1e-6) for each in hours.values())


def test_machines_that_were_off_all_week_are_never_idle(capsys):
    hours, _ = _play(
        capsys, *WEEK.glob("Hurco*"), *WEEK.glob("GFAgie*"), first="2018-12-10", last="2018-12-17"
    )

    assert {device: set(states) for device, states in hours.items()} == {
        key: {"UNAVAILABLE"} for key in hours
    }


def test_the_older_vocabulary_is_read_by_the_same_model(capsys):
    hours, starts = _play(capsys, OLDER, first="2017-04-24", last="2017-04-29")

    assert set(hours["Hurco01"]) == {"UNAVAILABLE", "READY", "ACTIVE"}
    assert (sum(hours["Hurco01"].values()), starts["Hurco01"]) == (pytest.approx(120), 1)


def test_pieces_of_a_counter_that_reads_zero_while_it_loads(model):
    """2948 at the first power-up, 2994 after the last: 46 pieces, not the 2994 a raw difference from 0 shows."""
    counter = PieceCounter()
    for entry in read_recording(find_recordings([OLDER])["Hurco01"], device=model.device_by_name["Hurco01"]):
        if isinstance(entry, Observation) and entry.kind is Kind.COUNT:
            counter = count(counter, entry)

    assert counter.total == 46


def test_two_machine_days_are_read_without_loss(model):
    """Every line becomes an observation, a duplicate or an item that is not in the model."""
    files = sorted(WEEK.glob("Mazak01-2018121[23]-*"))
    entries = list(read_recording(files, device=model.device_by_name["Mazak01"]))

    reasons = Counter(entry.reason for entry in entries if isinstance(entry, Skipped))
    assert len(entries) == 48_644 + 14_240
    assert reasons[SkipReason.DUPLICATE] > 60
    assert set(reasons) == {SkipReason.DUPLICATE, SkipReason.UNKNOWN_ITEM}
