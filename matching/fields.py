"""Typed reading of one JSON object: a function for each kind of field, refusing by name, value and rule.

Paths are built on the way out (`Refusal.inside`), so that reading millions of good values costs none.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from matching.strict_json import Refusal

LIMIT = 2**40  # every integer v has |v| < LIMIT
TOTAL_LIMIT = 2**53  # sums stay below this: exact in floating point too
MOST = LIMIT - 1
RESERVED_PREFIX = "order:"  # lanes write an order's destination this way

Json = dict[str, object]
T = TypeVar("T")


class Missing:
    """The default of a field that must be given."""


REQUIRED = Missing()


def an_object(value: object, *, known: frozenset[str]) -> Json:
    """`value` as an object that has no fields but `known` ones."""
    if not isinstance(value, dict):
        raise Refusal(code="wrong-type", value=value, rule="must be an object")
    unknown = value.keys() - known
    if unknown:
        name = min(unknown)
        raise Refusal(code="unknown-field", path=name, value=value[name], rule="no such field in this format")
    return value


def of_format(value: object, *, name: str, known: frozenset[str]) -> Json:
    """`value` as an object of the format `name`; the wrong file is told before its fields are."""
    stated = value.get("format", name) if isinstance(value, dict) else name
    if stated != name:
        raise Refusal(code="unknown-format", path="format", value=stated, rule=f"must be {name}")
    raw = an_object(value, known=known)
    given(raw, "format")
    return raw


def whole(
    raw: Json, name: str, *, least: int = 0, most: int = MOST, default: int | Missing = REQUIRED
) -> int:
    """An integer with `least` <= value <= `most`; neither `true` nor `1.0` is one."""
    value = raw.get(name, default)
    if type(value) is int and least <= value <= most:
        return value
    raise _not_whole(value, path=name, least=least, most=most)


def whole_or_null(raw: Json, name: str, *, least: int = 0, most: int = MOST) -> int | None:
    """As `whole`; None when left out or null."""
    return None if raw.get(name) is None else whole(raw, name, least=least, most=most)


def minute(raw: Json, name: str, *, default: int | Missing = REQUIRED) -> int:
    """A moment in minutes since the epoch; what happened before it is negative."""
    return whole(raw, name, least=-MOST, default=default)


def minute_or_null(raw: Json, name: str) -> int | None:
    """As `minute`; None when left out or null."""
    return whole_or_null(raw, name, least=-MOST)


def number(raw: Json, name: str, *, least: float, most: float) -> float:
    """A finite number with `least` <= value <= `most`."""
    value = given(raw, name)
    if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
        return float(value)
    raise Refusal(code="out-of-range", path=name, value=value, rule=f"must be a number in [{least}, {most}]")


def number_or_null(raw: Json, name: str, *, least: float, most: float) -> float | None:
    """As `number`; None when left out or null."""
    return None if raw.get(name) is None else number(raw, name, least=least, most=most)


def flag(raw: Json, name: str, *, default: bool | Missing = REQUIRED) -> bool:
    value = raw.get(name, default)
    if isinstance(value, bool):
        return value
    raise _wrong_type(value, path=name, wanted="must be true or false")


def text(raw: Json, name: str, *, default: str | Missing = REQUIRED) -> str:
    """A string that is not empty and can be written as UTF-8."""
    value = raw.get(name, default)
    if isinstance(value, str) and value and is_writable(value):
        return value
    raise _wrong_type(value, path=name, wanted="must be a non-empty string")


def text_or_null(raw: Json, name: str) -> str | None:
    """As `text`; None when left out or null."""
    return None if raw.get(name) is None else text(raw, name)


def an_id(raw: Json, name: str = "id") -> str:
    """A string fit to be an id: it does not begin with `order:`."""
    value = text(raw, name)
    if value.startswith(RESERVED_PREFIX):
        raise Refusal(code="reserved-id", path=name, value=value, rule="an id never begins with order:")
    return value


def names(raw: Json, name: str) -> frozenset[str]:
    """A list of strings as a set; empty when left out."""
    return frozenset(items(raw, name, read=_a_name, default=()))


def given(raw: Json, name: str) -> object:
    """The value of a field that must be there."""
    value = raw.get(name, REQUIRED)
    if isinstance(value, Missing):
        raise Refusal(code="missing-field", path=name, rule="must be given")
    return value


def items(
    raw: Json, name: str, *, read: Callable[[object], T], default: tuple[T, ...] | Missing = REQUIRED
) -> tuple[T, ...]:
    """Every element of a list, in its order, read by `read`."""
    if name not in raw and not isinstance(default, Missing):
        return default
    values = given(raw, name)
    if not isinstance(values, list):
        raise _wrong_type(values, path=name, wanted="must be a list")
    done: list[T] = []
    try:
        for value in values:
            done.append(read(value))  # not a comprehension: its length is the index of what is refused
    except Refusal as refusal:
        raise refusal.inside(f"{name}[{len(done)}]") from None
    return tuple(done)


def inside(raw: Json, name: str, *, read: Callable[[object], T]) -> T:
    """The object of a field that must be there, read by `read`."""
    value = given(raw, name)
    try:
        return read(value)
    except Refusal as refusal:
        raise refusal.inside(name) from None


def refuse_repeats(keys: Iterable[object], *, path: str, what: str = "id", field: str = "") -> None:
    """Refuse the first key that an earlier element of the list at `path` has as well."""
    seen: set[object] = set()
    for at, key in enumerate(keys):
        if key in seen:
            where = f"{path}[{at}].{field}" if field else f"{path}[{at}]"
            raise Refusal(code=f"repeated-{what}", path=where, value=key, rule=f"each {what} stands once")
        seen.add(key)


def is_writable(value: str) -> bool:
    """False for a string with half a surrogate pair, which no file can hold."""
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False


def _a_name(value: object) -> str:
    if isinstance(value, str) and value and is_writable(value):
        return value
    raise Refusal(code="wrong-type", value=value, rule="must be a non-empty string")


def _not_whole(value: object, *, path: str, least: int, most: int) -> Refusal:
    if type(value) is not int:
        return _wrong_type(value, path=path, wanted="must be an integer")
    return Refusal(code="out-of-range", path=path, value=value, rule=f"must be in [{least}, {most}]")


def _wrong_type(value: object, *, path: str, wanted: str) -> Refusal:
    if isinstance(value, Missing):
        return Refusal(code="missing-field", path=path, rule="must be given")
    return Refusal(code="wrong-type", path=path, value=value, rule=wanted)
