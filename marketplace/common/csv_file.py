"""Tables as CSV files that a spreadsheet opens and never runs."""

import csv
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

RISKY = tuple("=+-@\t\r\n＝＋－＠")  # a spreadsheet would run a text that begins like this
BOM = "\ufeff"  # tells spreadsheets that the file is UTF-8


def csv_response(*, name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A download called `name`; numbers stay numbers, texts that look like formulas get an apostrophe."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write(BOM)
    writer = csv.writer(response)
    writer.writerow([str(cell) for cell in header])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return response


def _safe(cell: object) -> object:
    if cell is None:
        return ""
    if isinstance(cell, int | float):
        return cell
    text = str(cell)
    return f"'{text}" if text.startswith(RISKY) else text
