"""The answers of an MTConnect agent to `current` and `sample` (XML), and its error documents.

The values of a `current` carry the stamps and sequence numbers they had when they were observed: they are as
old as their stamps say, and those already stored count once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from telemetry.observations import DeviceName, ItemId, Kind, Observation
from telemetry.sources.mtconnect_devices import Category, DeviceModel, kind_of
from telemetry.sources.safe_xml import (
    MAX_BYTES,
    XmlRefused,
    attribute,
    instant,
    local_name,
    parse_xml,
    text_of,
    unexpected,
    whole_number,
)

_CATEGORY = {"Samples": Category.SAMPLE, "Events": Category.EVENT, "Condition": Category.CONDITION}
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ERROR_ROOT = re.compile(rb"<(\w+:)?MTConnectError[\s>]")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAnswer:
    """`observations` in the order of their sequence numbers, each of which carries `instance` as its session.

    `next_sequence` is what to ask for next; `first_sequence` the oldest the agent still holds;
    `created_at` the agent's own clock; with `is_up_to_date` the agent held nothing newer then, so every last value
    still stood.
    """

    instance: str
    next_sequence: int
    first_sequence: int
    created_at: datetime
    observations: tuple[Observation, ...]
    is_up_to_date: bool = False


class AgentError(Exception):
    """The agent answered with an error document; `errors` are pairs (MTConnect's code, text)."""

    code = "mtconnect:agent-error"

    def __init__(self, *, errors: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors) or "an error without a name")
        self.errors = errors

    @property
    def is_out_of_range(self) -> bool:
        """The sequence asked for is no longer, or not yet, held: ask for `current` again."""
        return any(name == "OUT_OF_RANGE" for name, _ in self.errors)


def read_answer(
    data: bytes, *, received_at: datetime, model: DeviceModel | None = None, max_bytes: int = MAX_BYTES
) -> AgentAnswer:
    """All of an answer or none of it: raises `XmlRefused` with the line, or `AgentError`.

    `model` gives the units; without it they are empty.
    """
    if _ERROR_ROOT.search(data[:4096]):
        raise _agent_error(data, max_bytes=max_bytes)
    root = parse_xml(data, root="MTConnectStreams", max_bytes=max_bytes)
    header = root.find("{*}Header")
    if header is None:
        raise unexpected(root, reason="there is no Header")
    instance = attribute(header, "instanceId")
    observations = [
        observation
        for stream in root.iterfind("{*}Streams/{*}DeviceStream")
        for observation in _observations(stream, instance=instance, received_at=received_at, model=model)
    ]
    next_sequence = whole_number(header, "nextSequence")
    return AgentAnswer(
        instance=instance,
        next_sequence=next_sequence,
        first_sequence=whole_number(header, "firstSequence"),
        created_at=instant(header, "creationTime"),
        observations=tuple(sorted(observations, key=lambda each: each.sequence or 0)),
        is_up_to_date=next_sequence > whole_number(header, "lastSequence"),
    )


def _observations(
    stream: etree._Element, *, instance: str, received_at: datetime, model: DeviceModel | None
) -> Iterator[Observation]:
    name = DeviceName(attribute(stream, "name"))
    device = model.device_by_name.get(name) if model else None
    for container in stream.iterfind("{*}ComponentStream/*"):
        category = _CATEGORY.get(local_name(container))
        if category is None:
            raise unexpected(
                container, reason=f"{local_name(container)} holds neither samples, events nor conditions"
            )
        for element in container:
            item_id, item_name = attribute(element, "dataItemId"), element.get("name", "")
            item = (device.item(item_name) or device.item(item_id)) if device else None
            kind = _kind(element, category=category)
            if device and item and item.kind is kind:
                kind = device.kind(item)
            text = text_of(element)
            is_alarm = kind is Kind.ALARM
            yield Observation(
                device=name,
                item=ItemId(item_id),
                kind=kind,
                value=local_name(element).upper() if is_alarm else _value(element, text=text),
                stamped_at=instant(element, "timestamp"),
                received_at=received_at,
                name=item_name,
                unit=item.units if item else "",
                session=instance,
                sequence=whole_number(element, "sequence"),
                native_code=element.get("nativeCode", "") if is_alarm else "",
                text=text if is_alarm else "",
            )


def _kind(element: etree._Element, *, category: Category) -> Kind:
    """The element is named after the type: `PartCount` is PART_COUNT."""
    item_type = _WORD.sub("_", local_name(element)).upper()
    return kind_of(category=category, item_type=item_type, sub_type=element.get("subType", ""))


def _value(element: etree._Element, *, text: str) -> str:
    """A data set's entries as the adapters write them: `key=value key=value`."""
    entries = element.findall("{*}Entry")
    if not entries:
        return text
    return " ".join(f"{entry.get('key', '')}={text_of(entry)}" for entry in entries)


def _agent_error(data: bytes, *, max_bytes: int) -> AgentError | XmlRefused:
    root = parse_xml(data, root="MTConnectError", max_bytes=max_bytes)
    return AgentError(
        errors=tuple(
            (element.get("errorCode", ""), (element.text or "").strip()) for element in root.iter("{*}Error")
        )
    )
