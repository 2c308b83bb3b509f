"""Reading an upload into numbered rows. Nothing of it is believed: not its name, nor what it says of its size."""

from collections.abc import Sequence
from typing import IO, Protocol

from django.utils.translation import gettext_lazy as _

from marketplace.common.sheets.columns import Column, Row, Sheet, SheetKind, placed, plain
from marketplace.common.sheets.errors import HeadersUnknown, SheetRefused, SheetTooLarge, SheetUnreadable
from marketplace.common.sheets.grids import Grid, csv_grid, is_workbook, workbook_grids

MOST_BYTES = 5_000_000
EXCEL = ".xlsx"
OTHER_EXCEL = (".xlsm", ".xlsb", ".xltm", ".xls")


class Upload(Protocol):
    """An uploaded file, as Django gives it, or any binary file with a name."""

    name: str | None

    def read(self, size: int, /) -> bytes: ...


def read_sheet(upload: Upload | IO[bytes], *, columns: Sequence[Column]) -> Sheet:
    """The first visible sheet of a CSV or Excel file. Raises `SheetRefused` (which see) with a sentence for people."""
    data = _bytes_of(upload)
    grids = workbook_grids(data) if is_workbook(data) else [csv_grid(data)]
    if not grids:
        raise _empty()
    return _sheet(grids[0], columns=columns)


def read_book(upload: Upload | IO[bytes], *, kinds: Sequence[SheetKind]) -> dict[str, Sheet]:
    """The sheets of a file by kind. A workbook's are found by their titles; a CSV file, and a workbook none of
    whose titles is known, by the headings. Raises `SheetRefused`."""
    data = _bytes_of(upload)
    if not is_workbook(data):
        return _by_headings(csv_grid(data), kinds=kinds)
    grids = workbook_grids(data)
    found: dict[str, Sheet] = {}
    for grid in grids:
        kind = next((one for one in kinds if plain(grid.title) in one.names), None)
        if kind is not None and kind.key not in found and grid.lines:
            found[kind.key] = _sheet(grid, columns=kind.columns)
    if found:
        return found
    if not any(grid.lines for grid in grids):
        raise _empty()
    return _by_headings(next(grid for grid in grids if grid.lines), kinds=kinds)


def _bytes_of(upload: Upload | IO[bytes]) -> bytes:
    name = str(getattr(upload, "name", "") or "").lower()
    if name.endswith(OTHER_EXCEL):
        raise SheetRefused(
            _("Only .xlsx and CSV files are read: no macros, no old formats. Save it as one of them.")
        )
    data: bytes = upload.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise SheetTooLarge(
            _("A file may have at most %(most)s MB.") % {"most": MOST_BYTES // 10**6},
            rule=f"bytes <= {MOST_BYTES}",
        )
    if not data.strip():
        raise _empty()
    if name.endswith(EXCEL) and not is_workbook(data):
        raise SheetUnreadable(
            _("This is not an Excel file, though its name ends in .xlsx. Send an Excel or a CSV file."),
            field="file",
            rule="an .xlsx file is an Excel workbook",
        )
    return data


def _by_headings(grid: Grid, *, kinds: Sequence[SheetKind]) -> dict[str, Sheet]:
    """The kind most of whose columns are there, of those that lack none they need."""
    if not grid.lines:
        raise _empty()
    header = grid.lines[0][1]

    def fits(kind: SheetKind) -> int:
        columns = list(placed(header, kind.columns)[0].values())
        is_complete = all(one in columns for one in kind.columns if one.is_required)
        return len(columns) if is_complete else 0

    kind = max(kinds, key=fits)
    if not fits(kind):
        raise HeadersUnknown(
            _(
                "The first row must name the columns; these headings belong to none of our sheets. Start from a template."
            ),
            headings=list(header)[:20],
        )
    return {kind.key: _sheet(grid, columns=kind.columns)}


def _sheet(grid: Grid, *, columns: Sequence[Column]) -> Sheet:
    if not grid.lines:
        raise _empty()
    found, ignored, twice = placed(grid.lines[0][1], columns)
    if twice:
        raise HeadersUnknown(_("The heading %(name)s is there twice.") % {"name": twice[0]}, headings=twice)
    missing = [one.heading for one in columns if one.is_required and one not in found.values()]
    if missing:
        raise HeadersUnknown(
            _("These columns are missing: %(names)s.") % {"names": ", ".join(missing)}, missing=missing
        )
    rows = []
    for number, cells in grid.lines[1:]:
        values = {column.key: cells[index] if index < len(cells) else "" for index, column in found.items()}
        if any(values.values()):
            rows.append(Row(number=number, values=values))
    return Sheet(rows=tuple(rows), columns=tuple(one.key for one in found.values()), ignored=tuple(ignored))


def _empty() -> SheetRefused:
    return SheetRefused(_("This file is empty."))
