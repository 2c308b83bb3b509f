import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.day_totals import total_days
from telemetry.observations import Kind, Observation
from telemetry.sources.mtconnect_recording import Skipped, SkipReason, Unreadable, read_recording
from telemetry.sources.recording_files import RecordingMissing, find_recordings
from tests.telemetry.samples import NOON, a_device, a_line, a_recording, at

STAMP = "2026-03-02T12:00:00.0000000Z"
ASSET = f"{STAMP}|@ASSET@|T1|CuttingTool|"


@pytest.fixture
def read(tmp_path):
    def read(*lines, only=None, device="Lathe", name="Lathe-1.txt"):
        path = a_recording(tmp_path, *lines, name=name)
        return list(read_recording([path], device=a_device(device), only=only))

    return read


def _values(entries):
    return [(each.item, each.value) for each in entries if isinstance(each, Observation)]


def _skipped(entries):
    return [(each.line, each.reason) for each in entries if isinstance(each, Skipped)]


def _unreadable(entries):
    return [each.line for each in entries if isinstance(each, Unreadable)]


@pytest.mark.parametrize("name", ["Lathe-1.txt", "Lathe-1.txt.gz"])
def test_a_line_is_an_observation_from_plain_and_packed_files(read, name):
    (found,) = read(a_line("ACTIVE", 5), name=name)

    assert (found.device, found.item, found.name) == ("Lathe", "d1_run", "execution")
    assert (found.kind, found.value, found.stamped_at) == (Kind.EXECUTION, "ACTIVE", at(5))
    assert found.received_at is None


def test_a_line_may_hold_several_pairs(read):
    entries = read(f"{STAMP}|parts|7|execution|READY|note|N1|Door open|load|12.5")

    assert _values(entries) == [
        ("d1_parts", "7"),
        ("d1_run", "READY"),
        ("d1_msg", "Door open"),
        ("d1_load", "12.5"),
    ]


def test_a_condition_takes_five_fields_wherever_it_stands(read):
    entries = read(
        f"{STAMP}|servo|Fault|E7|1|HIGH|Servo hot|execution|STOPPED",
        f"{STAMP}|servo|Normal||||",
        f"{STAMP}|servo|Warning",
    )

    assert _values(entries) == [
        ("d1_servo", "FAULT"),
        ("d1_run", "STOPPED"),
        ("d1_servo", "NORMAL"),
        ("d1_servo", "WARNING"),
    ]
    assert (entries[0].native_code, entries[0].text) == ("E7", "Servo hot")


@pytest.mark.parametrize("key", ["execution", "d1_run", "Lathe:execution", "Lathe:d1_run"])
def test_an_item_is_named_by_name_or_id_with_or_without_its_device(read, key):
    assert _values(read(a_line(item=key), only=Kind.EXECUTION)) == [("d1_run", "ACTIVE")]


def test_an_item_without_name_is_known_by_its_id(read):
    assert _values(read(a_line(item="exec_mill"), device="Mill")) == [("exec_mill", "ACTIVE")]


def test_items_the_model_does_not_know_are_skipped_and_counted(read):
    entries = read(f"{STAMP}|odd|1|execution|READY|Mill:exec_mill|ACTIVE", f"{STAMP}|odd_cond|Normal||||")

    assert _values(entries) == [("d1_run", "READY")]
    assert _skipped(entries) == [
        (1, SkipReason.UNKNOWN_ITEM),
        (1, SkipReason.UNKNOWN_ITEM),
        (2, SkipReason.UNKNOWN_ITEM),
    ]


def test_exact_duplicates_are_dropped_across_files_and_ways_to_write_them(tmp_path):
    files = [
        a_recording(tmp_path, a_line("ACTIVE", 1), a_line("READY", 2), name="Lathe-1.txt"),
        a_recording(
            tmp_path, a_line("ACTIVE", 1), "2026-03-02T12:02:00Z|execution|READY", name="Lathe-2.txt"
        ),
    ]
    entries = list(read_recording(files, device=a_device()))

    assert [value for _, value in _values(entries)] == ["ACTIVE", "READY"]
    assert [(each.file, each.line) for each in entries[2:]] == [(files[1], 1), (files[1], 2)]
    assert {each.reason for each in entries[2:]} == {SkipReason.DUPLICATE}


def test_alarms_that_differ_in_their_code_are_no_duplicates(read):
    assert len(_values(read(f"{STAMP}|servo|Fault|E7|||", f"{STAMP}|servo|Fault|E8|||"))) == 2


def test_what_is_no_observation_is_skipped_and_counted(read):
    entries = read(
        "* shdrVersion: 2.0",
        "",
        ASSET + "<CuttingTool assetId='T1'/>",
        f"{STAMP}|@REMOVE_ALL_ASSETS@|CuttingTool",
        a_line("READY"),
    )

    assert _values(entries) == [("d1_run", "READY")]
    assert _skipped(entries) == [
        (1, SkipReason.COMMAND),
        (2, SkipReason.BLANK),
        (3, SkipReason.ASSET),
        (4, SkipReason.ASSET),
    ]


@pytest.mark.parametrize(
    "body",
    [
        [ASSET + "--multiline--AB", "<CuttingTool>", "execution|ACTIVE", "</CuttingTool>", "--multiline--AB"],
        [ASSET + "<CuttingTool>", "<Life>3</Life>", "not a line at all", "</CuttingTool>"],
    ],
    ids=["between marks", "an asset's XML over several lines"],
)
def test_the_body_of_an_asset_is_skipped_whatever_it_holds(read, body):
    entries = read(a_line("READY", 1), *body, a_line("ACTIVE", 2))

    assert [value for _, value in _values(entries)] == ["READY", "ACTIVE"]
    assert _unreadable(entries) == []
    assert [reason for _, reason in _skipped(entries)] == [SkipReason.ASSET] + [SkipReason.BODY] * (
        len(body) - 1
    )


def test_a_body_may_be_a_value_among_others(read):
    entries = read(
        f"{STAMP}|execution|READY|note|N1|--multiline--X", "text|text", "--multiline--X", a_line("ACTIVE", 1)
    )

    assert [value for _, value in _values(entries)] == ["READY", "ACTIVE"]
    assert _skipped(entries) == [(1, SkipReason.BODY), (2, SkipReason.BODY), (3, SkipReason.BODY)]


def test_a_body_without_end_costs_nothing_that_comes_after_it(read):
    entries = read(ASSET + "--multiline--AB", "<CuttingTool>", a_line("ACTIVE", 2), ASSET + "--multiline--AB")

    assert _values(entries) == [("d1_run", "ACTIVE")]
    assert _unreadable(entries) == [1, 4]


@pytest.mark.parametrize("only", [None, Kind.EXECUTION])
@pytest.mark.parametrize(
    "line",
    [
        "<<<<<<< HEAD",
        "2017",
        "yesterday|execution|ACTIVE",
        "2026-13-02T12:00:00Z|execution|ACTIVE",
        "2026-02-30T12:00:00Z|load|1",
        "2026-03-02T12:00:00|execution|ACTIVE",
        "execution|ACTIVE",
        "2026-03-02T12:00:00Z",
        "2026-03-02T12:00:00Z|",
        "2026-03-02T12:00:00Z|execution",
        "2026-03-02T12:00:00Z|execution|",
        "2026-03-02T12:00:00Z|execution|ACTIVE|load",
        "2026-03-02T12:00:00Z||ACTIVE",
        "2026-03-02T12:00:00Z|load|\0\0\0",
        "2026-03-02T12:00:00Z|load|1|execution|ACTIVE\0",
        "\ufeff\ufeff2026-03-02T12:00:00Z|load|1",
    ],
)
def test_an_unreadable_line_is_reported_with_its_number_and_the_rest_is_read(read, line, only):
    entries = read(a_line("READY", 1), line, a_line("ACTIVE", 2), only=only)

    assert [value for _, value in _values(entries)] == ["READY", "ACTIVE"]
    assert _unreadable(entries) == [2]


def test_an_empty_value_is_a_value_except_of_an_execution(read):
    entries = read(f"{STAMP}|load|", f"{STAMP}|note||", f"{STAMP}|servo|||||")

    assert _values(entries) == [("d1_load", ""), ("d1_msg", ""), ("d1_servo", "")]


def test_windows_line_ends_a_mark_at_the_start_and_a_missing_last_end_are_no_matter(tmp_path):
    path = tmp_path / "Lathe-1.txt"
    path.write_bytes(b"\xef\xbb\xbf" + a_line("READY", 1).encode() + b"\r\n" + a_line("ACTIVE", 2).encode())
    entries = list(read_recording([path], device=a_device()))

    assert [value for _, value in _values(entries)] == ["READY", "ACTIVE"]
    assert len(entries) == 2


def test_seven_digits_and_a_duration_in_the_time_are_read(read):
    (found,) = read("2026-03-02T12:00:00.0000009Z@12.5|load|1")

    assert found.stamped_at == NOON


def test_a_value_in_another_encoding_spoils_nothing(tmp_path):
    path = tmp_path / "Lathe-1.txt"
    path.write_bytes(f"{STAMP}|note|N1|换刀|execution|READY".encode("gb2312"))

    assert _values(read_recording([path], device=a_device()))[1] == ("d1_run", "READY")


def test_a_line_of_ten_megabytes_is_reported_and_the_rest_is_read(tmp_path):
    path = tmp_path / "Lathe-1.txt"
    path.write_bytes(b"x" * 10_000_000 + b"\n" + a_line().encode() + b"\n")
    entries = list(read_recording([path], device=a_device()))

    assert (_unreadable(entries), _values(entries)) == ([1], [("d1_run", "ACTIVE")])


def test_a_packed_file_that_breaks_off_is_reported_where_it_breaks_off(tmp_path):
    path = tmp_path / "Lathe-1.txt.gz"
    whole = gzip.compress("".join(a_line("READY", n) + "\n" for n in range(2000)).encode())
    path.write_bytes(whole[: len(whole) // 2])
    entries = list(read_recording([path], device=a_device()))
    num_read = len(_values(entries))

    assert 0 < num_read < 2000
    assert num_read <= _unreadable(entries)[-1] <= num_read + 2


def test_files_are_found_in_folders_by_device_and_in_name_order(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    later = a_recording(tmp_path / "a", name="Lathe-20260302.txt.gz")
    earlier = a_recording(tmp_path / "b", name="Lathe-20260301.txt")
    mill = a_recording(tmp_path, name="Mill-20260301.log")
    bare = a_recording(tmp_path, name="Scale.txt")
    (tmp_path / "Devices.xml").write_text("<x/>")

    found = find_recordings([tmp_path, mill, tmp_path / "a"])

    assert list(found.items()) == [("Lathe", (earlier, later)), ("Mill", (mill,)), ("Scale", (bare,))]


def test_a_missing_path_and_a_folder_without_recordings_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "nothing.txt"):
        with pytest.raises(RecordingMissing):
            find_recordings([path])


_TIMES = [STAMP, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
_KEYS = ["execution", "servo", "note", "load", "odd", "ACTIVE", "Fault", "", " "]
_MARKS = ["@ASSET@", "--multiline--A", "<T>", "</T>", "*", "\0", "\r", "\ufeff"]
_PARTS = st.sampled_from([*_TIMES, *_KEYS, *_MARKS])
_LINES = st.lists(
    st.lists(_PARTS | st.text(max_size=5), max_size=8).map("|".join) | st.text(max_size=20), max_size=8
)


@given(lines=_LINES, ending=st.sampled_from(["\n", "\r\n"]))
def test_whatever_the_lines_hold_is_read_skipped_or_reported(tmp_path_factory, lines, ending):
    path = tmp_path_factory.getbasetemp() / "Lathe-any.txt"
    path.write_bytes(ending.join(lines).encode("utf-8", "surrogatepass"))
    entries = list(read_recording([path], device=a_device()))

    for entry in entries:
        assert isinstance(entry, Observation | Skipped | Unreadable)
    executions = [each for each in entries if isinstance(each, Observation) and each.kind is Kind.EXECUTION]
    days = total_days(executions, device="Lathe", starts_at=at(-600), ends_at=at(600))
    assert sum(day.num_active_starts for day in days) <= len(executions)
    assert executions == [
        each
        for each in read_recording([path], device=a_device(), only=Kind.EXECUTION)
        if isinstance(each, Observation)
    ]
