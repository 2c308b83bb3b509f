"""Is a request what the types of the `stripe` package say? Values come as strings, as on the wire."""

import sys
import types
from functools import cache
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints

import stripe
from stripe._request_options import RequestOptions
from stripe._stripe_context import StripeContext

# what the package imports for type checkers only, or in the module of the base class
NAMES = {"StripeContext": StripeContext, **vars(sys.modules[RequestOptions.__module__])}


class WrongParams(Exception):
    """`param` is the dotted name of what is wrong."""

    def __init__(self, param: str, text: str) -> None:
        super().__init__(text)
        self.param = param


def check_params(kind: type, params: dict[str, Any], *, path: str = "") -> None:
    """Raise `WrongParams` for unknown, missing and mistyped parameters."""
    hints = _hints(kind)
    for name in params:
        if name not in hints or (not path and name in _hints(RequestOptions)):
            raise WrongParams(f"{path}{name}", f"Received unknown parameter: {path}{name}")
    for name in kind.__required_keys__ - set(_hints(RequestOptions)):
        if name not in params:
            raise WrongParams(f"{path}{name}", f"Missing required param: {path}{name}.")
    for name, value in params.items():
        _check(hints[name], value, path=f"{path}{name}")


def _check(hint: Any, value: Any, *, path: str) -> None:
    if not _fits(hint, value, path=path):
        raise WrongParams(path, f"Invalid value for {path}: {value!r} is no {hint}")


def _fits(hint: Any, value: Any, *, path: str) -> bool:
    origin = get_origin(hint)
    if origin is NotRequired:
        return _fits(get_args(hint)[0], value, path=path)
    if origin in (Union, types.UnionType):
        return _fits_one(get_args(hint), value, path=path)
    if origin is Literal:
        return value in get_args(hint)
    if origin is list:
        if not isinstance(value, list):
            return False
        for index, one in enumerate(value):
            _check(get_args(hint)[0], one, path=f"{path}[{index}]")
        return True
    if origin is dict:
        return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    if hasattr(hint, "__required_keys__"):  # a TypedDict, of whichever module
        if not isinstance(value, dict):
            return False
        check_params(hint, value, path=f"{path}.")
        return True
    return isinstance(value, str) and _is_scalar(hint, value)


def _fits_one(hints: tuple[Any, ...], value: Any, *, path: str) -> bool:
    """Of a set of words and any text the words count: what Stripe has no word for is a mistake here."""
    closed = [hint for hint in hints if get_origin(hint) is Literal and get_args(hint) != ("",)]
    chosen = closed if closed and isinstance(value, str) else list(hints)
    return any(_fits(hint, value, path=path) for hint in chosen)


def _is_scalar(hint: Any, value: str) -> bool:
    if hint is int:
        return value.lstrip("-").isdigit()
    if hint is bool:
        return value in {"true", "false"}
    return hint is str


@cache
def _hints(kind: type) -> dict[str, Any]:
    module = vars(sys.modules[kind.__module__])
    return get_type_hints(kind, globalns={**vars(stripe), **NAMES, **module}, include_extras=True)
