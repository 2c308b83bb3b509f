"""Reading XML from strangers: no DTD, no entities, no network, bounded size and depth, errors with the line."""

from datetime import datetime

from lxml import etree

from telemetry.sources.stamps import StampInvalid, parse_stamp

MAX_BYTES = 16 * 1024 * 1024  # the `current` of 200 machines is about 2 MB
MAX_DEPTH = 64  # elements within each other; device models seen have at most 12


class XmlRefused(ValueError):
    """A document that is not well formed, not safe, or not what it should be.

    `code` is one of xml:too-large, xml:has-dtd, xml:malformed, xml:too-deep, xml:unexpected. `line` counts from 1.
    """

    def __init__(self, *, code: str, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.code = code
        self.line = line
        self.reason = reason


def parse_xml(
    data: bytes, *, root: str, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH
) -> etree._Element:
    """The root element, whose local name must be `root`; without comments and processing instructions."""
    if len(data) > max_bytes:
        raise XmlRefused(code="xml:too-large", line=1, reason=f"{len(data)} bytes, at most {max_bytes}")
    _refuse_dtd(data)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        element = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise XmlRefused(code="xml:malformed", line=error.lineno or 1, reason=str(error.msg)) from None
    if element.getroottree().docinfo.internalDTD is not None:  # in an encoding the search above cannot read
        raise XmlRefused(code="xml:has-dtd", line=1, reason="a document type is not accepted")
    _refuse_depth(element, max_depth=max_depth)
    if local_name(element) != root:
        raise unexpected(element, reason=f"the root is {local_name(element)}, not {root}")
    return element


def local_name(element: etree._Element) -> str:
    return etree.QName(element).localname


def text_of(element: etree._Element) -> str:
    """All text within the element, without the white space around it."""
    return "".join(str(part) for part in element.itertext()).strip()


def attribute(element: etree._Element, name: str) -> str:
    """A required attribute, not empty."""
    value = element.get(name, "")
    if not value:
        raise unexpected(element, reason=f"{local_name(element)} has no {name}")
    return value


def whole_number(element: etree._Element, name: str) -> int:
    """A required attribute that is a whole number, 0 or more."""
    value = attribute(element, name)
    if not value.isascii() or not value.isdigit() or len(value) > 20:
        raise unexpected(element, reason=f"{name} {value[:40]!r} is no whole number")
    return int(value)


def instant(element: etree._Element, name: str) -> datetime:
    """A required attribute that is an ISO time with its zone."""
    try:
        return parse_stamp(attribute(element, name))
    except StampInvalid as error:
        raise unexpected(element, reason=f"{name} {error}") from None


def unexpected(element: etree._Element, *, reason: str) -> XmlRefused:
    return XmlRefused(code="xml:unexpected", line=_line(element), reason=reason)


def _line(element: etree._Element) -> int:
    line = element.sourceline
    return line if isinstance(line, int) else 1


def _refuse_dtd(data: bytes) -> None:
    """Before parsing, so that no entity is ever defined."""
    for word in (b"<!DOCTYPE", b"<!ENTITY"):
        at = data.find(word)
        if at >= 0:
            line = data.count(b"\n", 0, at) + 1
            raise XmlRefused(code="xml:has-dtd", line=line, reason="a document type is not accepted")


def _refuse_depth(root: etree._Element, *, max_depth: int) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > max_depth:
            reason = f"elements lie more than {max_depth} deep"
            raise XmlRefused(code="xml:too-deep", line=_line(element), reason=reason)
