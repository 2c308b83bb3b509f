"""Is the audit log what it was? Rows against their hashes, each other, and the anchor."""

from collections.abc import Iterator

from marketplace.common.audit.anchor import (
    CATCHES_UP_WITHIN,
    FIRST_PREV,
    BrokenAnchor,
    anchor_path,
    line_of,
    read_line,
)
from marketplace.common.audit.chain import FIRST_PREV_HASH
from marketplace.common.audit.record import hash_of
from marketplace.common.clock import real_now
from marketplace.common.models import AuditEntry

AT_ONCE = 2000  # rows read from the database


def audit_faults() -> list[str]:
    """One line for each fault, with the number of the entry; empty if the log is whole."""
    anchored, faults = _anchored()
    faults += _chain_faults(anchored)
    return faults


def _chain_faults(anchored: dict[int, str]) -> Iterator[str]:
    prev_hash, prev_seq = FIRST_PREV_HASH, 0
    settled = real_now() - CATCHES_UP_WITHIN
    for entry in AuditEntry.objects.order_by("seq").iterator(chunk_size=AT_ONCE):
        if entry.seq != prev_seq + 1:
            yield f"entry {prev_seq + 1} is gone: {entry.seq} follows {prev_seq}"
        elif entry.prev_hash != prev_hash:
            yield f"entry {entry.seq} does not follow entry {prev_seq}"
        if hash_of(entry) != entry.hash:
            yield f"entry {entry.seq} was edited"
        if entry.seq in anchored:
            if anchored[entry.seq] != entry.hash:
                yield f"entry {entry.seq} is not the one that was anchored"
        elif entry.recorded_at < settled:
            yield f"entry {entry.seq} is not anchored"
        prev_hash, prev_seq = entry.hash, entry.seq
    head = max(anchored, default=0)
    if head > prev_seq:
        yield f"entry {prev_seq + 1} is gone: the log ends at {prev_seq}, {head} was anchored"


def _anchored() -> tuple[dict[int, str], list[str]]:
    """Hashes by number as the file has them, and what is wrong with the file."""
    path = anchor_path()
    if not path.exists():
        return {}, []  # each entry that ought to be there is named
    found: dict[int, str] = {}
    faults: list[str] = []
    prev, last_seq = FIRST_PREV, 0
    with path.open(encoding="ascii", errors="replace") as lines:
        for number, text in enumerate(lines, start=1):
            try:
                line = read_line(text)
            except BrokenAnchor:
                faults.append(f"line {number} of the anchor is broken, after entry {last_seq}")
                continue
            if line.seq != last_seq + 1:
                faults.append(f"entry {last_seq + 1} is missing in the anchor, before entry {line.seq}")
            elif line != line_of(seq=line.seq, hash=line.hash, prev=prev):
                faults.append(f"line {number} of the anchor was edited, at entry {line.seq}")
            found[line.seq] = line.hash
            prev, last_seq = line.check, line.seq
    return found, faults
