"""The catalogue of translations: gathered from code and templates, merged and compiled with Babel alone.

Python files are read by Babel's own extractor; templates go through Django's `templatize`, which blots out all but
the translation tags, and then through Babel's JavaScript lexer, which minds no leftovers.
"""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

LOCALE = "zh_Hans"
CODE_FOLDERS = ("config", "marketplace", "scenarios")
TEMPLATE_FOLDERS = ("templates",)
KEYWORDS = {
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
PLURAL = "nplurals=1; plural=0;"
_FORMAT = re.compile(r"%\(\w+\)[sd]|%[sd]")


def catalogue_file(root: Path) -> Path:
    return root / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def gather(root: Path) -> Catalog:
    """Every message of the code and the templates, without translations, in order of file."""
    found = Catalog(locale=LOCALE, project="Muster", charset="utf-8")
    for file, message, context in _messages(root):
        found.add(message, context=context, locations=[(file, 0)])
    return found


def merge(gathered: Catalog, kept: Catalog) -> Catalog:
    """The gathered messages with the kept translations; what is no longer used is dropped, nothing is guessed."""
    merged = Catalog(locale=LOCALE, project="Muster", charset="utf-8")
    for message in gathered:
        if message.id:
            old = kept.get(message.id, context=message.context)
            merged.add(
                message.id,
                string=old.string if old is not None and not old.fuzzy else "",
                context=message.context,
                locations=message.locations,
            )
    return merged


def read(file: Path) -> Catalog:
    if not file.exists():
        return Catalog(locale=LOCALE, charset="utf-8")
    with file.open("rb") as stream:
        return read_po(stream, locale=LOCALE)


def written(catalogue: Catalog) -> bytes:
    """The file's bytes: sorted, without dates and line numbers, so that only real changes show."""
    stream = BytesIO()
    write_po(stream, catalogue, sort_output=True, omit_header=True, include_lineno=False, width=110)
    header = (
        'msgid ""\nmsgstr ""\n"Language: zh_Hans\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {PLURAL}\\n"\n\n'
    )
    return header.encode() + stream.getvalue()


def compile_catalogue(root: Path) -> Path:
    """Write the .mo file beside the .po file."""
    source = catalogue_file(root)
    target = source.with_suffix(".mo")
    with target.open("wb") as stream:
        write_mo(stream, read(source))
    return target


def faults(catalogue: Catalog) -> list[str]:
    """Messages that are empty, fuzzy, or lose a placeholder in translation."""
    return [
        fault
        for message in catalogue
        if message.id
        for fault in _faults_of(message.id, message.string, message.fuzzy)
    ]


def _faults_of(source: object, target: object, is_fuzzy: bool) -> Iterator[str]:
    sources = source if isinstance(source, tuple | list) else (source,)
    targets = target if isinstance(target, tuple | list) else (target,)
    name = str(sources[-1])
    if is_fuzzy:
        yield f"fuzzy: {name}"
    for text in targets:
        if not text:
            yield f"empty: {name}"
        elif sorted(_FORMAT.findall(str(text))) != sorted(_FORMAT.findall(name)):
            yield f"other placeholders: {name} → {text}"


def _messages(root: Path) -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    for file in _files(root, CODE_FOLDERS, "*.py"):
        for _line, message, _comments, context in extract(
            "python", BytesIO(file.read_bytes()), keywords=KEYWORDS
        ):
            yield str(file.relative_to(root)), message, context
    for file in _files(root, TEMPLATE_FOLDERS, "*.html"):
        blotted = templatize(file.read_text("utf-8"), origin=str(file)).encode()
        for _line, message, _comments, context in extract("javascript", BytesIO(blotted), keywords=KEYWORDS):
            yield str(file.relative_to(root)), message, context


def _files(root: Path, folders: Iterable[str], pattern: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(file for file in (root / folder).rglob(pattern) if "migrations" not in file.parts)
