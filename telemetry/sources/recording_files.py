"""The files of a recording: which belong to which device, and their lines, plain or gzip."""

import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from telemetry.observations import DeviceName

MAX_LINE_BYTES = 1024 * 1024  # the longest seen in a real recording has 3 kB

_ENDINGS = (".txt", ".log", ".gz")
_BUFFER_BYTES = 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"


class RecordingMissing(ValueError):
    """A path given as a recording does not exist, or a folder holds none."""

    code = "recording:missing"

    def __init__(self, *, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`number` counts from 1. `problem` says why the line, or the rest of the file from it on, cannot be read."""

    number: int
    data: bytes = b""
    problem: str = ""


def find_recordings(paths: Sequence[Path]) -> dict[DeviceName, tuple[Path, ...]]:
    """The files by device, devices and each device's files in name order; each file once.

    A file given by name is taken whatever its ending, a folder is searched with its sub-folders for
    .txt, .log and .gz. A file's device is its name before the first `-`, else before the first `.`.
    """
    files = {file.resolve(): file for path in paths for file in _files(path)}
    by_device: dict[DeviceName, list[Path]] = {}
    for file in sorted(files.values(), key=lambda each: (each.name, str(each))):
        by_device.setdefault(device_of(file), []).append(file)
    return {device: tuple(by_device[device]) for device in sorted(by_device)}


def device_of(path: Path) -> DeviceName:
    name, dash, _ = path.name.partition("-")
    return DeviceName(name if dash else path.name.partition(".")[0])


def read_lines(path: Path) -> Iterator[Line]:
    """The lines without their ends, in constant memory; what cannot be read comes as a line with a problem."""
    number = 0
    try:
        with path.open("rb") as file:
            stream = _plain(file)
            while data := stream.readline(MAX_LINE_BYTES):
                number += 1
                if len(data) == MAX_LINE_BYTES and not data.endswith(b"\n"):
                    _pass_over_line(stream)
                    yield Line(number=number, problem=f"longer than {MAX_LINE_BYTES} bytes")
                else:
                    yield Line(number=number, data=data.rstrip(b"\r\n"))
    except (OSError, EOFError, zlib.error) as error:
        yield Line(number=number + 1, problem=f"the file cannot be read from here on: {error}")


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        if not path.is_file():
            raise RecordingMissing(path=path, reason="no such file or folder")
        yield path
        return
    found = [file for file in path.rglob("*") if file.name.endswith(_ENDINGS) and file.is_file()]
    if not found:
        raise RecordingMissing(path=path, reason=f"no file ending in {', '.join(_ENDINGS)}")
    yield from found


def _plain(file: io.BufferedReader) -> io.BufferedReader:
    """By its first bytes, not by its name."""
    if file.peek(2)[:2] != _GZIP_MAGIC:
        return file
    return io.BufferedReader(_Unpacked(gzip.GzipFile(fileobj=file)), buffer_size=_BUFFER_BYTES)


class _Unpacked(io.RawIOBase):
    """Hands over what is unpacked so far: of a file that breaks off, all but the last line is still read."""

    def __init__(self, packed: gzip.GzipFile) -> None:
        self._packed = packed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._packed.read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _pass_over_line(stream: io.BufferedReader) -> None:
    while (data := stream.readline(MAX_LINE_BYTES)) and not data.endswith(b"\n"):
        pass
