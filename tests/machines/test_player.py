"""The clockwork of a replay: what is said when, and what is said between."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from marketplace.machines.player.play import BEAT_S, Clockwork, Window, window_of
from marketplace.machines.player.script import Line, Script, read_script
from telemetry.sources.mtconnect_devices import read_devices
from tests.machines.recordings import FIRST_DAY, write_recording

START = datetime(2018, 12, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Said:
    """A voice that remembers, with the position of the clock."""

    def __init__(self, position: Callable[[], datetime]) -> None:
        self.position = position
        self.lines: list[tuple[datetime, dict[str, object]]] = []
        self.is_finished = False

    def say(self, payload: dict[str, object]) -> None:
        self.lines.append((self.position(), payload))

    def pause(self) -> None:
        pass

    def finish(self) -> None:
        self.is_finished = True


def a_line(minute: float, execution: str) -> Line:
    at = START + minute * MINUTE
    return Line(
        at=at, payload={"session": f"s{minute}", "seq": 0, "at": at.isoformat(), "execution": execution}
    )


def played(*lines: Line, minutes: float = 10, speed: float = 60) -> Said:
    """By a clock that moves only when somebody waits."""
    now_s = 0.0

    def wait(seconds: float) -> None:
        nonlocal now_s
        now_s += seconds

    def position() -> datetime:
        return START + timedelta(seconds=now_s * speed)

    voice = Said(position)
    window = Window(starts_at=START, ends_at=START + minutes * MINUTE)
    clockwork = Clockwork(
        window=window, position=position, voices={"Alpha": voice}, tick=lambda: now_s, wait=wait
    )
    clockwork.play([Script(device="Alpha", lines=list(lines))])
    assert voice.is_finished
    return voice


def test_each_line_is_said_when_it_is_due():
    voice = played(a_line(1, "ACTIVE"), a_line(3, "READY"))

    spoken = [(at, payload["execution"]) for at, payload in voice.lines[:2]]

    assert [word for _, word in spoken] == ["ACTIVE", "READY"]
    for (at, _), due in zip(spoken, (1, 3), strict=True):
        assert timedelta(0) <= at - START - due * MINUTE < timedelta(seconds=6)


def test_what_is_older_than_the_window_is_said_at_once():
    voice = played(a_line(-60, "UNAVAILABLE"), a_line(1, "ACTIVE"))

    assert voice.lines[0][0] == START


def test_what_is_later_than_the_window_is_not_said():
    voice = played(a_line(1, "ACTIVE"), a_line(10, "READY"))

    assert "READY" not in [payload["execution"] for _, payload in voice.lines]


def test_between_the_lines_the_last_state_is_said_again_with_the_time_reached():
    voice = played(a_line(0, "ACTIVE"), minutes=BEAT_S * 3, speed=60)

    beats = [payload for _, payload in voice.lines[1:-1]]

    assert len(beats) >= 2
    assert {(beat["session"], beat["seq"], beat["execution"]) for beat in beats} == {("s0", 0, "ACTIVE")}
    assert all(str(beat["at"]) > START.isoformat() for beat in beats)


def test_at_the_beginning_what_was_said_before_is_said_to_be_still_so():
    voice = played(a_line(-600, "READY"), a_line(5, "ACTIVE"))

    assert [(payload["execution"], payload["at"]) for _, payload in voice.lines[:2]] == [
        ("READY", (START - 600 * MINUTE).isoformat()),
        ("READY", START.isoformat()),
    ]


def test_at_the_end_every_machine_vouches_for_its_state_up_to_the_end():
    voice = played(a_line(1, "ACTIVE"))

    assert voice.lines[-1][1]["at"] == (START + 10 * MINUTE).isoformat()


def test_the_same_line_has_the_same_number_in_whatever_files_it_is_played(tmp_path: Path):
    model = write_recording(tmp_path, names=("Alpha",), num_days=2, seed=6)
    device = read_devices(model.read_bytes()).device_by_name["Alpha"]
    days = sorted(tmp_path.glob("Alpha-*"))

    whole = {line.payload["session"]: line.payload for line in read_script(days, device=device).lines}
    second = read_script(days[1:], device=device).lines

    assert len(whole) == len(read_script(days, device=device).lines)
    assert all(whole[line.payload["session"]] == line.payload for line in second)


def test_a_recording_begins_after_its_snapshot_and_ends_at_midnight(tmp_path: Path):
    model = write_recording(tmp_path, names=("Alpha", "Beta"), num_days=1, seed=7)
    devices = read_devices(model.read_bytes()).device_by_name
    scripts = [
        read_script(sorted(tmp_path.glob(f"{name}-*")), device=device) for name, device in devices.items()
    ]

    window = window_of(scripts, starts_at=None, ends_at=None)

    assert FIRST_DAY < window.starts_at < FIRST_DAY + timedelta(days=1)
    assert window.ends_at == FIRST_DAY + timedelta(days=1)


def test_a_word_that_is_not_in_the_contract_is_named_and_not_said(tmp_path: Path):
    model = write_recording(tmp_path, names=("Alpha",), num_days=1, seed=8)
    device = read_devices(model.read_bytes()).device_by_name["Alpha"]
    (tmp_path / "Alpha-20181210-20181211.txt.gz").unlink()
    file = tmp_path / "Alpha-1.txt"
    file.write_text(
        "2018-12-10T08:00:00Z|execution|DANCING\n2018-12-10T08:01:00Z|execution|ACTIVE\nnonsense\n"
    )

    script = read_script([file], device=device)

    assert [line.payload["execution"] for line in script.lines] == ["ACTIVE"]
    assert len(script.problems) == 2
    assert "DANCING" in " ".join(script.problems)


def test_nothing_to_say_is_an_error_not_an_endless_wait():
    with pytest.raises(ValueError, match="nothing in the recordings"):
        window_of([Script(device="Alpha")], starts_at=None, ends_at=None)
