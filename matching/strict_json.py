"""Strict JSON: text to plain values, refusing what JSON parsers usually let pass.

Repeated fields, nesting without end, NaN, infinities and integers of thousands of digits are refused; the
standard parser would keep the last field, exhaust the stack, or invent numbers.
"""

import json
from collections.abc import Callable, Iterator
from math import isfinite

MAX_DEPTH = 64  # of free-form values such as `notes`; everything else has the depth of its format
_LONGEST_INTEGER = 40  # digits; longer ones are out of every range and slow to convert


class Refusal(ValueError):
    """A value that a format forbids: where it stands, what it is, and the rule it breaks.

    `path` is a JSON path without a root, such as `machines[3].windows[1]` (empty: the whole file); `code` is
    stable, lower case, hyphenated.
    """

    def __init__(self, *, code: str, path: str = "", value: object = None, rule: str) -> None:
        self.code = code
        self.path = path.encode(errors="backslashreplace").decode()  # a field's name may be unprintable
        self.value = value
        self.rule = rule
        super().__init__(f"{self.path or '(file)'}: {describe(value)}: {rule} [{code}]")

    def inside(self, prefix: str) -> "Refusal":
        """The same refusal seen from the object that holds the refused one under `prefix`."""
        return Refusal(code=self.code, path=joined(prefix, self.path), value=self.value, rule=self.rule)


class _RepeatedFields(dict[str, object]):
    """An object that named a field twice; found again by a walk, because the parser knows no paths."""

    repeated: str = ""


def load(text: str | bytes) -> object:
    """The value of a JSON text (bytes: UTF-8). Non-finite floats may remain: the fields refuse them by path.

    Raises `Refusal` with code `not-json`, `too-deep` or `repeated-field`.
    """
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
    except UnicodeDecodeError as error:
        raise Refusal(code="not-json", rule=f"must be UTF-8: {error}") from None
    spoiled: list[_RepeatedFields] = []
    value = _parse(decoded, _object_builder(spoiled))
    if spoiled:
        raise _repeated_field(value)
    return value


def describe(value: object) -> str:
    """A short, printable rendering of a value for an error message; never walks into containers."""
    if isinstance(value, dict):
        return f"an object of {len(value)} fields"
    if isinstance(value, list):
        return _describe_list(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = (
        ascii(value) if not isinstance(value, int) or abs(value) < 10**40 else "an integer of over 40 digits"
    )
    return text if len(text) <= 80 else f"{text[:77]}..."


def refuse_endless_or_infinite(value: object) -> None:
    """Refuse a free-form value nested deeper than `MAX_DEPTH`, or with a number that JSON cannot write."""
    for path, found, depth in _walk(value):
        if depth > MAX_DEPTH:
            raise Refusal(code="too-deep", path=path, rule=f"at most {MAX_DEPTH} levels")
        if isinstance(found, float) and not isfinite(found):
            raise Refusal(code="not-finite", path=path, value=found, rule="must be a finite number")


def joined(prefix: str, path: str) -> str:
    """Two parts of a JSON path as one."""
    if not path or not prefix:
        return prefix or path
    return f"{prefix}{path}" if path.startswith("[") else f"{prefix}.{path}"


def _describe_list(value: list[object]) -> str:
    if len(value) <= 3 and all(isinstance(each, int | float | str) for each in value):
        return f"[{', '.join(describe(each) for each in value)}]"
    return f"a list of {len(value)}"


def _parse(text: str, build: Callable[[list[tuple[str, object]]], dict[str, object]]) -> object:
    try:
        try:
            return json.loads(text, object_pairs_hook=build)
        except json.JSONDecodeError:
            raise
        except ValueError:  # more digits than Python converts: read on, so that the field's path is known
            return json.loads(text, object_pairs_hook=build, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise Refusal(code="not-json", rule=f"must be JSON: {error}") from None
    except RecursionError:
        raise Refusal(code="too-deep", rule="nested too deeply") from None


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float("inf")


def _object_builder(
    spoiled: list[_RepeatedFields],
) -> Callable[[list[tuple[str, object]]], dict[str, object]]:
    def build(pairs: list[tuple[str, object]]) -> dict[str, object]:
        fields = dict(pairs)
        if len(fields) == len(pairs):
            return fields
        marked = _RepeatedFields(fields)
        names = [name for name, _ in pairs]
        marked.repeated = next(name for name in names if names.count(name) > 1)
        spoiled.append(marked)
        return marked

    return build


def _repeated_field(value: object) -> Refusal:
    """The outermost repetition: what it overwrote is gone, so an inner one may not be there any more."""
    path, found = next((path, found) for path, found, _ in _walk(value) if isinstance(found, _RepeatedFields))
    name = found.repeated
    return Refusal(
        code="repeated-field", path=joined(path, name), value=found[name], rule="named more than once"
    )


def _walk(value: object) -> Iterator[tuple[str, object, int]]:
    """Every value with its path and depth, parents first; a stack of its own, so that depth cannot hurt."""
    waiting: list[tuple[str, object, int]] = [("", value, 0)]
    while waiting:
        path, found, depth = waiting.pop()
        yield path, found, depth
        if isinstance(found, dict):
            children = [(joined(path, str(name)), each) for name, each in found.items()]
        elif isinstance(found, list):
            children = [(f"{path}[{at}]", each) for at, each in enumerate(found)]
        else:
            continue
        waiting.extend((where, each, depth + 1) for where, each in reversed(children))
