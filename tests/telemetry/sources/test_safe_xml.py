import time

import pytest

from telemetry.sources.safe_xml import XmlRefused, parse_xml

BILLION_LAUGHS = (
    b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY l0 "lol">'
    + b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]>\n<a>&l9;</a>"
)


def _refusal(data, **limits):
    with pytest.raises(XmlRefused) as refused:
        parse_xml(data, root="a", **limits)
    return refused.value


def test_a_plain_document_is_read_without_comments():
    root = parse_xml(b'<?xml version="1.0"?><!-- hello --><a><?pi?><b/><!-- x --></a>', root="a")

    assert [child.tag for child in root] == ["b"]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (BILLION_LAUGHS, 2),
        (b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>', 1),
        (b'<?xml version="1.0"?>\n\n<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', 3),
        (
            '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode(
                "utf-16"
            ),
            1,
        ),
        (b"<!DOCTYPE a><a/>", 1),
    ],
    ids=["billion laughs", "external DTD", "external entity", "in UTF-16", "empty DTD"],
)
def test_a_document_type_is_refused_at_its_line(data, line):
    refusal = _refusal(data)

    assert (refusal.code, refusal.line) == ("xml:has-dtd", line)


def test_a_bomb_costs_no_time():
    began = time.perf_counter()
    _refusal(BILLION_LAUGHS)

    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"<a>\n<b>\n</a>", 3),
        (b"", 1),
        (b"not xml", 1),
        (b"<a>\n\xff\xfe</a>", 2),
        (b"<a>&undefined;</a>", 1),
        (b"<a/>\n<a/>", 2),
        (b"<a>\n\x00</a>", 2),
    ],
    ids=["unclosed", "empty", "text", "not UTF-8", "undefined entity", "two roots", "NUL"],
)
def test_what_is_not_well_formed_is_refused_with_its_line(data, line):
    refusal = _refusal(data)

    assert (refusal.code, refusal.line) == ("xml:malformed", line)
    assert f"line {line}" in str(refusal)


@pytest.mark.parametrize(("depth", "code"), [(65, "xml:too-deep"), (100_000, "xml:malformed")])
def test_nesting_is_bounded(depth, code):
    assert _refusal(b"<a>" * depth + b"</a>" * depth).code == code


def test_nesting_up_to_the_bound_is_read():
    assert parse_xml(b"<a>" * 64 + b"</a>" * 64, root="a").tag == "a"


def test_size_is_bounded():
    assert _refusal(b"<a>" + b" " * 100 + b"</a>", max_bytes=100).code == "xml:too-large"


def test_a_text_of_ten_megabytes_is_refused_or_bounded_by_the_reader():
    assert _refusal(b"<a>\n" + b"x" * 10_000_001 + b"</a>").code == "xml:malformed"


def test_another_root_is_refused():
    refusal = _refusal(b"\n<b/>")

    assert (refusal.code, refusal.line) == ("xml:unexpected", 2)
