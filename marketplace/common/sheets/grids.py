"""From bytes to grids of text, one for each sheet, within the limits on rows, columns and characters."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

import openpyxl
from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

from marketplace.common.sheets.cells import text_of
from marketplace.common.sheets.errors import FormulaFound, SheetRefused, SheetTooLarge, SheetUnreadable
from marketplace.common.sheets.escaping import unescaped
from marketplace.common.sheets.guard import require_harmless_workbook

MOST_ROWS = 10_000  # with something in them, without the headings
MOST_COLUMNS = 50
MOST_CHARACTERS = 500  # in a cell
MOST_TEXT = 5_000_000  # characters in a file
LAST_ROW = 1_048_576  # of Excel
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"
DELIMITERS = ",;\t"
FORMULA_STARTS = ("=", "＝")
CODINGS = (("utf-8-sig", b""), ("utf-16", b"\xff\xfe"), ("utf-16", b"\xfe\xff"), ("gb18030", b""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """`lines` are (row number, cells) of the rows with something in them, the headings' first."""

    title: str
    lines: tuple[tuple[int, tuple[str, ...]], ...]


def is_workbook(data: bytes) -> bool:
    """By its first bytes, whatever its name says; old and locked files count, to be refused as such."""
    return data.startswith((ZIP, OLE))


def workbook_grids(data: bytes) -> list[Grid]:
    """The visible sheets of an xlsx file. Raises `SheetRefused`."""
    require_harmless_workbook(data)
    try:
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
        counter = _Counter()
        return [
            Grid(title=sheet.title, lines=counter.lines(_sheet_lines(sheet), title=sheet.title))
            for sheet in book.worksheets
            if sheet.sheet_state == "visible"
        ]
    except SheetRefused:
        raise
    except Exception as error:  # a hostile or broken file makes openpyxl raise nearly anything
        raise SheetUnreadable(_("This Excel file is damaged.")) from error


def csv_grid(data: bytes) -> Grid:
    """The only sheet of a CSV file. Raises `SheetRefused`."""
    text = _decoded(data).replace("\x00", "")
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        return Grid(title="", lines=_Counter().lines(_csv_lines(reader), title=""))
    except csv.Error as error:
        raise SheetUnreadable(
            _("This CSV file is damaged near row %(row)s.") % {"row": reader.line_num}
        ) from error


class _Counter:
    """Counts what a file holds over all its sheets, and refuses what is too much."""

    def __init__(self) -> None:
        self._text_left = MOST_TEXT

    def lines(
        self, lines: Iterable[tuple[int, Sequence[object]]], *, title: str
    ) -> tuple[tuple[int, tuple[str, ...]], ...]:
        found: list[tuple[int, tuple[str, ...]]] = []
        for number, cells in lines:
            texts = tuple(
                self._text(cell, title=title, number=number, index=i) for i, cell in enumerate(cells)
            )
            while texts and not texts[-1]:
                texts = texts[:-1]
            if not texts:
                continue
            if len(found) > MOST_ROWS:
                raise SheetTooLarge(
                    _("A sheet may have at most %(most)s rows.") % {"most": f"{MOST_ROWS:,}"},
                    rule=f"rows <= {MOST_ROWS}",
                )
            if len(texts) > MOST_COLUMNS:
                raise SheetTooLarge(
                    _("A sheet may have at most %(most)s columns.") % {"most": MOST_COLUMNS},
                    rule=f"columns <= {MOST_COLUMNS}",
                )
            found.append((number, texts))
        return tuple(found)

    def _text(self, cell: object, *, title: str, number: int, index: int) -> str:
        where = f"{get_column_letter(index + 1)}{number}"
        if isinstance(cell, _Formula) or (isinstance(cell, str) and cell.startswith(FORMULA_STARTS)):
            raise FormulaFound(
                _("Cell %(cell)s holds a formula. Paste values instead and send the file again.")
                % {"cell": f"{title} {where}".strip()},
                field=where,
                sheet=title,
                cell=where,
            )
        text = text_of(cell).strip()
        if len(text) > MOST_CHARACTERS:
            raise SheetTooLarge(
                _("Cell %(cell)s holds more than %(most)s characters.")
                % {"cell": f"{title} {where}".strip(), "most": MOST_CHARACTERS},
                field=where,
                sheet=title,
                cell=where,
                rule=f"length <= {MOST_CHARACTERS}",
            )
        self._text_left -= len(text)
        if self._text_left < 0:
            raise SheetTooLarge(_("This file holds too much text."), rule=f"characters <= {MOST_TEXT}")
        return unescaped(text)


@dataclass(frozen=True, slots=True)
class _Formula:
    """What stands for a cell that computes."""


def _sheet_lines(sheet: Any) -> Iterator[tuple[int, Sequence[object]]]:
    """Cells as values; of rows and columns that only formatting makes long, the empty rest is passed over."""
    sheet.reset_dimensions()  # a file may claim any size
    rows = sheet.iter_rows(min_row=1, max_row=LAST_ROW, max_col=MOST_COLUMNS + 1)
    for number, row in enumerate(rows, start=1):
        if any(cell.value is not None for cell in row):
            yield number, [_Formula() if cell.data_type == "f" else cell.value for cell in row]


def _csv_lines(reader: Iterable[list[str]]) -> Iterator[tuple[int, Sequence[object]]]:
    yield from enumerate(reader, start=1)


def _decoded(data: bytes) -> str:
    for coding, start in CODINGS:
        if data.startswith(start):
            try:
                return data.decode(coding)
            except UnicodeDecodeError:
                continue
    raise SheetUnreadable(
        _("The text of this file is neither UTF-8 nor GB 18030. Save it as UTF-8 CSV or .xlsx.")
    )


def _delimiter(text: str) -> str:
    """The one that stands most often in the headings; a comma where there is none."""
    heading = text.lstrip().partition("\n")[0]
    return max(DELIMITERS, key=heading.count)
