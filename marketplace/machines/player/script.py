"""What a recorded machine will say, in the words of the plain JSON contract, and when."""

import hashlib
import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from telemetry.observations import Execution, Kind, Observation
from telemetry.sources.mtconnect_devices import Device
from telemetry.sources.mtconnect_recording import Unreadable, read_recording

KEYS = {Kind.EXECUTION: "execution", Kind.COUNT: "count", Kind.GOOD: "good"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message. `at` is recorded time: what it counts from, the latest stamp of its key so far."""

    at: datetime
    payload: dict[str, object]

    @property
    def is_state(self) -> bool:
        return "execution" in self.payload


@dataclass(slots=True, kw_only=True)
class Script:
    """`lines` by time, those of a key in the order of the recording; `problems` name what cannot be said, and why."""

    device: str
    lines: list[Line] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def begins_at(self) -> datetime | None:
        """The first state after the opening snapshot, None where none follows it."""
        states = (line.at for line in self.lines if line.is_state)
        return next(islice(states, 1, None), None)


def read_script(files: Sequence[Path], *, device: Device) -> Script:
    """A message is numbered by its content: the same line is the same message, in whatever files it is played."""
    script = Script(device=device.name)
    kinds = [kind for kind in KEYS if any(device.kind(item) is kind for item in device.items)]
    streams = [list(_lines(files, device=device, kind=kind, script=script)) for kind in kinds]
    script.lines = list(heapq.merge(*streams, key=lambda line: line.at))
    script.problems = list(dict.fromkeys(script.problems))
    return script


def still_so(line: Line, *, at: datetime) -> dict[str, object]:
    """The message again with a later stamp: nothing has changed since (docs/decisions/0004)."""
    return {**line.payload, "at": at.isoformat()}


def _lines(files: Sequence[Path], *, device: Device, kind: Kind, script: Script) -> Iterator[Line]:
    """Of one kind, which is much faster to read than all and sorting out."""
    at: datetime | None = None
    for entry in read_recording(files, device=device, only=kind):
        if isinstance(entry, Unreadable):
            script.problems.append(f"{entry.file}:{entry.line}: {entry.reason}")
        elif isinstance(entry, Observation) and (payload := _payload(entry, script=script)):
            at = max(at or entry.stamped_at, entry.stamped_at)
            yield Line(at=at, payload=payload)


def _payload(observation: Observation, *, script: Script) -> dict[str, object] | None:
    """None for what the contract has no key for, and for a counter that tells nothing."""
    key = KEYS.get(observation.kind)
    if key is None:
        return None
    value: object = observation.value
    if observation.kind is not Kind.EXECUTION:
        number = observation.number
        if number is None or number < 0 or number != number.to_integral_value():
            return None
        value = int(number)
    elif value not in Execution.__members__:
        script.problems.append(f"{script.device}: execution {observation.value!r} is no word of the contract")
        return None
    content = f"{observation.stamped_at.isoformat()}|{observation.item}|{observation.value}"
    session = hashlib.blake2s(content.encode(), digest_size=12).hexdigest()
    return {"session": session, "seq": 0, "at": observation.stamped_at.isoformat(), key: value}
