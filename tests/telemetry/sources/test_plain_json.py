import gzip
import json
import tracemalloc
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.observations import ItemId, Kind
from telemetry.sources.inflate import InflateRefused, inflate
from telemetry.sources.plain_json import (
    MappedKey,
    Message,
    MessageRefused,
    RefusedLine,
    read_batch,
    read_message,
)
from telemetry.sources.strict_json import JsonRefused, parse_object
from tests.telemetry.samples import NOON

EXAMPLE = (
    b'{"session":"b7","seq":1041,"at":"2026-03-02T08:15:04.120Z","execution":"ACTIVE",'
    b'"count":20711,"good":20590,"kwh":1.2}'
)


def _message(data, **more):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return read_message(data, device="press", received_at=NOON, **more)


def _values(**more):
    return {"session": "s", "seq": 1, "execution": "READY"} | more


def _refusal(data, **more):
    with pytest.raises((JsonRefused, MessageRefused)) as refused:
        _message(data, **more)
    return refused.value.code


def test_the_example_of_the_contract_is_read():
    message = _message(EXAMPLE)

    assert (message.session, message.sequence) == ("b7", 1041)
    assert [(each.item, each.kind, each.value, each.unit) for each in message.observations] == [
        ("execution", Kind.EXECUTION, "ACTIVE", ""),
        ("count", Kind.COUNT, "20711", "piece"),
        ("good", Kind.GOOD, "20590", "piece"),
        ("kwh", Kind.ENERGY, "1.2", "kWh"),
    ]
    assert {each.stamped_at.isoformat() for each in message.observations} == {
        "2026-03-02T08:15:04.120000+00:00"
    }


def test_without_a_stamp_the_receipt_counts():
    assert _message(_values()).observations[0].stamped_at == NOON


def test_values_of_one_message_are_told_apart_and_messages_from_each_other():
    identities = {
        each.identity for seq in (1, 2) for each in _message(_values(seq=seq, count=3)).observations
    }

    assert len(identities) == 4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"session": None}, "observation:session-invalid"),
        ({"session": ""}, "observation:session-invalid"),
        ({"session": "x" * 65}, "observation:session-invalid"),
        ({"session": "a\u0000b"}, "observation:session-invalid"),
        ({"session": "\ud800"}, "observation:session-invalid"),
        ({"session": 7}, "observation:session-invalid"),
        ({"seq": None}, "observation:seq-invalid"),
        ({"seq": -1}, "observation:seq-invalid"),
        ({"seq": 1.0}, "observation:seq-invalid"),
        ({"seq": True}, "observation:seq-invalid"),
        ({"seq": 2**63}, "observation:seq-invalid"),
        ({"at": "2026-03-02 08:15"}, "observation:at-invalid"),
        ({"at": "yesterday"}, "observation:at-invalid"),
        ({"at": 1772439304}, "observation:at-invalid"),
        ({"at": None}, "observation:at-invalid"),
        ({"at": 20260302}, "observation:at-invalid"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "observation:at-invalid"),
        ({"at": "9999-12-31T23:59:59-14:00"}, "observation:at-invalid"),
        ({"execution": "RUNNING"}, "observation:execution-unknown"),
        ({"execution": "active"}, "observation:execution-unknown"),
        ({"execution": None}, "observation:execution-unknown"),
        ({"execution": ["ACTIVE"]}, "observation:execution-unknown"),
        ({"count": -1}, "observation:count-invalid"),
        ({"count": 1.5}, "observation:count-invalid"),
        ({"count": True}, "observation:count-invalid"),
        ({"count": "7"}, "observation:count-invalid"),
        ({"good": 10**16}, "observation:good-invalid"),
        ({"kwh": -0.1}, "observation:kwh-invalid"),
        ({"kwh": "1"}, "observation:kwh-invalid"),
        ({"kwh": {"deep": 1}}, "observation:kwh-invalid"),
        ({"speed": 5}, "observation:key-unknown"),
        ({"SEQ": 5}, "observation:key-unknown"),
    ],
    ids=str,
)
def test_a_message_that_breaks_the_contract_is_refused(change, code):
    assert _refusal(_values(**change)) == code


def test_a_message_without_any_value_is_refused():
    assert _refusal({"session": "s", "seq": 1}) == "observation:value-missing"
    assert _refusal({"session": "s", "seq": 1, "at": "2026-03-02T08:15:04Z"}) == "observation:value-missing"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "json:malformed"),
        (b"{", "json:malformed"),
        (b"\xff{}", "json:malformed"),
        (b'{"session":"s","seq":1,"count":' + b"9" * 5000 + b"}", "json:malformed"),
        (b"[" * 100_000, "json:too-large"),
        (b"[" * 10_000, "json:too-deep"),
        (b'{"a":' * 17 + b"1" + b"}" * 17, "json:too-deep"),
        (b'{"kwh":NaN}', "json:not-finite"),
        (b'{"kwh":-Infinity}', "json:not-finite"),
        (b'{"kwh":1e999}', "json:not-finite"),
        (b'{"session":"s","seq":1,"seq":2,"count":1}', "json:duplicate-key"),
        (b'{"session":"s","seq":1,"count":{"a":1,"a":2}}', "json:duplicate-key"),
        (b"[]", "json:not-an-object"),
        (b"7", "json:not-an-object"),
        (b"null", "json:not-an-object"),
        (b'"' + b"x" * 10_000_000 + b'"', "json:too-large"),
    ],
    ids=lambda value: repr(value[:30]),
)
def test_json_that_is_not_strict_is_refused(data, code):
    assert _refusal(data) == code


def test_a_mapped_key_is_allowed_but_cannot_change_the_contract():
    mapping = {
        "temp": MappedKey(item=ItemId("oil"), kind=Kind.SAMPLE, unit="CELSIUS"),
        "prog": MappedKey(item=ItemId("program"), kind=Kind.EVENT),
        "count": MappedKey(item=ItemId("count"), kind=Kind.EVENT),
    }
    found = _message(_values(temp=-4.5, prog="O1001", count=3), mapping=mapping).observations

    assert [(each.item, each.kind, each.value, each.unit) for each in found[1:]] == [
        ("oil", Kind.SAMPLE, "-4.5", "CELSIUS"),
        ("program", Kind.EVENT, "O1001", ""),
        ("count", Kind.COUNT, "3", "piece"),
    ]
    assert _refusal(_values(temp="hot"), mapping=mapping) == "observation:temp-invalid"
    assert _refusal(_values(prog=5), mapping=mapping) == "observation:prog-invalid"


def test_a_bad_line_does_not_cost_its_neighbours():
    lines = [EXAMPLE, b"", b"nonsense", EXAMPLE.replace(b"1041", b"1042"), b'{"session":"b7","seq":1043}']
    results = read_batch(b"\n".join(lines), device="press", received_at=NOON)

    assert [(type(each), each.line) for each in results] == [
        (Message, 1),
        (RefusedLine, 3),
        (Message, 4),
        (RefusedLine, 5),
    ]
    assert [each.code for each in results if isinstance(each, RefusedLine)] == [
        "json:malformed",
        "observation:value-missing",
    ]


def test_one_huge_line_in_a_batch_is_refused_alone():
    results = read_batch(EXAMPLE + b"\n" + b"[" * 5_000_000, device="press", received_at=NOON)

    assert [getattr(each, "code", "") for each in results] == ["", "json:too-large"]


def test_a_batch_that_is_too_large_is_refused_whole():
    with pytest.raises(JsonRefused):
        read_batch(b" " * (8 * 1024 * 1024 + 1), device="press", received_at=NOON)


@given(data=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_arrives_is_read_or_refused(data):
    for result in read_batch(data, device="press", received_at=NOON):
        assert isinstance(result, Message | RefusedLine)


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)


@given(
    found=st.dictionaries(
        st.sampled_from(["session", "seq", "at", "execution", "count", "good", "kwh", "other"]),
        _SCALARS | st.lists(_SCALARS, max_size=2),
    )
)
def test_whatever_the_keys_hold_is_read_or_refused(found):
    (result,) = read_batch(json.dumps(found).encode(), device="press", received_at=NOON)
    if isinstance(result, Message):
        assert 0 <= result.sequence < 2**63
        assert result.observations
        assert all(each.value.isprintable() for each in result.observations)


@given(
    value=st.recursive(
        _SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
    )
)
def test_strict_reading_agrees_with_json_where_it_accepts(value):
    data = json.dumps({"v": value}).encode()
    try:
        read = parse_object(data, max_bytes=10_000)
    except JsonRefused as refused:
        assert refused.code in ("json:not-finite", "json:too-deep", "json:too-large")
    else:
        assert read == json.loads(data)


def test_gzip_is_unpacked_up_to_a_limit():
    assert inflate(gzip.compress(EXAMPLE), max_bytes=len(EXAMPLE)) == EXAMPLE


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (gzip.compress(b"\0" * 50_000_000), "gzip:too-large"),
        (gzip.compress(EXAMPLE)[:-9], "gzip:malformed"),
        (gzip.compress(EXAMPLE) + b"tail", "gzip:malformed"),
        (b"plain", "gzip:malformed"),
        (b"", "gzip:malformed"),
    ],
    ids=["bomb", "cut", "tail", "not gzip", "empty"],
)
def test_a_pack_that_is_too_large_or_broken_is_refused(data, code):
    with pytest.raises(InflateRefused) as refused:
        inflate(data, max_bytes=1_000_000)

    assert refused.value.code == code


def test_a_gzip_bomb_costs_no_memory_beyond_the_limit():
    bomb = gzip.compress(b"\0" * 50_000_000)
    tracemalloc.start()
    with pytest.raises(InflateRefused):
        inflate(bomb, max_bytes=1_000_000)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 5_000_000


def test_the_receipt_is_kept_beside_the_stamp():
    (observation,) = _message(_values(at="2026-03-02T11:00:00Z")).observations

    assert observation.received_at - observation.stamped_at == timedelta(hours=1)
