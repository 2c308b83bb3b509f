"""Bodies as Stripe takes them: `line_items[0][quantity]=1` to nested dictionaries and lists of strings."""

import re
from typing import Any
from urllib.parse import parse_qsl

PART = re.compile(r"\[([^\]]*)\]")


def decoded(body: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        first, *rest = [name.split("[")[0], *PART.findall(name)]
        here: dict[str, Any] = found
        for part, following in zip([first, *rest], rest, strict=False):
            here = here.setdefault(part, {})
            assert following is not None
        here[rest[-1] if rest else first] = value
    return {key: _lists(value) for key, value in found.items()}


def _lists(value: Any) -> Any:
    """A dictionary whose keys are 0, 1, 2 … is a list."""
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(one) for key, one in value.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
