"""What an entry's hash stands for: everything the entry says, and the hash of the entry before."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

FIRST_PREV_HASH = "0" * 64

Plain = str | int | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]
Facts = Mapping[str, Plain]


class UnstableFacts(TypeError):
    """A fact that may read back otherwise than it was written: facts are texts, whole numbers, lists and names."""


def entry_hash(
    *,
    seq: int,
    at: datetime,
    recorded_at: datetime,
    person: str,
    enterprise: str,
    action: str,
    subject: str,
    facts: Facts,
    prev_hash: str,
) -> str:
    """SHA-256 in hex over the canonical content. Raises `UnstableFacts`."""
    content = [seq, moment(at), moment(recorded_at), person, enterprise, action, subject, facts, prev_hash]
    return hashlib.sha256(canonical(content)).hexdigest()


def canonical(content: Any) -> bytes:
    """One spelling for equal content: sorted keys, no spaces, UTF-8. Raises `UnstableFacts`."""
    _require_plain(content)
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def moment(at: datetime) -> str:
    """To the microsecond, in UTC, as the database keeps it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _require_plain(value: Any) -> None:
    if isinstance(value, list):
        for one in value:
            _require_plain(one)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if not isinstance(key, str):
                raise UnstableFacts(f"{key!r} is no name of a fact")
            _require_plain(one)
    elif value is not None and not isinstance(value, str | int):
        raise UnstableFacts(f"{value!r} is no text or whole number")
