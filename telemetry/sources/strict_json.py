"""Reading one JSON object from strangers: bounded size and depth, no NaN or infinity, no key twice."""

import json
import math
from typing import Never

MAX_DEPTH = 16


class JsonRefused(ValueError):
    """`code` is one of json:too-large, json:too-deep, json:malformed, json:not-finite, json:duplicate-key,
    json:not-an-object."""

    def __init__(self, *, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def parse_object(data: bytes, *, max_bytes: int) -> dict[str, object]:
    """More than MAX_DEPTH opening brackets are refused unread, also where they lie in a text or side by side."""
    if len(data) > max_bytes:
        raise JsonRefused(code="json:too-large", reason=f"{len(data)} bytes, at most {max_bytes}")
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH:
        raise JsonRefused(code="json:too-deep", reason=f"more than {MAX_DEPTH} brackets")
    try:
        value = _DECODER.decode(data.decode("utf-8"))
    except JsonRefused:
        raise
    except ValueError as error:  # no JSON, no UTF-8, or an integer of more digits than Python reads
        raise JsonRefused(code="json:malformed", reason=f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise JsonRefused(code="json:not-an-object", reason="not an object")
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise JsonRefused(code="json:duplicate-key", reason=f"key {twice[:40]!r} comes twice")
    return found


def _refuse_constant(word: str) -> Never:
    raise JsonRefused(code="json:not-finite", reason=f"{word} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise JsonRefused(code="json:not-finite", reason=f"{text[:40]} is too large")
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_finite)
