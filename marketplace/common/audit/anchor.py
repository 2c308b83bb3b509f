"""The head of the chain in a file outside the database: whoever rewrites the table must rewrite the file as well.

A line for each entry: its number, its hash, and the hash of this line with the line before. Lines are only appended,
by one writer at a time, and reach the disk before the writer goes on. An append that fails (full disk) harms nobody:
the next one catches up.
"""

import fcntl
import hashlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from marketplace.common.clock import real_now
from marketplace.common.models import AuditEntry

FIRST_PREV = "0" * 64
CATCHES_UP_WITHIN = timedelta(minutes=1)  # real time from commit to anchor
TAIL_BYTES = 512  # more than two lines

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`check` is the hash of number and hash of the entry, and of the line before."""

    seq: int
    hash: str
    check: str

    def __str__(self) -> str:
        return f"{self.seq} {self.hash} {self.check}\n"


class BrokenAnchor(ValueError):
    """A line of the file is not one of ours."""


def anchor_path() -> Path:
    return Path(settings.AUDIT_ANCHOR)


def line_of(*, seq: int, hash: str, prev: str) -> Line:
    return Line(seq=seq, hash=hash, check=hashlib.sha256(f"{prev} {seq} {hash}".encode()).hexdigest())


def read_line(text: str) -> Line:
    """Raises `BrokenAnchor`."""
    parts = text.split()
    if len(parts) != 3 or not parts[0].isdigit():
        raise BrokenAnchor(text[:80])
    return Line(seq=int(parts[0]), hash=parts[1], check=parts[2])


def anchor_entries(*, since: int) -> None:
    """Append the lines of all committed entries the file does not have. Never raises: the work is done already.

    A file that is not there is begun with the first entry if the chain began just now, else with entry `since`: a
    lost file is told by its first line.
    """
    try:
        with _writing() as file:
            last = _last_line(file)
            first = _first_to_write(since) if last is None else last.seq + 1
            prev = FIRST_PREV if last is None else last.check
            lines = []
            for seq, entry_hash in (
                AuditEntry.objects.filter(seq__gte=first).order_by("seq").values_list("seq", "hash")
            ):
                lines.append(line := line_of(seq=seq, hash=entry_hash, prev=prev))
                prev = line.check
            os.write(file, "".join(map(str, lines)).encode())
            os.fsync(file)
    except (OSError, BrokenAnchor):
        log.exception("the audit log's head is not anchored in %s", anchor_path())


def catch_up() -> None:
    """For the sweep: anchor what a process that died between commit and anchor left behind."""
    head = AuditEntry.objects.order_by("-seq").values_list("seq", flat=True).first()
    if head is not None:
        anchor_entries(since=head)


@contextmanager
def _writing() -> Iterator[int]:
    """The file, open for appending, locked against other writers; its folder and itself are made if need be."""
    path = anchor_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            yield file
        finally:
            os.close(file)
    finally:
        os.close(lock)


def _last_line(file: int) -> Line | None:
    """A line that a full disk cut short is cut off first. Raises `BrokenAnchor`."""
    size = os.fstat(file).st_size
    start = max(0, size - TAIL_BYTES)
    tail = os.pread(file, size - start, start)
    whole = tail[: tail.rfind(b"\n") + 1]
    if len(whole) < len(tail):
        os.ftruncate(file, start + len(whole))
    lines = whole.decode("ascii", "replace").splitlines()
    return read_line(lines[-1]) if lines else None


def _first_to_write(since: int) -> int:
    began = AuditEntry.objects.order_by("seq").values_list("recorded_at", flat=True).first()
    return 1 if began is not None and began > real_now() - CATCHES_UP_WITHIN else since
