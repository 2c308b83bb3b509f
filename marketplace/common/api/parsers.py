"""JSON in: bounded size and depth, no NaN, no infinity, no duplicate keys, no text that a database cannot hold."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from marketplace.common.checks import is_storable_text

MAX_DEPTH = 20


class BodyTooLarge(APIException):
    status_code = 413
    default_code = "too-large"


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise BodyTooLarge(f"more than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes")
        try:
            value = json.loads(
                body.decode("utf-8"),
                parse_constant=_refuse_constant,
                parse_float=_finite,
                object_pairs_hook=_no_duplicates,
            )
        except RecursionError as error:
            raise ParseError(f"JSON nested deeper than {MAX_DEPTH} levels") from error
        except ValueError as error:
            raise ParseError(f"unreadable JSON: {error}") from error
        if _deeper_than(value, MAX_DEPTH):
            raise ParseError(f"JSON nested deeper than {MAX_DEPTH} levels")
        if not _is_storable(value):
            raise ParseError("a text holds a NUL character or half of a surrogate pair")
        return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen = dict(pairs)
    if len(seen) != len(pairs):
        raise ValueError("an object has the same key twice")
    return seen


def _deeper_than(value: Any, levels: int) -> bool:
    if not isinstance(value, list | dict):
        return False
    if levels == 0:
        return True
    children = value.values() if isinstance(value, dict) else value
    return any(_deeper_than(child, levels - 1) for child in children)


def _is_storable(value: Any) -> bool:
    """Every text in it, keys included, is one the database can hold."""
    if isinstance(value, str):
        return is_storable_text(value)
    if isinstance(value, dict):
        return all(_is_storable(key) and _is_storable(one) for key, one in value.items())
    return all(_is_storable(one) for one in value) if isinstance(value, list) else True
