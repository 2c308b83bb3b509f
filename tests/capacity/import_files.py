"""Files a factory sends, for the tests of imports."""

from io import BytesIO

from marketplace.capacity.imports import apply_draft, draft_import, export_pages, look
from marketplace.common.sheets import book_bytes, csv_text
from tests.builders import NOW

MACHINE_HEADER = ("own number", "name", "site", "process", "pieces an hour", "price an hour")
JOB_HEADER = ("own number", "job number", "kind", "title", "from", "to")


def a_file(data: bytes | str, name: str = "machines.csv") -> BytesIO:
    file = BytesIO(data.encode() if isinstance(data, str) else data)
    file.name = name
    return file


def a_csv(header, *rows) -> BytesIO:
    return a_file(csv_text(header=header, rows=rows))


def jobs(*rows) -> BytesIO:
    return a_csv(JOB_HEADER, *rows)


def machines(*rows, header=MACHINE_HEADER) -> BytesIO:
    return a_csv(header, *rows)


def drafted(viewer, file):
    return draft_import(viewer=viewer, upload=file)


def seen(viewer, file, *, now=NOW, remove=()):
    """What the file would do."""
    return look(viewer=viewer, draft=drafted(viewer, file), now=now, remove=remove).findings


def applied(viewer, file, *, now=NOW, remove=()):
    draft = drafted(viewer, file)
    version = look(viewer=viewer, draft=draft, now=now).version
    return apply_draft(viewer=viewer, draft=draft.public_id, version=version, now=now, remove=remove)


def outcomes(findings) -> dict[tuple[str, ...], str]:
    return {(row.sheet, *row.key): row.outcome.value for row in findings.rows}


def faults(findings) -> list[tuple[int, str]]:
    return [(one.row, one.field) for one in findings.faults]


def exported(viewer, *, now=NOW) -> BytesIO:
    return a_file(book_bytes(export_pages(viewer=viewer, now=now)), "all.xlsx")
