"""What a recorded machine will say, in the words of the plain JSON contract, and when."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from telemetry.observations import Execution, Kind, Observation
from telemetry.sources.mtconnect_devices import Device
from telemetry.sources.mtconnect_recording import Skipped, Unreadable, read_recording

KEYS = {Kind.EXECUTION: "execution", Kind.COUNT: "count", Kind.GOOD: "good"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message. `due_at` is when to say it, recorded time that never falls within a script; `counts_at` is what it
    will count from: the latest stamp of its key so far.
    """

    due_at: datetime
    counts_at: datetime
    payload: dict[str, object]

    @property
    def is_state(self) -> bool:
        return "execution" in self.payload


@dataclass(slots=True, kw_only=True)
class Script:
    """`lines` in the order of the recording; `problems` name file, line and reason of what cannot be said."""

    device: str
    lines: list[Line] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    begins_at: datetime | None = (
        None  # the first value after the opening snapshot, None where nothing follows it
    )


def read_script(files: Sequence[Path], *, device: Device) -> Script:
    """A message is numbered by its content: the same line is the same message, in whatever files it is played."""
    script = Script(device=device.name)
    latest: dict[Kind, datetime] = {}
    seen: set[str] = set()
    for observation in _observations(read_recording(files, device=device), script=script):
        if script.begins_at is None and observation.item in seen:
            script.begins_at = observation.stamped_at
        seen.add(observation.item)
        payload = _payload(observation, script=script)
        if payload is not None:
            counts_at = max(latest.get(observation.kind, observation.stamped_at), observation.stamped_at)
            latest[observation.kind] = counts_at
            script.lines.append(Line(due_at=max(latest.values()), counts_at=counts_at, payload=payload))
    return script


def still_so(line: Line, *, at: datetime) -> dict[str, object]:
    """The message again with a later stamp: nothing has changed since (docs/decisions/0004)."""
    return {**line.payload, "at": at.isoformat()}


def _observations(
    entries: Iterable[Observation | Skipped | Unreadable], *, script: Script
) -> Iterator[Observation]:
    for entry in entries:
        if isinstance(entry, Observation):
            yield entry
        elif isinstance(entry, Unreadable):
            script.problems.append(f"{entry.file}:{entry.line}: {entry.reason}")


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
