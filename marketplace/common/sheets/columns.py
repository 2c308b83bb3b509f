"""What a sheet consists of: its columns by name in English and Chinese, and the rows that were read."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: `key` for us, a heading in each language for people; `also` are other headings that are accepted.

    `rule` says in both languages (English, Chinese) what may stand in it; `example` fills the template (of a
    column of words it is the value, shown as the reader says it).
    """

    key: str
    english: str
    chinese: str
    also: tuple[str, ...] = ()
    is_required: bool = False
    rule: tuple[str, str] = ("", "")
    example: str = ""

    @property
    def heading(self) -> str:
        """In the reader's language."""
        return in_language(self.english, self.chinese)

    @property
    def rule_text(self) -> str:
        return in_language(*self.rule)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(plain(one) for one in (self.key, self.english, self.chinese, *self.also))


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetKind:
    """A sheet of a workbook, found by its title in either language."""

    key: str
    english: str
    chinese: str
    columns: tuple[Column, ...]

    @property
    def title(self) -> str:
        return in_language(self.english, self.chinese)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(plain(one) for one in (self.key, self.english, self.chinese))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`number` is the row as the spreadsheet counts it (the headings are row 1); `values` by column key, trimmed.

    A column that the file does not have is not in `values`; an empty cell is an empty text. Numbers are plain
    digits, dates `2026-03-02`, moments `2026-03-02 08:15`, times `08:15`.
    """

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Rows in the order of the file, empty ones left out; `ignored` are headings we have no column for."""

    rows: tuple[Row, ...]
    columns: tuple[str, ...] = ()
    ignored: tuple[str, ...] = field(default=())


def in_language(english: str, chinese: str) -> str:
    return chinese if (get_language() or "en").startswith("zh") else english


def plain(text: str) -> str:
    """A heading without case, width, spaces, units in brackets and punctuation: what is compared."""
    folded = unicodedata.normalize("NFKC", text).casefold().split("(")[0]
    return "".join(character for character in folded if character.isalnum())


def placed(
    header: Sequence[str], columns: Sequence[Column]
) -> tuple[dict[int, Column], list[str], list[str]]:
    """Which column stands where; headings that are none of ours; headings that come twice."""
    found: dict[int, Column] = {}
    ignored: list[str] = []
    twice: list[str] = []
    for index, heading in enumerate(header):
        column = next((one for one in columns if plain(heading) in one.names), None) if heading else None
        if column is None:
            if heading:
                ignored.append(heading)
        elif column in found.values():
            twice.append(heading)
        else:
            found[index] = column
    return found, ignored, twice
