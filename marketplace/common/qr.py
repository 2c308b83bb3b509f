"""QR codes: squares that phones read, as SVG."""

from io import BytesIO

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

BORDER = 2  # modules of quiet zone; four are usual, but pages and cards are white around it


def qr_svg(text: str, *, label: str = "") -> SafeString:
    """Inline for a page, as large as its box; `label` is what a screen reader says."""
    drawn = mark_safe(qr_file(text))  # noqa: S308 - squares alone, made here
    return format_html('<span class="m-qr" role="img" aria-label="{}">{}</span>', label or text, drawn)


def qr_file(text: str) -> str:
    """The text of an SVG file; in a document `image(bytes(svg), format: "svg")`."""
    file = BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(
        file, kind="svg", border=BORDER, xmldecl=False, nl=False, omitsize=True, dark="#000", light="#fff"
    )
    return file.getvalue().decode()
