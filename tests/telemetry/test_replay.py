import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry import replay
from telemetry.day_totals import total_days
from telemetry.observations import Kind
from tests.telemetry.samples import MODEL, a_line, a_recording, an_observation, at


@pytest.fixture
def play(tmp_path, capsys):
    """Plays the files and gives exit status, the objects printed and what was said on stderr."""
    (tmp_path / "Devices.xml").write_bytes(MODEL)

    def play(*files, first="2026-03-01", last="2026-03-04", devices="Devices.xml"):
        span = ["--from", first, "--to", last]
        status = replay.main(["--devices", str(tmp_path / devices), *span, "--json", *map(str, files)])
        printed = capsys.readouterr()
        return status, [json.loads(line) for line in printed.out.splitlines()], printed.err

    return play


def test_hours_are_split_at_midnights_and_the_last_value_holds_to_the_end(play, tmp_path):
    file = a_recording(tmp_path, a_line("READY", -60), a_line("ACTIVE", 11 * 60), a_line("STOPPED", 14 * 60))

    status, objects, _ = play(file)

    assert status == 0
    assert objects == [
        {"device": "Lathe", "day": "2026-03-02", "hours": {"ACTIVE": 1.0, "READY": 12.0}, "active_starts": 1},
        {
            "device": "Lathe",
            "day": "2026-03-03",
            "hours": {"ACTIVE": 2.0, "STOPPED": 22.0},
            "active_starts": 0,
        },
    ]


def test_the_window_clips_hours_and_starts_but_not_what_was_known_before_it(play, tmp_path):
    lines = [a_line("ACTIVE", -30 * 24 * 60), a_line("READY", 60), a_line("ACTIVE", 12 * 60)]

    _, objects, _ = play(a_recording(tmp_path, *lines), first="2026-03-02", last="2026-03-03")

    assert [(each["hours"], each["active_starts"]) for each in objects] == [
        ({"ACTIVE": 13.0, "READY": 11.0}, 0)
    ]


def test_a_start_at_midnight_belongs_to_the_day_that_begins(play, tmp_path):
    _, objects, _ = play(a_recording(tmp_path, a_line("READY", 0), a_line("ACTIVE", 12 * 60)))

    assert [(each["day"], each["active_starts"]) for each in objects] == [
        ("2026-03-02", 0),
        ("2026-03-03", 1),
    ]


def test_starts_count_values_by_effective_time_also_where_they_last_no_time(play, tmp_path):
    """Two ACTIVE stamped before a value that arrived first take effect with it, and end at once."""
    lines = [
        a_line("READY", 13 * 60),
        a_line("ACTIVE", 5),
        a_line("STOPPED", 6),
        a_line("ACTIVE", 7),
        a_line("READY", 8),
    ]

    _, objects, _ = play(a_recording(tmp_path, *lines))

    assert objects == [{"device": "Lathe", "day": "2026-03-03", "hours": {"READY": 23.0}, "active_starts": 2}]


def test_replaying_the_same_files_twice_changes_nothing(play, tmp_path):
    lines = [a_line("ACTIVE", 0), a_line("READY", 30), a_line("ACTIVE", 20), a_line("STOPPED", 40)]
    file = a_recording(tmp_path, *lines)
    copy = a_recording(tmp_path, *lines, name="Lathe-20260303.txt.gz")

    assert play(file, copy)[1] == play(file)[1]
    assert play(file, file)[1] == play(file)[1]


def test_an_unreadable_line_makes_the_status_2_after_the_rest_is_done(play, tmp_path):
    file = a_recording(tmp_path, a_line("ACTIVE", 0), "garbage", a_line("READY", 60))
    other = a_recording(tmp_path, a_line("READY", 0, item="exec_mill"), name="Mill-1.txt")

    status, objects, said = play(file, other)

    assert status == 2
    assert f"{file}:2: " in said
    assert [(each["device"], each["hours"]) for each in objects] == [
        ("Lathe", {"ACTIVE": 1.0, "READY": 11.0}),
        ("Lathe", {"READY": 24.0}),
        ("Mill", {"READY": 12.0}),
        ("Mill", {"READY": 24.0}),
    ]


def test_skipped_lines_are_counted_and_cost_no_status(play, tmp_path):
    asset = "2026-03-02T12:00:00Z|@ASSET@|T1|CuttingTool|--multiline--AB"
    lines = [asset, "<CuttingTool/>", "--multiline--AB", a_line(), a_line()]

    status, _, said = play(a_recording(tmp_path, *lines))

    assert status == 0
    assert "Lathe: passed over: 1 asset, 2 body of several lines, 1 exact duplicate" in said


def test_a_file_of_an_unknown_device_is_named_and_the_rest_is_done(play, tmp_path):
    known, unknown = a_recording(tmp_path, a_line()), a_recording(tmp_path, a_line(), name="Press-1.txt")

    status, objects, said = play(known, unknown)

    assert (status, {each["device"] for each in objects}) == (2, {"Lathe"})
    assert "Press: not in the device model (there: Lathe, Mill, Scale)" in said


def test_a_device_without_execution_is_named(play, tmp_path):
    status, objects, said = play(a_recording(tmp_path, a_line(), name="Scale-1.txt"))

    assert (status, objects) == (2, [])
    assert "Scale: has no data item of type EXECUTION" in said


def test_a_device_with_several_executions_says_which_is_its_state(play, tmp_path):
    lines = [a_line("READY"), a_line("ACTIVE", 5, item="execution2")]

    _, objects, said = play(a_recording(tmp_path, *lines))

    assert "Lathe: its state is execution; not used: execution2" in said
    assert objects[0]["hours"] == {"READY": 12.0}


def test_a_device_without_any_value_is_named_and_has_no_hours(play, tmp_path):
    status, objects, said = play(a_recording(tmp_path, a_line("7", item="parts")))

    assert (status, objects) == (0, [])
    assert "Lathe: no value of execution" in said


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"first": "2026-03-04", "last": "2026-03-04"}, "not before"),
        ({"first": "2026-03-32"}, "no date"),
        ({"last": "tomorrow"}, "no date"),
    ],
)
def test_bad_dates_are_refused_in_words(play, tmp_path, capsys, arguments, word):
    with pytest.raises(SystemExit) as exited:
        play(a_recording(tmp_path, a_line()), **arguments)

    assert exited.value.code == 2
    assert word in capsys.readouterr().err


def test_a_missing_file_or_model_is_refused_in_words(play, tmp_path):
    file = a_recording(tmp_path, a_line())

    assert play(tmp_path / "none.txt")[::2] == (1, f"{tmp_path}/none.txt: no such file or folder\n")
    status, objects, said = play(file, devices="none.xml")
    assert (status, objects) == (1, [])
    assert "none.xml" in said


def test_a_malformed_model_is_refused_with_its_line(play, tmp_path):
    end = b"</Components>"
    line = MODEL[: MODEL.index(end)].count(b"\n") + 1
    (tmp_path / "bad.xml").write_bytes(MODEL.replace(end, b"</Component>"))

    status, objects, said = play(a_recording(tmp_path, a_line()), devices="bad.xml")

    assert (status, objects) == (1, [])
    assert f"bad.xml, line {line}:" in said


def test_without_json_a_table_is_printed(tmp_path, capsys):
    (tmp_path / "Devices.xml").write_bytes(MODEL)
    file = a_recording(tmp_path, a_line("ACTIVE"))
    span = ["--from", "2026-03-02", "--to", "2026-03-03"]

    replay.main(["--devices", str(tmp_path / "Devices.xml"), *span, str(file)])

    assert capsys.readouterr().out.split() == [
        "Lathe",
        "2026-03-02",
        "starts",
        "1",
        "hours:",
        "ACTIVE",
        "12.00",
    ]


def test_only_execution_values_make_hours():
    count = an_observation("7", 0, item="parts", kind=Kind.COUNT)
    days = total_days([count, an_observation("READY", 60)], device="Lathe", starts_at=at(0), ends_at=at(120))

    assert [day.times for day in days] == [(("READY", timedelta(hours=1)),)]


_VALUES = st.lists(st.tuples(st.sampled_from(["ACTIVE", "READY"]), st.integers(-3000, 3000)), max_size=20)


@given(values=_VALUES)
def test_each_day_after_the_first_value_has_24_hours(values):
    observations = [an_observation(value, minute) for value, minute in values]
    starts_at, ends_at = at(-36 * 60), at(36 * 60)
    days = total_days(observations, device="Lathe", starts_at=starts_at, ends_at=ends_at)

    sums = [sum((spent for _, spent in day.times), timedelta(0)) for day in days]
    assert all(total == timedelta(hours=24) for total in sums[1:])
    if values:
        first_at = max(starts_at, observations[0].stamped_at)
        assert sum(sums, timedelta(0)) == max(ends_at - first_at, timedelta(0))
    assert sum(day.num_active_starts for day in days) <= sum(1 for value, _ in values if value == "ACTIVE")
