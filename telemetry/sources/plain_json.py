"""The plain JSON contract: one object a line, over MQTT (`muster/1/<device>/obs`) or HTTP (NDJSON).

{"session":"b7","seq":1041,"at":"2026-03-02T08:15:04.120Z","execution":"ACTIVE","count":20711,"good":20590,"kwh":1.2}

`session`, `seq` and at least one value are required; without `at` the receipt stamp counts; `count` and `good`
only grow within a session; `program` names
what is loaded. Unknown keys are refused unless mapped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from telemetry.observations import DeviceName, Execution, ItemId, Kind, Observation
from telemetry.sources.stamps import StampInvalid, parse_stamp
from telemetry.sources.strict_json import JsonRefused, parse_object

MAX_LINE_BYTES = 16 * 1024
MAX_BATCH_BYTES = 8 * 1024 * 1024
_MAX_SEQUENCE = 2**63 - 1
_MAX_PIECES = 10**15
_MAX_NUMBER = 10**15
_MAX_TEXT = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedKey:
    """A key beyond the contract that the device's mapping allows; texts for EVENT, PROGRAM and ALARM, else numbers."""

    item: ItemId
    kind: Kind
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A line that was read; its observations share session and sequence. `line` counts from 1."""

    line: int
    session: str
    sequence: int
    observations: tuple[Observation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """A line of which nothing was taken. `line` counts from 1."""

    line: int
    code: str
    reason: str


_CONTRACT = {
    "execution": MappedKey(item=ItemId("execution"), kind=Kind.EXECUTION),
    "count": MappedKey(item=ItemId("count"), kind=Kind.COUNT, unit="piece"),
    "good": MappedKey(item=ItemId("good"), kind=Kind.GOOD, unit="piece"),
    "kwh": MappedKey(item=ItemId("kwh"), kind=Kind.ENERGY, unit="kWh"),
    "program": MappedKey(item=ItemId("program"), kind=Kind.PROGRAM),
}
_ENVELOPE = frozenset({"session", "seq", "at"})


class MessageRefused(ValueError):
    """Well-formed JSON that breaks the contract: `code` is observation:<key>-<what is wrong>."""

    def __init__(self, *, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def read_batch(
    data: bytes, *, device: DeviceName, received_at: datetime, mapping: Mapping[str, MappedKey] | None = None
) -> tuple[Message | RefusedLine, ...]:
    """One result a line that is not blank, in order: a bad line does not cost its neighbours.

    Raises `JsonRefused` if the whole is larger than MAX_BATCH_BYTES.
    """
    if len(data) > MAX_BATCH_BYTES:
        raise JsonRefused(code="json:too-large", reason=f"{len(data)} bytes, at most {MAX_BATCH_BYTES}")
    results: list[Message | RefusedLine] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            message = read_message(line, device=device, received_at=received_at, mapping=mapping, line=number)
        except (JsonRefused, MessageRefused) as error:
            results.append(RefusedLine(line=number, code=error.code, reason=error.reason))
        else:
            results.append(message)
    return tuple(results)


def read_message(
    data: bytes,
    *,
    device: DeviceName,
    received_at: datetime,
    mapping: Mapping[str, MappedKey] | None = None,
    line: int = 1,
) -> Message:
    """Raises `JsonRefused` or `MessageRefused`; both have `code` and `reason`. `mapping` cannot change the contract."""
    found = parse_object(data, max_bytes=MAX_LINE_BYTES)
    session, sequence = _session(found), _sequence(found)
    stamped_at = _stamp(found, received_at=received_at)
    known = {**mapping, **_CONTRACT} if mapping else _CONTRACT
    observations = []
    for key, value in found.items():
        if key in _ENVELOPE:
            continue
        mapped = known.get(key)
        if mapped is None:
            raise MessageRefused(code="observation:key-unknown", reason=f"unknown key {key[:40]!r}")
        observations.append(
            Observation(
                device=device,
                item=mapped.item,
                kind=mapped.kind,
                value=_value(key, value, kind=mapped.kind),
                stamped_at=stamped_at,
                received_at=received_at,
                name=key,
                unit=mapped.unit,
                session=session,
                sequence=sequence,
            )
        )
    if not observations:
        raise MessageRefused(code="observation:value-missing", reason="no value: at least one is required")
    return Message(line=line, session=session, sequence=sequence, observations=tuple(observations))


def _session(found: dict[str, object]) -> str:
    session = found.get("session")
    if not isinstance(session, str) or not 1 <= len(session) <= 64 or not session.isprintable():
        raise MessageRefused(
            code="observation:session-invalid", reason="session must be a text of 1 to 64 characters"
        )
    return session


def _sequence(found: dict[str, object]) -> int:
    return _whole("seq", found.get("seq"), most=_MAX_SEQUENCE)


def _stamp(found: dict[str, object], *, received_at: datetime) -> datetime:
    if "at" not in found:
        return received_at
    text = found["at"]
    try:
        return parse_stamp(text if isinstance(text, str) else str(text))
    except StampInvalid as error:
        raise MessageRefused(code="observation:at-invalid", reason=f"at {error}") from None


def _value(key: str, value: object, *, kind: Kind) -> str:
    if kind is Kind.EXECUTION:
        if not isinstance(value, str) or value not in Execution.__members__:
            words = ", ".join(Execution)
            raise MessageRefused(code="observation:execution-unknown", reason=f"{key} must be one of {words}")
        return value
    if kind in (Kind.COUNT, Kind.GOOD):
        return str(_whole(key, value, most=_MAX_PIECES))
    if kind in (Kind.ENERGY, Kind.SAMPLE):
        return _number(key, value, least=0 if kind is Kind.ENERGY else -_MAX_NUMBER)
    if not isinstance(value, str) or len(value) > _MAX_TEXT or not value.isprintable():
        raise MessageRefused(
            code=f"observation:{key}-invalid",
            reason=f"{key} must be a text of at most {_MAX_TEXT} characters",
        )
    return value


def _whole(key: str, value: object, *, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise MessageRefused(
            code=f"observation:{key}-invalid", reason=f"{key} must be a whole number from 0 to {most}"
        )
    return value


def _number(key: str, value: object, *, least: int) -> str:
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= _MAX_NUMBER:
        raise MessageRefused(
            code=f"observation:{key}-invalid", reason=f"{key} must be a number from {least} to {_MAX_NUMBER}"
        )
    return str(value)
