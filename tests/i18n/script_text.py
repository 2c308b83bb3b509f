"""What our scripts say by themselves. Texts must come from the page's settings or its data attributes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

STRING = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`""", re.DOTALL
)
HOLE = re.compile(r"\$\{[^{}]*\}")
PROSE = re.compile(r"^[A-Z][a-z]+(?:[ ,.:!?…]|$)|^[A-Za-z]?[a-z]+(?: [a-z]+)+[.!?…]?$")
SHOWN = re.compile(
    r"""(?:textContent|innerText|innerHTML|\.title|placeholder|ariaLabel)\s*=\s*$|setAttribute\(\s*"(?:title|aria-label|alt)",\s*$"""
)
LETTERS = re.compile(r"[^\W\d_]{2,}")
KEYS = {"Escape", "Enter", "Tab", "Accept", "Inter"}  # names of keys, headers and fonts


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    line: int
    text: str


def spoken(source: str) -> Iterator[Said]:
    """String literals that read like prose, and any letters that are put on the page as they are."""
    for match in STRING.finditer(source):
        text = next((group for group in match.groups() if group is not None), None)
        if text is None:
            continue
        words = HOLE.sub("", text).strip()
        is_shown = SHOWN.search(source[: match.start()][-80:]) is not None
        if words not in KEYS and (PROSE.search(words) or (is_shown and LETTERS.search(words))):
            yield Said(line=source.count("\n", 0, match.start()) + 1, text=text)
