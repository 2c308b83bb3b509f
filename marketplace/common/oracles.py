"""Oracles: functions that look at all that is stored and say what can never be true. They run in tests and in operation.

Apps register theirs in AppConfig.ready; `manage.py verify` asks them all.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

Oracle = Callable[[], list[str]]
"""Returns one line for each fault; an empty list means that everything is as it must be."""

_oracles: dict[str, Oracle] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`oracle` is the name under which the function was registered."""

    oracle: str
    text: str


class UnknownOracle(LookupError):
    """No app registered an oracle of this name."""


def register(name: str, function: Oracle) -> None:
    """`name` is the app's, or the app's and a subject: `payments`, `production.pieces`."""
    _oracles[name] = function


def names() -> tuple[str, ...]:
    return tuple(sorted(_oracles))


def faults(only: Collection[str] = ()) -> Iterator[Fault]:
    """What the oracles of these names (all where none is given) find. Raises `UnknownOracle`."""
    for name in only or names():
        if name not in _oracles:
            raise UnknownOracle(name)
        for text in _oracles[name]():
            yield Fault(oracle=name, text=text)
