import pytest

from telemetry.observations import Kind
from telemetry.sources.mtconnect_devices import read_devices
from telemetry.sources.mtconnect_polling import AgentCursor, Verdict, follow, follow_error, request_path
from telemetry.sources.mtconnect_streams import AgentError, read_answer
from telemetry.sources.safe_xml import XmlRefused
from tests.telemetry.samples import MODEL, NOON, SHARED

ANSWER = b"""<?xml version="1.0" encoding="UTF-8"?>
<MTConnectStreams xmlns="urn:mtconnect.org:MTConnectStreams:1.3" xmlns:x="urn:x">
  <Header creationTime="2026-03-02T12:00:00Z" instanceId="77" nextSequence="105" firstSequence="1" lastSequence="104"/>
  <Streams>
    <DeviceStream name="Lathe" uuid="u1">
      <ComponentStream component="Controller" componentId="d1_c">
        <Samples>
          <Load dataItemId="d1_load" name="load" timestamp="2026-03-02T11:59:00Z" sequence="103">12.5</Load>
        </Samples>
        <Events>
          <Execution dataItemId="d1_run" name="execution" timestamp="2026-02-03T08:00:00Z" sequence="9">READY</Execution>
          <Execution dataItemId="d1_run2" name="execution2" timestamp="2026-02-03T08:00:00Z"
            sequence="10">ACTIVE</Execution>
          <PartCount dataItemId="d1_good" subType="GOOD" timestamp="2026-03-02T11:58:00Z" sequence="101">20</PartCount>
          <x:Odd dataItemId="odd" timestamp="2026-03-02T11:58:00Z" sequence="102">?</x:Odd>
          <VariableDataSet dataItemId="v" timestamp="2026-03-02T11:58:00Z" sequence="104" count="2">
            <Entry key="a">1</Entry><Entry key="b">2</Entry>
          </VariableDataSet>
        </Events>
        <Condition>
          <Fault dataItemId="d1_servo" timestamp="2026-03-02T11:57:00Z" sequence="100"
            nativeCode="E7">Servo hot</Fault>
        </Condition>
      </ComponentStream>
    </DeviceStream>
  </Streams>
</MTConnectStreams>
"""

ERRORS = b"""<?xml version="1.0"?>
<MTConnectError xmlns="urn:mtconnect.org:MTConnectError:1.3">
  <Header creationTime="2026-03-02T12:00:00Z" instanceId="78"/>
  <Errors><Error errorCode="OUT_OF_RANGE">'from' must be between 5 and 9</Error></Errors>
</MTConnectError>"""


def _answer(data=ANSWER, model=MODEL):
    return read_answer(data, received_at=NOON, model=read_devices(model) if model else None)


def test_an_answer_is_read_in_the_order_of_its_sequence():
    answer = _answer()

    assert (answer.instance, answer.next_sequence, answer.first_sequence) == ("77", 105, 1)
    assert [each.sequence for each in answer.observations] == [9, 10, 100, 101, 102, 103, 104]
    assert {each.session for each in answer.observations} == {"77"}


def test_each_kind_of_value_is_understood():
    found = {each.item: (each.kind, each.value, each.unit) for each in _answer().observations}

    assert found == {
        "d1_load": (Kind.SAMPLE, "12.5", "PERCENT"),
        "d1_run": (Kind.EXECUTION, "READY", ""),
        "d1_run2": (Kind.EVENT, "ACTIVE", ""),
        "d1_good": (Kind.GOOD, "20", ""),
        "odd": (Kind.EVENT, "?", ""),
        "v": (Kind.EVENT, "a=1 b=2", ""),
        "d1_servo": (Kind.ALARM, "FAULT", ""),
    }


def test_an_alarm_keeps_its_code_and_text():
    (alarm,) = (each for each in _answer().observations if each.kind is Kind.ALARM)

    assert (alarm.native_code, alarm.text) == ("E7", "Servo hot")


def test_an_old_value_keeps_its_old_stamp_beside_our_receipt():
    first = _answer().observations[0]

    assert first.stamped_at.isoformat() == "2026-02-03T08:00:00+00:00"
    assert first.received_at == NOON


def test_without_a_model_the_answer_is_read_without_units():
    assert {each.unit for each in _answer(model=None).observations} == {""}
    assert _answer(model=None).observations[0].kind is Kind.EXECUTION


def test_the_same_observation_in_two_answers_has_one_identity():
    first, again = _answer().observations, _answer().observations

    assert {each.identity for each in first} == {each.identity for each in again}
    assert len({each.identity for each in first}) == 7


@pytest.mark.parametrize(
    ("good", "bad", "line"),
    [
        (b'sequence="103"', b'sequence="-1"', 8),
        (b'sequence="103"', b"", 8),
        (b'timestamp="2026-03-02T11:59:00Z"', b'timestamp="yesterday"', 8),
        (b'timestamp="2026-03-02T11:59:00Z"', b'timestamp="2026-03-02T11:59:00"', 8),
        (b'timestamp="2026-03-02T11:59:00Z"', b'timestamp="9999-12-31T23:59:59-14:00"', 8),
        (b'nextSequence="105"', b'nextSequence="many"', 3),
        (b"<Samples>", b"<Samples2>", 7),
        (b"</Load>", b"</Lode>", 8),
        (b'dataItemId="d1_load"', b"", 8),
    ],
    ids=[
        "negative sequence",
        "no sequence",
        "no time",
        "no zone",
        "no year of ours",
        "bad header",
        "unknown container",
        "malformed",
        "no item",
    ],
)
def test_an_answer_wrong_in_one_place_is_refused_whole_with_the_line(good, bad, line):
    assert good in ANSWER
    data = ANSWER.replace(good, bad).replace(b"</Samples>", b"</Samples2>" if b"2>" in bad else b"</Samples>")
    with pytest.raises(XmlRefused) as refused:
        _answer(data)

    assert refused.value.line == line


def test_an_answer_without_header_is_refused():
    with pytest.raises(XmlRefused, match="Header"):
        _answer(b"<MTConnectStreams/>")


def test_an_error_document_is_an_error_with_its_codes():
    with pytest.raises(AgentError) as refused:
        _answer(ERRORS)

    assert refused.value.errors == (("OUT_OF_RANGE", "'from' must be between 5 and 9"),)
    assert refused.value.is_out_of_range


def test_polling_begins_with_a_snapshot_and_goes_on_where_it_ended():
    cursor, verdict = follow(None, _answer())

    assert request_path(None) == "current"
    assert (cursor, verdict) == (AgentCursor(instance="77", next_sequence=105), Verdict.SNAPSHOT)
    assert request_path(cursor, count=50) == "sample?from=105&count=50"
    assert follow(cursor, _answer())[1] is Verdict.FOLLOWS


def test_polling_begins_anew_after_a_restart_of_the_agent():
    assert follow(AgentCursor(instance="76", next_sequence=5), _answer()) == (None, Verdict.RESTARTED)


def test_polling_says_what_the_agent_no_longer_holds():
    late = ANSWER.replace(b'firstSequence="1"', b'firstSequence="90"')

    assert follow(AgentCursor(instance="77", next_sequence=80), _answer(late)) == (None, Verdict.LOST)
    assert follow(AgentCursor(instance="77", next_sequence=90), _answer(late))[1] is Verdict.FOLLOWS


def test_polling_begins_anew_when_out_of_range_but_not_after_another_error():
    cursor = AgentCursor(instance="77", next_sequence=5)

    assert follow_error(cursor, AgentError(errors=(("OUT_OF_RANGE", ""),))) is None
    assert follow_error(cursor, AgentError(errors=(("INTERNAL_ERROR", ""),))) == cursor


@pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="real answers lie in ../shared/data, not found")
@pytest.mark.parametrize(
    ("number", "num_observations", "instance"), [(141, 26, "1475083573"), (282, 353, "1475083573")]
)
def test_real_answers_are_read(number, num_observations, instance):
    data = (SHARED / f"data/nist-smstestbed/streams_qdr_input{number}.xml").read_bytes()
    answer = read_answer(data, received_at=NOON)

    assert (len(answer.observations), answer.instance) == (num_observations, instance)
    assert {each.device for each in answer.observations} == {"GFAgie01"}
