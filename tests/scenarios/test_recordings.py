"""Recordings of our own are like real ones, and real ones are preferred."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.machines.player.script import read_script
from scenarios import recordings
from scenarios.recordings import find_or_make, make
from telemetry.sources.mtconnect_devices import read_devices
from telemetry.sources.recording_files import find_recordings

MONDAY = datetime(2018, 12, 10, tzinfo=UTC)
DAYS = tuple(MONDAY + timedelta(days=n) for n in range(3))
NAMES = ("Mazak01", "Mazak03", "Hurco01")


@pytest.fixture
def made(tmp_path):
    make(tmp_path, names=NAMES, days=DAYS, seed=4)
    return tmp_path


def lines(folder, name, day):
    (file,) = folder.glob(f"{name}-{day:%Y%m%d}-*.txt.gz")
    return gzip.decompress(file.read_bytes()).decode().splitlines()


def test_they_open_with_old_snapshots_and_hold_duplicates_and_clocks_that_disagree(made):
    said = [line for name in NAMES[:2] for day in DAYS for line in lines(made, name, day)]
    assert lines(made, "Mazak01", MONDAY)[0].startswith("2018-11-13")
    assert len(said) > len(set(said))
    stamps = [line.split("|")[0] for line in lines(made, "Mazak01", MONDAY)[3:]]
    assert stamps != sorted(stamps)


def test_the_player_reads_them_without_a_problem_and_machines_end_the_day_switched_off(made):
    model = read_devices((made / "Devices.xml").read_bytes())
    for name, files in find_recordings([made]).items():
        script = read_script(files, device=model.device_by_name[name])
        states = [line for line in script.lines if line.is_state]
        assert script.problems == []
        assert states[-1].payload["execution"] == "UNAVAILABLE"
        assert states[-1].at < DAYS[-1] + timedelta(days=1)


def test_the_seed_decides_every_line(made, tmp_path_factory):
    again, other = tmp_path_factory.mktemp("again"), tmp_path_factory.mktemp("other")
    make(again, names=NAMES, days=DAYS, seed=4)
    make(other, names=NAMES, days=DAYS, seed=5)
    assert lines(made, "Mazak01", MONDAY) == lines(again, "Mazak01", MONDAY)
    assert lines(made, "Mazak01", MONDAY) != lines(other, "Mazak01", MONDAY)


def test_a_folder_that_is_given_wins_and_must_hold_a_device_model(tmp_path, made, monkeypatch):
    monkeypatch.setattr(recordings, "BESIDE", tmp_path / "nothing")
    given = find_or_make(given=str(made), made_in=tmp_path / "new", names=NAMES, days=DAYS, seed=4)
    assert given.folder == made
    assert not (tmp_path / "new").exists()
    with pytest.raises(FileNotFoundError, match=r"Devices\.xml"):
        find_or_make(given=str(tmp_path / "no"), made_in=tmp_path, names=NAMES, days=DAYS, seed=4)


def test_without_any_they_are_generated_and_say_so(tmp_path, monkeypatch):
    monkeypatch.setattr(recordings, "BESIDE", tmp_path / "nothing")
    found = find_or_make(given="", made_in=tmp_path / "new", names=NAMES, days=DAYS, seed=4)
    assert found.model.is_file()
    assert "generated" in found.origin
