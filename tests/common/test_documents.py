"""PDFs and QR codes."""

from pathlib import Path

import pytest

from marketplace.common import pdf
from marketplace.common.pdf import DocumentFailed, render_pdf
from marketplace.common.qr import qr_file, qr_svg

TEMPLATE = """
#import "/base.typ": sheet, facts
#let data = json(bytes(sys.inputs.data))
#show: sheet.with(title: data.title)
= #data.title
#image(bytes(data.qr), format: "svg", width: 20mm)
"""


@pytest.fixture
def template(tmp_path, settings):
    """A folder with the common look and one template, `word`, beside it."""
    root = Path(settings.BASE_DIR)
    (tmp_path / "typst").mkdir()
    (tmp_path / "typst" / "base.typ").write_text((root / "typst" / "base.typ").read_text())
    (tmp_path / "typst" / "word.typ").write_text(TEMPLATE)
    (tmp_path / "static" / "vendor").mkdir(parents=True)
    (tmp_path / "static" / "vendor" / "fonts").symlink_to(root / "static" / "vendor" / "fonts")
    settings.BASE_DIR = tmp_path
    pdf._fonts.cache_clear()
    yield
    pdf._fonts.cache_clear()


def test_the_same_data_give_the_same_bytes_in_both_languages(template):
    data = {"title": "Contract 合同", "qr": qr_file("https://example.org/x")}
    made = render_pdf("word", data)
    assert made.startswith(b"%PDF-")
    assert made == render_pdf("word", data)
    assert made != render_pdf("word", data | {"title": "Contract 合约"})
    assert b"NotoSansSC" in made


def test_a_document_that_shows_what_is_not_there_fails_and_says_what(template):
    with pytest.raises(DocumentFailed, match=r'word: .*"title"'):
        render_pdf("word", {"qr": ""})


def test_a_code_for_a_page_says_its_label_and_escapes_it():
    drawn = qr_svg("https://example.org/", label='<b>"')
    assert 'aria-label="&lt;b&gt;&quot;"' in drawn
    assert "<svg" in drawn
