"""Documents: a typst template of `typst/` and the data it shows give the bytes of a PDF, the same bytes each time.

All words come in the data, so that a document speaks the language it was asked for. A template begins with
`#let data = json(bytes(sys.inputs.data))` and takes font and page from `base.typ`.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import typst
from django.conf import settings

STAMP = datetime(2020, 1, 1, tzinfo=UTC)  # the file's own date; when a document was made stands in its text


class DocumentFailed(Exception):
    """The template is wrong, or shows what the data has not."""

    code = "common:document-failed"


def render_pdf(template: str, data: Mapping[str, object]) -> bytes:
    """`template` is the name of a file in `typst/` without its ending. Raises `DocumentFailed`."""
    folder = Path(settings.BASE_DIR) / "typst"
    try:
        made = typst.compile(
            str(folder / f"{template}.typ"),
            root=str(folder),
            font_paths=_fonts(),
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            timestamp=int(STAMP.timestamp()),
        )
    except (typst.TypstError, OSError) as error:
        raise DocumentFailed(f"{template}: {error}") from error
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    """Read once in a process; no font of the machine, so that a document looks the same everywhere."""
    return typst.Fonts(
        include_system_fonts=False,
        font_paths=[str(Path(settings.BASE_DIR) / "static" / "vendor" / "fonts")],
    )
