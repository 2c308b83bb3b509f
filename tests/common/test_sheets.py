"""CSV and Excel files read into numbered rows, and what is refused before a row is looked at."""

import io
import re
import struct
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula

from marketplace.common.sheets import (
    Column,
    FormulaFound,
    HeadersUnknown,
    Page,
    SheetKind,
    SheetRefused,
    SheetTooLarge,
    SheetUnreadable,
    book_bytes,
    csv_text,
    guard,
    read_book,
    read_sheet,
)

NUMBER = Column(key="number", english="own number", chinese="设备编号", is_required=True)
NAME = Column(key="name", english="name", chinese="名称", also=("title",))
AT = Column(key="at", english="time (local)", chinese="时间")
COLUMNS = (NUMBER, NAME, AT)
MACHINES = SheetKind(key="machines", english="machines", chinese="设备", columns=(NUMBER, NAME))
TIMES = SheetKind(
    key="times",
    english="times",
    chinese="时段",
    columns=(NUMBER, Column(key="at", english="time", chinese="时间", is_required=True)),
)


def upload(data, name="file"):
    file = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    file.name = name
    return file


def read(data, name="file"):
    return read_sheet(upload(data, name), columns=COLUMNS)


def values(sheet):
    return [dict(row.values) for row in sheet.rows]


def a_book(*rows, header=("own number", "name", "time"), change=lambda book: None) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(header)
    for row in rows:
        book.active.append(row)
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, *, change=None, extra=None) -> bytes:
    """The same archive with some parts rewritten or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            text = old.read(entry)
            new.writestr(entry.filename, change(entry.filename, text) if change else text)
        for name, text in (extra or {}).items():
            new.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_the_codings_and_with_the_delimiters_spreadsheets_use(delimiter, coding):
    text = f"设备编号{delimiter}名称\r\nP3{delimiter}压机，三号\r\n"
    assert values(read(text.encode(coding))) == [{"number": "P3", "name": "压机，三号"}]


@pytest.mark.parametrize(
    "header", ["own number,name", "Own Number,NAME", "设备编号,名称", "number,title", " own_number , Name "]
)
def test_headings_are_known_in_english_and_chinese_whatever_their_case(header):
    assert values(read(f"{header}\nP3,Press")) == [{"number": "P3", "name": "Press"}]


def test_rows_are_numbered_as_the_spreadsheet_numbers_them_and_empty_ones_are_left_out():
    text = "own number,name\n\n,\nP3,a\n\nP4,b\n"
    assert [row.number for row in read(text).rows] == [4, 6]
    assert [row.number for row in read(a_book((None,), ("P3", "a"), (None, " "), ("P4", "b"))).rows] == [3, 5]


def test_headings_we_have_no_column_for_are_named():
    assert read("own number,colour\nP3,red").ignored == ("colour",)


def test_both_formats_give_the_same_rows():
    rows = [("P3", "Press", "22:00"), ("P4", "'=x", "")]
    from_csv = read(csv_text(header=["own number", "name", "time"], rows=rows))
    from_xlsx = read(book_bytes([Page(title="a", header=["own number", "name", "time"], rows=rows)]))
    assert from_csv == from_xlsx
    assert values(from_csv)[1]["name"] == "'=x"


def test_numbers_dates_and_times_of_excel_become_plain_texts():
    cells = [
        (1500, "1500"), (12.5, "12.5"), (3.0, "3"), (1e-7, "0.0000001"), (True, "yes"),
        (date(2026, 3, 2), "2026-03-02"), (datetime(2026, 3, 2, 8, 15), "2026-03-02 08:15"), (time(22, 0), "22:00"),
        (timedelta(hours=24), "24:00"),
    ]  # fmt: skip
    sheet = read(a_book(*[("P3", cell) for cell, _text in cells]))
    assert [one["name"] for one in values(sheet)] == [text for _cell, text in cells]


@given(st.text(alphabet=st.sampled_from("'=+-@\t\n＝ab ,;\"中"), max_size=12))
def test_every_text_comes_back_as_it_was_written(text):
    rows = [("P3", text.strip())]
    for data in (
        csv_text(header=["number", "name"], rows=rows).encode(),
        book_bytes([Page(title="a", header=["number", "name"], rows=rows)]),
    ):
        assert values(read(data)) == [{"number": "P3", "name": text.strip()}]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "#N/A", "#REF!"])
def test_nothing_that_is_written_computes_in_excel(text):
    data = book_bytes([Page(title="a", header=["number"], rows=[(text,)])])
    cell = openpyxl.load_workbook(io.BytesIO(data)).active["A2"]
    assert cell.data_type == "s" and not str(cell.value).startswith(("=", "+", "-", "@"))


def test_a_workbook_without_a_visible_sheet_is_empty():
    def hide(name, text):
        return text.replace(b'state="visible"', b'state="hidden"') if name == "xl/workbook.xml" else text

    hidden = repacked(a_book(("P1", "Press", "")), change=hide)
    with pytest.raises(SheetRefused, match="empty"):
        read(hidden, "file.xlsx")
    with pytest.raises(SheetRefused, match="empty"):
        read_book(upload(hidden, "file.xlsx"), kinds=[MACHINES])


def test_merged_hidden_and_formatted_junk_does_no_harm():
    def junk(book):
        sheet = book.active
        sheet.merge_cells("A3:B3")
        sheet.row_dimensions[2].hidden = True
        sheet["A1000000"].font = openpyxl.styles.Font(bold=True)
        sheet["XFD5"].font = openpyxl.styles.Font(bold=True)
        book.create_sheet("hidden", 0).sheet_state = "hidden"

    assert [one["number"] for one in values(read(a_book(("P3", "a"), ("P4", "b"), change=junk)))] == [
        "P3",
        "P4",
    ]


def test_nul_bytes_are_passed_over():
    assert values(read(b"own number,name\nP\x003,Pre\x00ss\n")) == [{"number": "P3", "name": "Press"}]


@pytest.mark.parametrize(
    "formula", ["=1+1", "=cmd|'/c calc'!A1", ArrayFormula("B3:B3", "=SUM(A1:A2)"), '=HYPERLINK("http://x")']
)
def test_a_formula_is_refused_and_its_cell_named(formula):
    with pytest.raises(FormulaFound) as refused:
        read(a_book(("P3", "a"), ("P4", formula)))
    assert refused.value.facts["cell"] == "B3" and "B3" in str(refused.value.text)


def test_the_cached_value_of_a_formula_is_not_believed():
    def with_formula(name, text):
        return text.replace(b"<v>7</v>", b"<f>3+4</f><v>7</v>") if name.endswith("sheet1.xml") else text

    plain = a_book(("P3", 7))
    assert values(read(plain))[0]["name"] == "7"
    with pytest.raises(FormulaFound):
        read(repacked(plain, change=with_formula))


def test_a_formula_in_a_csv_file_is_refused_too():
    with pytest.raises(FormulaFound) as refused:
        read("own number,name\nP3,=1+1\n")
    assert refused.value.facts["cell"] == "B2"


def refusal(data, name="file") -> SheetRefused:
    with pytest.raises(SheetRefused) as refused:
        read(data, name)
    return refused.value


def test_a_file_beyond_five_megabytes_is_refused_unread():
    assert isinstance(refusal(b"own number,name\n" + b"a,b\n" * 1_300_000), SheetTooLarge)


@pytest.mark.parametrize(
    "make", [lambda rows: "own number\n" + "\n".join(rows), lambda rows: a_book(*[(one,) for one in rows])]
)
def test_ten_thousand_rows_are_read_and_one_more_is_not(make):
    rows = [f"M{n}" for n in range(10_001)]
    assert len(read(make(rows[:-1])).rows) == 10_000
    assert refusal(make(rows)).facts["rule"] == "rows <= 10000"


@pytest.mark.parametrize("make", [lambda cells: "own number\n" + ",".join(cells), a_book])
def test_fifty_columns_are_read_and_one_more_is_not(make):
    cells = ["x"] * 51
    assert read(make(cells[:-1])).rows
    assert refusal(make(cells)).facts["rule"] == "columns <= 50"


@pytest.mark.parametrize(
    "make", [lambda text: f"own number,name\nP3,{text}", lambda text: a_book(("P3", text))]
)
def test_five_hundred_characters_fit_a_cell_and_one_more_does_not(make):
    assert values(read(make("x" * 500)))[0]["name"] == "x" * 500
    assert refusal(make("x" * 501)).facts["cell"] == "B2"


def test_much_text_in_many_cells_is_refused():
    row = ("P3", *(f"{n}" + "x" * 480 for n in range(49)))
    assert refusal(a_book(*[row] * 250)).facts["rule"].startswith("characters")


def test_a_bomb_is_refused_by_what_its_directory_says(monkeypatch):
    monkeypatch.setattr(guard, "_unpack_counting", lambda archive: pytest.fail("unpacked"))
    bomb = repacked(a_book(("P3",)), extra={"xl/media/x.bin": b"\0" * 45_000_000})
    assert isinstance(refusal(bomb), SheetTooLarge)


def test_a_steep_bomb_is_refused_though_it_is_small(monkeypatch):
    monkeypatch.setattr(guard, "_unpack_counting", lambda archive: pytest.fail("unpacked"))
    assert isinstance(
        refusal(repacked(a_book(("P3",)), extra={"a.xml": b"<a/>" + b" " * 10_000_000})), SheetTooLarge
    )


def test_a_bomb_whose_directory_lies_is_refused_while_it_is_unpacked():
    big = 45_000_000
    honest = repacked(a_book(("P3",)), extra={"xl/media/x.bin": b"\0" * big})
    lying = honest.replace(struct.pack("<I", big), struct.pack("<I", 100))
    assert lying != honest
    assert isinstance(refusal(lying), SheetRefused)


def test_what_is_unpacked_is_counted(monkeypatch):
    book = a_book(("P3",))
    monkeypatch.setattr(guard, "_require_modest_directory", lambda archive, num_bytes: None)
    assert isinstance(refusal(repacked(book, extra={"xl/media/x.bin": b"\0" * 45_000_000})), SheetTooLarge)


def test_an_archive_of_a_thousand_parts_is_refused():
    assert isinstance(
        refusal(repacked(a_book(("P3",)), extra={f"{n}.xml": b"<a/>" for n in range(1000)})), SheetTooLarge
    )


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_with_the_same_part_twice_is_refused():
    out = io.BytesIO(a_book(("P3",)))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/workbook.xml", b"<a/>")
    assert isinstance(refusal(out.getvalue()), SheetTooLarge)


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml", "xl/styles.xml"]
)
def test_xml_that_declares_entities_is_refused(part, coding):
    def with_entities(name, text):
        if name != part:
            return text
        body = re.sub(r"<\?xml.*?\?>\s*", "", text.decode())
        return f'<?xml version="1.0" encoding="{coding}"?>{LAUGHS}{body}'.encode(coding)

    assert "entities" in str(refusal(repacked(a_book(("P3", "a")), change=with_entities)).text)


@pytest.mark.parametrize("name", ["a.xlsm", "a.xls", "A.XLSB"])
def test_macro_files_and_old_ones_are_refused_by_name(name):
    assert "Only .xlsx" in str(refusal(a_book(("P3",)), name).text)


def test_macros_are_refused_whatever_the_name():
    data = repacked(a_book(("P3",)), extra={"xl/vbaProject.bin": b"macro"})
    assert "macros" in str(refusal(data, "a.xlsx").text)


def test_a_file_locked_by_a_password_and_one_of_old_excel_are_told_apart():
    ole = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 504
    assert "password" in str(refusal(ole + "EncryptedPackage".encode("utf-16-le")).text)
    assert ".xls" in str(refusal(ole).text)


def test_an_encrypted_archive_is_refused():
    data = bytearray(a_book(("P3",)))
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.index(mark) + at] |= 1
    assert "password" in str(refusal(bytes(data)).text)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n",
        b"PK\x03\x04 nonsense",
        pytest.param(b"PK\x03\x04" + b"\0" * 1000, id="nothing behind the sign of a zip"),
        b"\xff\xfe\x00",
        b"\x81\x20\xff",
        pytest.param(a_book(("P3",))[:-200], id="cut off"),  # a workbook holds the second it was made in
    ],
)
def test_rubbish_is_refused_with_a_sentence(data):
    assert str(refusal(data).text)


@pytest.mark.parametrize("name", ["jobs.xlsx", "JOBS.XLSX"])
def test_a_file_that_only_calls_itself_excel_is_refused_as_such(name):
    error = refusal("own number,name\nP3,a", name)
    assert isinstance(error, SheetUnreadable)
    assert str(error.text).startswith("This is not an Excel file")
    assert error.field == "file" and error.facts["rule"]


def test_a_zip_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert isinstance(refusal(out.getvalue()), SheetUnreadable)


def test_a_row_number_beyond_all_sheets_does_not_keep_us_busy():
    def far(name, text):
        return (
            text.replace(b'<row r="2"', b'<row r="99999999999"').replace(b'r="A2"', b'r="A2"')
            if name.endswith("sheet1.xml")
            else text
        )

    assert read(repacked(a_book(("P3", "a")), change=far)).rows == ()


def test_a_missing_column_is_named_and_a_double_one():
    with pytest.raises(HeadersUnknown) as refused:
        read("name\nPress")
    assert refused.value.facts["missing"] == ["own number"]
    with pytest.raises(HeadersUnknown):
        read("own number,设备编号\nP3,P4")


def test_sheets_of_a_workbook_are_found_by_title_in_either_language():
    book = book_bytes(
        [
            Page(title="Rules", header=["what"], rows=[("x",)]),
            Page(title="设备", header=["设备编号"], rows=[("P3",)]),
            Page(title="Times", header=["own number", "time"], rows=[("P3", "8:00")]),
        ]
    )
    found = read_book(upload(book), kinds=(MACHINES, TIMES))
    assert {key: len(sheet.rows) for key, sheet in found.items()} == {"machines": 1, "times": 1}


def test_a_csv_file_tells_its_kind_by_its_headings():
    assert set(read_book(upload("设备编号,时间\nP3,8:00"), kinds=(MACHINES, TIMES))) == {"times"}
    assert set(read_book(upload("设备编号,名称\nP3,a"), kinds=(MACHINES, TIMES))) == {"machines"}
    with pytest.raises(HeadersUnknown):
        read_book(upload("colour\nred"), kinds=(MACHINES, TIMES))
