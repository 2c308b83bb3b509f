"""Tabler's outline icons, inlined so that a page loads no icon font."""

import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

FILE = Path(settings.BASE_DIR) / "static" / "vendor" / "icons.json"


class UnknownIcon(ValueError):
    """The name is none of Tabler's outline icons."""


def icon_svg(name: str, *, size_px: int = 18) -> SafeString:
    """The icon as decoration: hidden from assistive technology, so a text must stand beside it."""
    inner = _icons().get(name)
    if inner is None:
        raise UnknownIcon(f"{name!r} is no outline icon of Tabler")
    return format_html(
        '<svg class="m-icon" width="{0}" height="{0}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{1}</svg>',
        size_px,
        mark_safe(inner),  # noqa: S308 - path data of the icon library, no input
    )


@cache
def _icons() -> dict[str, str]:
    """Name to inner SVG."""
    if not FILE.exists():
        raise ImproperlyConfigured(f"{FILE} is missing: run `make setup`")
    icons: dict[str, str] = json.loads(FILE.read_text("utf-8"))
    return icons
