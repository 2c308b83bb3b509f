"""Tables that come in and go out as CSV and Excel files: read safely into numbered rows of text, written so that
a spreadsheet opens and never runs them. What was written is read back unchanged."""

from marketplace.common.sheets.columns import Column, Row, Sheet, SheetKind
from marketplace.common.sheets.errors import (
    FormulaFound,
    HeadersUnknown,
    SheetRefused,
    SheetTooLarge,
    SheetUnreadable,
)
from marketplace.common.sheets.reading import MOST_BYTES, read_book, read_sheet
from marketplace.common.sheets.values import (
    read_day,
    read_decimal,
    read_moment,
    read_wall_time,
    read_whole,
    read_words,
)
from marketplace.common.sheets.writing import Page, book_bytes, csv_response, csv_text, xlsx_response

__all__ = [
    "MOST_BYTES",
    "Column",
    "FormulaFound",
    "HeadersUnknown",
    "Page",
    "Row",
    "Sheet",
    "SheetKind",
    "SheetRefused",
    "SheetTooLarge",
    "SheetUnreadable",
    "book_bytes",
    "csv_response",
    "csv_text",
    "read_book",
    "read_day",
    "read_decimal",
    "read_moment",
    "read_sheet",
    "read_wall_time",
    "read_whole",
    "read_words",
    "xlsx_response",
]
