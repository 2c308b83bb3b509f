"""Recordings in the MTConnect adapter's line protocol: observations in arrival order, nothing dropped in silence."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from telemetry.observations import Kind, Observation
from telemetry.sources.adapter_lines import LineUnreadable, Pair, read_pairs, read_stamp
from telemetry.sources.mtconnect_devices import DataItem, Device
from telemetry.sources.recording_files import read_lines

_BEGINS_WITH_TIME = re.compile(rb"\d{4}-\d\d-\d\dT[^|]*\|")
_BODY_MARK = re.compile(rb"--multiline--[^|\s]*")
_ASSET_ROOT = re.compile(rb"\|<([\w:.-]+)")
_BOM = b"\xef\xbb\xbf"


class SkipReason(StrEnum):
    DUPLICATE = "exact duplicate"
    ASSET = "asset"
    BODY = "body of several lines"
    COMMAND = "command of the protocol"
    BLANK = "blank"
    UNKNOWN_ITEM = "item not in the device model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A line, or one of its values, that is no observation of the device. `line` counts from 1."""

    file: Path
    line: int
    reason: SkipReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A line that cannot be read, or (a body without end) the line it begins at. `line` counts from 1."""

    file: Path
    line: int
    reason: str


Entry = Observation | Skipped | Unreadable


def read_recording(files: Sequence[Path], *, device: Device, only: Kind | None = None) -> Iterator[Entry]:
    """What the files of one device say: files in the order given, lines in file order, duplicates across all.

    With `only`, values of other kinds come neither as observations nor as skipped, which is faster and takes
    less memory: 60 bytes are kept for each distinct value that does come, to know its duplicates by.
    """
    reader = _LineReader(device=device, only=only, wanted=_keys(device, only=only), seen=set())
    for file in files:
        yield from _read_file(file, reader=reader)


def _read_file(file: Path, *, reader: "_LineReader") -> Iterator[Entry]:
    body: _Body | None = None
    for line in read_lines(file):
        if body and not line.problem and not _BEGINS_WITH_TIME.match(line.data):
            yield Skipped(file=file, line=line.number, reason=SkipReason.BODY)
            body = None if body.mark in line.data else body
            continue
        if body:
            yield Unreadable(file=file, line=body.line, reason="a body begins here and does not end")
        if line.problem:
            body = None
            yield Unreadable(file=file, line=line.number, reason=line.problem)
            continue
        data = line.data.removeprefix(_BOM) if line.number == 1 else line.data
        body = _body_opened_by(data, line=line.number)
        try:
            for entry in reader.read(data):
                yield (
                    Skipped(file=file, line=line.number, reason=entry)
                    if isinstance(entry, SkipReason)
                    else entry
                )
        except LineUnreadable as error:
            yield Unreadable(file=file, line=line.number, reason=error.reason)
    if body:
        yield Unreadable(file=file, line=body.line, reason="a body begins here and does not end")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    line: int
    mark: bytes  # what its last line contains


def _body_opened_by(data: bytes, *, line: int) -> _Body | None:
    """By a mark, or by the XML of an asset that does not end on its line."""
    if b"--multiline--" in data and (mark := _BODY_MARK.search(data)):
        return _Body(line=line, mark=mark.group())
    if b"|@" in data and (root := _ASSET_ROOT.search(data)):
        end = b"</" + root.group(1) + b">"
        if end not in data and not data.rstrip().endswith(b"/>"):
            return _Body(line=line, mark=end)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _LineReader:
    """`seen` fills up with hashes (64 bits) of the content of what was read: the reader's one changing part."""

    device: Device
    only: Kind | None
    wanted: frozenset[bytes]
    seen: set[int]

    def read(self, data: bytes) -> list[Observation | SkipReason]:
        """Raises `LineUnreadable`; then nothing of the line is taken."""
        stamp, _, rest = data.partition(b"|")
        if rest.startswith(b"@"):
            return [SkipReason.ASSET]
        if not data.strip():
            return [SkipReason.BLANK]
        if data.startswith(b"*"):
            return [SkipReason.COMMAND]
        stamped_at = read_stamp(stamp)
        if b"\0" in rest:
            raise LineUnreadable(reason="it holds NUL bytes")
        fields = rest.split(b"|")
        if self.only and len(fields) == 2 and fields[0] and fields[0] not in self.wanted:
            return []
        pairs = read_pairs(fields, device=self.device)
        return [entry for pair in pairs if (entry := self._entry(pair, stamped_at=stamped_at))]

    def _entry(self, pair: Pair, *, stamped_at: datetime) -> Observation | SkipReason | None:
        if pair.item is None:
            return None if self.only else SkipReason.UNKNOWN_ITEM
        if self.only and self.device.kind(pair.item) is not self.only:
            return None
        if pair.fields[-1].startswith("--multiline--"):
            return SkipReason.BODY
        content = hash((pair.item.id, stamped_at, pair.fields))
        if content in self.seen:
            return SkipReason.DUPLICATE
        self.seen.add(content)
        return _observation(pair, item=pair.item, device=self.device, stamped_at=stamped_at)


def _observation(pair: Pair, *, item: DataItem, device: Device, stamped_at: datetime) -> Observation:
    kind = device.kind(item)
    value, native_code, text = pair.fields[-1], "", ""
    if kind is Kind.ALARM:
        level, native_code, _, _, text = (*pair.fields, "", "", "", "")[:5]
        value = level.upper()
    elif item.type == "MESSAGE":
        native_code = pair.fields[0]
    return Observation(
        device=device.name,
        item=item.id,
        kind=kind,
        value=value,
        stamped_at=stamped_at,
        name=item.name,
        unit=item.units,
        native_code=native_code,
        text=text,
    )


def _keys(device: Device, *, only: Kind | None) -> frozenset[bytes]:
    """How a line can name the items of that kind."""
    names = {
        name for item in device.items if device.kind(item) is only for name in (item.name, item.id) if name
    }
    return frozenset(key.encode() for name in names for key in (name, f"{device.name}:{name}"))
