"""Is this a workbook we dare to open? Looked at as a zip archive first, then unpacked once while counting."""

import zipfile
from io import BytesIO
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _

from marketplace.common.sheets.errors import SheetRefused, SheetTooLarge, SheetUnreadable

MOST_ENTRIES = 500
MOST_UNPACKED_BYTES = 40_000_000
MOST_RATIO = 200  # unpacked by packed, of the whole archive; sheets of ten thousand like rows reach about 40
RATIO_COUNTS_FROM = 2_000_000  # bytes unpacked; below, a high ratio harms nobody
CHUNK = 65_536
OLE = bytes.fromhex("D0CF11E0A1B11AE1")
ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")
XML_NAMES = (".xml", ".rels", ".vml")
XML_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00<")
ENCRYPTED_FLAG = 0x1


def require_harmless_workbook(data: bytes) -> None:
    """Raises `SheetRefused` for what is no plain xlsx: encrypted, with macros, a bomb, with XML entities."""
    if data.startswith(OLE):
        raise _old_or_locked(data)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _require_modest_directory(archive, num_bytes=len(data))
            _require_no_macros(archive)
            _unpack_counting(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError) as error:
        raise SheetUnreadable(_("This Excel file is damaged.")) from error


def _old_or_locked(data: bytes) -> SheetRefused:
    if ENCRYPTED_PART in data:
        return SheetRefused(_("This file is protected by a password. Save it without one and send it again."))
    return SheetRefused(_("This is a file of old Excel (.xls). Save it as .xlsx or CSV and send it again."))


def _require_modest_directory(archive: zipfile.ZipFile, *, num_bytes: int) -> None:
    """What the archive says of itself; that it may lie is found while unpacking."""
    entries = archive.infolist()
    unpacked = sum(one.file_size for one in entries)
    if len(entries) > MOST_ENTRIES or len({one.filename for one in entries}) != len(entries):
        raise SheetTooLarge(_("This file consists of too many parts."), rule=f"parts <= {MOST_ENTRIES}")
    is_steep = unpacked > RATIO_COUNTS_FROM and unpacked > MOST_RATIO * num_bytes
    if unpacked > MOST_UNPACKED_BYTES or is_steep:
        raise _too_large()
    if any(one.flag_bits & ENCRYPTED_FLAG for one in entries):
        raise SheetRefused(_("This file is protected by a password. Save it without one and send it again."))


def _require_no_macros(archive: zipfile.ZipFile) -> None:
    names = [one.filename.lower() for one in archive.infolist()]
    if any("vbaproject" in name or "macrosheets/" in name for name in names):
        raise SheetRefused(_("This file holds macros. Save it as .xlsx without macros and send it again."))


def _unpack_counting(archive: zipfile.ZipFile) -> None:
    left = MOST_UNPACKED_BYTES
    for entry in archive.infolist():
        with archive.open(entry) as part:
            chunk = part.read(CHUNK)
            is_named_xml = entry.filename.lower().endswith(XML_NAMES)
            parser = _parser() if is_named_xml or chunk.lstrip().startswith(XML_STARTS) else None
            if entry.filename == "[Content_Types].xml" and b"macroEnabled" in chunk:
                raise SheetRefused(
                    _("This file holds macros. Save it as .xlsx without macros and send it again.")
                )
            while chunk:
                left -= len(chunk)
                if left < 0:
                    raise _too_large()
                if parser is not None:
                    parser = _fed(parser, chunk, is_named_xml=is_named_xml)
                chunk = part.read(CHUNK)


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _fed(parser: expat.XMLParserType, chunk: bytes, *, is_named_xml: bool) -> expat.XMLParserType | None:
    """The parser, or None where the part turned out to be no XML (a picture may begin like it)."""
    try:
        parser.Parse(chunk, False)
    except expat.ExpatError as error:
        if is_named_xml:
            raise SheetUnreadable(_("This Excel file is damaged.")) from error
        return None
    return parser


def _refuse_doctype(*_declared: object) -> None:
    raise SheetRefused(_("This file declares XML entities. No spreadsheet does; it is refused."))


def _too_large() -> SheetTooLarge:
    return SheetTooLarge(
        _("Unpacked, this file is larger than %(most)s MB.") % {"most": MOST_UNPACKED_BYTES // 10**6},
        rule=f"unpacked bytes <= {MOST_UNPACKED_BYTES}",
    )
