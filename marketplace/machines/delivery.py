"""What a device sent, read and judged before anything is stored: one delivery a message or document."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from marketplace.machines.models import MAX_ITEM, MAX_SEQ, MAX_SESSION, MAX_VALUE, Refusal
from telemetry.observations import DeviceName, Kind, Observation
from telemetry.sources.mtconnect_streams import AgentAnswer
from telemetry.sources.plain_json import Message, MessageRefused, RefusedLine, read_batch, read_message
from telemetry.sources.strict_json import JsonRefused

# A stamp before this is a clock that was never set; recordings are younger.
EARLIEST_STAMP = datetime(2000, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(days=1)  # up to here the receipt counts in place of the stamp; beyond is a wrong clock
MAX_EXCERPT = 300  # characters

# What is read from an agent's answer; positions, loads and temperatures are not (see the page "What we read").
KEPT_KINDS = frozenset({Kind.EXECUTION, Kind.AVAILABILITY, Kind.COUNT, Kind.GOOD, Kind.ENERGY, Kind.PROGRAM})


class StampRefused(ValueError):
    """A stamp no working clock gives."""

    def __init__(self, *, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class ForeignDocument(ValueError):
    """The answer of an agent that does not speak of this device, or of several with none named."""

    code = "mtconnect:device-not-in-answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    code: str
    reason: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message of one device, named by its public id: its observations in order, or why it is refused.

    `still_at` is the agent's clock where the agent, of instance `session`, held nothing newer then. `is_copy`: kept
    for latecomers by a broker, so no proof of life.
    """

    device: str
    channel: Refusal.Channel
    observations: tuple[Observation, ...] = ()
    session: str = ""
    still_at: datetime | None = None
    is_copy: bool = False
    refused: Refused | None = None


def mqtt_delivery(payload: bytes, *, device: str, received_at: datetime) -> Delivery:
    """`received_at` is business time."""
    channel = Refusal.Channel.MQTT
    try:
        message = read_message(payload, device=DeviceName(device), received_at=received_at)
        _require_sane(message.observations, received_at=received_at)
    except (JsonRefused, MessageRefused, StampRefused) as error:
        refused = Refused(code=error.code, reason=error.reason, excerpt=excerpt_of(payload))
        return Delivery(device=device, channel=channel, refused=refused)
    return Delivery(device=device, channel=channel, observations=message.observations)


def line_deliveries(body: bytes, *, device: str, received_at: datetime) -> tuple[list[int], list[Delivery]]:
    """The numbers of the lines that are not blank, from 1, and what each delivers. Raises `JsonRefused` for the whole."""
    results = read_batch(body, device=DeviceName(device), received_at=received_at)
    lines = body.split(b"\n") if any(isinstance(result, RefusedLine) for result in results) else []
    return [result.line for result in results], [
        _line_delivery(result, device=device, received_at=received_at, lines=lines) for result in results
    ]


def answer_delivery(answer: AgentAnswer, *, device: str, source_name: str, received_at: datetime) -> Delivery:
    """What an agent's answer says of the device its owner calls `source_name` there, if that is named.

    Raises `ForeignDocument`, `StampRefused` or `MessageRefused`; then nothing of the answer is taken.
    """
    names = {observation.device for observation in answer.observations}
    if source_name and names and source_name not in names:
        raise ForeignDocument(f"the answer speaks of {', '.join(sorted(names))[:120]}, not of {source_name}")
    if not source_name and len(names) > 1:
        raise ForeignDocument(f"the answer speaks of {len(names)} devices; name this one at its source")
    wanted = tuple(
        observation
        for observation in answer.observations
        if observation.kind in KEPT_KINDS
        and observation.device == (source_name or observation.device)
        and (observation.value or observation.kind is Kind.EXECUTION)
    )
    _require_sane(wanted, received_at=received_at)
    return Delivery(
        device=device,
        channel=Refusal.Channel.MTCONNECT,
        observations=wanted,
        session=answer.instance,
        still_at=answer.created_at if answer.is_up_to_date else None,
    )


def excerpt_of(data: bytes) -> str:
    """The beginning, as text that any database and page can hold."""
    text = data[:MAX_EXCERPT].decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _line_delivery(
    result: Message | RefusedLine, *, device: str, received_at: datetime, lines: list[bytes]
) -> Delivery:
    channel = Refusal.Channel.HTTP
    if isinstance(result, RefusedLine):
        excerpt = excerpt_of(lines[result.line - 1])
        refused = Refused(code=result.code, reason=result.reason, excerpt=excerpt)
        return Delivery(device=device, channel=channel, refused=refused)
    try:
        _require_sane(result.observations, received_at=received_at)
    except (StampRefused, MessageRefused) as error:
        return Delivery(device=device, channel=channel, refused=Refused(code=error.code, reason=error.reason))
    return Delivery(device=device, channel=channel, observations=result.observations)


def _require_sane(observations: Iterable[Observation], *, received_at: datetime) -> None:
    for observation in observations:
        stamp = observation.stamped_at
        if stamp < EARLIEST_STAMP:
            raise StampRefused(
                code="observation:at-before-2000", reason=f"{stamp.isoformat()}: the clock is not set"
            )
        if stamp > received_at + MAX_AHEAD:
            raise StampRefused(
                code="observation:at-in-future",
                reason=f"{stamp.isoformat()} is more than a day ahead of {received_at.isoformat()}",
            )
        if not 0 <= (observation.sequence or 0) <= MAX_SEQ or len(observation.session) > MAX_SESSION:
            raise MessageRefused(
                code="observation:number-too-large", reason="session or sequence is too long"
            )
        if not observation.value or len(observation.value) > MAX_VALUE or len(observation.item) > MAX_ITEM:
            raise MessageRefused(
                code="observation:value-invalid", reason=f"{observation.item[:40]} is empty or too long"
            )
