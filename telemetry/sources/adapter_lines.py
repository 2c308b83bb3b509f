"""One line of the MTConnect adapter protocol: `<time>|<item>|<value>[|<item>|<value>...]`.

A condition takes five fields (level, code, severity, qualifier, text), a message two (code, text), a time
series three (count, rate, values). What takes more than one field is told by the device model; an unknown
item that stands alone before five fields of which the first is a level is a condition.
"""

from dataclasses import dataclass
from datetime import datetime

from telemetry.observations import Kind
from telemetry.sources.mtconnect_devices import Category, DataItem, Device

_LEVELS = frozenset({"normal", "warning", "fault", "unavailable"})
_NUM_CONDITION_FIELDS = 5


class LineUnreadable(ValueError):
    """The line is no observation in this protocol, nor one of the things known to be none."""

    code = "recording:line-unreadable"

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An item with its fields, at least one; `item` is None where the device model does not know the key."""

    key: str
    item: DataItem | None
    fields: tuple[str, ...]


def read_stamp(field: bytes) -> datetime:
    """The line's time; a duration after `@` is dropped. Digits beyond the microsecond are cut off."""
    try:
        at = datetime.fromisoformat(field.partition(b"@")[0].decode("ascii"))
    except ValueError:
        raise LineUnreadable(reason=f"{_shown(field)} is no time") from None
    if at.tzinfo is None:
        raise LineUnreadable(reason=f"{_shown(field)} has no time zone")
    return at


def read_pairs(fields: list[bytes], *, device: Device) -> list[Pair]:
    """`fields` are those after the time. Raises `LineUnreadable` if they do not come out even."""
    texts = [field.decode("utf-8", "replace").strip() for field in fields]
    pairs = []
    at = 0
    while at < len(texts):
        key, rest = texts[at], texts[at + 1 :]
        item = device.item(key)
        num_fields = _num_fields(item, rest=rest)
        if not key:
            raise LineUnreadable(reason=f"field {at + 2} should name an item and is empty")
        if not rest or (len(rest) < num_fields and not _is_condition(item)):
            raise LineUnreadable(reason=f"item {key[:40]!r} has no value")
        if item is not None and item.kind is Kind.EXECUTION and not rest[0]:
            raise LineUnreadable(reason=f"item {key[:40]!r} is an execution and its value is empty")
        pairs.append(Pair(key=key, item=item, fields=tuple(rest[:num_fields])))
        at += 1 + num_fields
    return pairs


def _num_fields(item: DataItem | None, *, rest: list[str]) -> int:
    if item is None:
        stands_alone = len(rest) == _NUM_CONDITION_FIELDS and rest[0].lower() in _LEVELS
        return _NUM_CONDITION_FIELDS if stands_alone else 1
    if _is_condition(item):
        return _NUM_CONDITION_FIELDS
    if item.representation == "TIME_SERIES":
        return 3
    return 2 if item.type == "MESSAGE" else 1


def _is_condition(item: DataItem | None) -> bool:
    return item is not None and item.category is Category.CONDITION


def _shown(field: bytes) -> str:
    return repr(field[:40].decode("utf-8", "replace"))
