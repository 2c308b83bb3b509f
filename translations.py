"""Collects and compiles translations by Babel, so that GNU gettext is not needed.

python translations.py collect    what code and templates say, into locale/<language>/LC_MESSAGES/django.po
python translations.py compile    each django.po to the django.mo that Django reads
"""

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("ENVIRONMENT", "test")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent
LOCALE = ROOT / "locale"
LANGUAGES = {"zh_Hans"}  # English is the language of the sources
FOLDERS = ("config", "marketplace", "scenarios", "templates")
METHODS = [("**/migrations/**", "ignore"), ("**.py", "python"), ("**.html", "translations:templates")]
KEYWORDS: dict[str, tuple[Any, ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def templates(file: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:
    """A Babel extractor: Django turns the template into calls of gettext with everything else crossed out.

    In brackets, because what is crossed out keeps an indentation that means nothing to Python.
    """
    calls = f"({templatize(file.read().decode())}\n)"
    return extract_python(io.BytesIO(calls.encode()), keywords, comment_tags, options)


def collect() -> None:
    """New texts appear untranslated, changed ones as fuzzy, gone ones are dropped."""
    found = Catalog(project="Muster", version="1", msgid_bugs_address="-", charset="utf-8")
    for folder in FOLDERS:
        for path, line, message, comments, context in extract_from_dir(
            ROOT / folder, METHODS, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
        ):
            found.add(message, None, [(f"{folder}/{path}", line)], auto_comments=comments, context=context)
    for language in LANGUAGES:
        target = LOCALE / language / "LC_MESSAGES" / "django.po"
        target.parent.mkdir(parents=True, exist_ok=True)
        catalog = _read(target, language) if target.exists() else Catalog(locale=language)
        found.creation_date = catalog.creation_date  # a day's date would change the file at each call
        catalog.update(found)
        catalog.obsolete.clear()
        catalog.header_comment = "# Collected by `make messages`; write the translations here."
        catalog.fuzzy = False
        with target.open("wb") as file:
            write_po(file, catalog, width=110, sort_output=True, include_lineno=False)


def compile_all() -> None:
    """Fuzzy entries are left out, as Django does not show them either."""
    for path in LOCALE.glob("*/LC_MESSAGES/django.po"):
        catalog = _read(path, path.parts[-3])
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


if __name__ == "__main__":
    {"collect": collect, "compile": compile_all}[sys.argv[1]]()
