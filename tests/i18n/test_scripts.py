"""Our scripts hold no text of their own: it would be in one language only."""

from pathlib import Path

import pytest

from tests.i18n.script_text import spoken

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))


def test_no_script_has_a_text_of_its_own():
    faults = [
        f"{file.relative_to(ROOT)}:{said.line}: {said.text}"
        for file in SCRIPTS
        for said in spoken(file.read_text("utf-8"))
    ]

    assert SCRIPTS
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "source",
    [
        'show("Connection lost");',
        'badge.textContent = "live";',
        "badge.textContent = `${n} rows`;",
        'button.setAttribute("aria-label", "close");',
        "show('no rows match');",
    ],
)
def test_a_text_in_a_script_is_found(source):
    assert len(list(spoken(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        '// Says "Connection lost" in the reader\'s language\nshow(text("lost"));',
        'document.querySelector("[data-table] .m-table__count").textContent = text("rowsShown");',
        'if (event.key === "Escape") close();',
        'element.className = "m-age m-age--stale";',
        "link.href = `${base}/orders/${id}`;",
    ],
)
def test_what_nobody_reads_is_let_through(source):
    assert list(spoken(source)) == []
