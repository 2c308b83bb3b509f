"""Tables as CSV and Excel files that a spreadsheet opens and never runs."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from marketplace.common.sheets.escaping import escaped

BOM = "\ufeff"  # tells spreadsheets that the file is UTF-8
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTHS = (10, 48)  # characters of a column, at least and at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A sheet to write: numbers and dates stay what they are, everything else becomes text."""

    title: str
    header: Sequence[object]
    rows: Sequence[Sequence[object]]


def csv_text(*, header: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """Numbers stay numbers, texts that look like formulas get an apostrophe."""
    out = StringIO(newline="")
    out.write(BOM)
    writer = csv.writer(out)
    writer.writerow([str(cell) for cell in header])
    writer.writerows([_csv_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def csv_response(*, name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A download called `name`, as `csv_text` says."""
    text = csv_text(header=header, rows=rows)
    return _download(text.encode(), name=name, content_type="text/csv; charset=utf-8")


def xlsx_response(*, name: str, pages: Sequence[Page]) -> HttpResponse:
    """A download called `name` with a sheet for each page."""
    return _download(book_bytes(pages), name=name, content_type=XLSX)


def book_bytes(pages: Sequence[Page]) -> bytes:
    """A workbook with a sheet for each page; no cell of it computes."""
    book = Workbook(write_only=True)
    for page in pages:
        sheet = book.create_sheet(page.title)
        sheet.freeze_panes = "A2"
        for index, width in enumerate(_widths(page), start=1):
            sheet.column_dimensions[get_column_letter(index)].width = width
        sheet.append([_bold(_xlsx_cell(sheet, str(cell))) for cell in page.header])
        for row in page.rows:
            sheet.append([_xlsx_cell(sheet, cell) for cell in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _csv_cell(cell: object) -> object:
    if cell is None:
        return ""
    return cell if isinstance(cell, int | float) else escaped(str(cell))


def _xlsx_cell(sheet: Any, cell: object) -> Any:
    if cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool)):
        return WriteOnlyCell(sheet, value=cell)
    made = WriteOnlyCell(sheet, value=_storable(escaped(str(cell))))
    made.data_type = "s"  # also where openpyxl takes the text for an error or a formula
    return made


def _storable(text: str) -> str:
    """XML has no control characters."""
    return "".join(character for character in text if ord(character) >= 32 or character in "\n\t")


def _bold(cell: Any) -> Any:
    cell.font = Font(bold=True)
    return cell


def _widths(page: Page) -> list[int]:
    least, most = WIDTHS
    columns = zip(page.header, *page.rows[:200], strict=False)
    return [min(most, max(least, *(len(str(cell or "")) for cell in column)) + 2) for column in columns]


def _download(data: bytes, *, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
