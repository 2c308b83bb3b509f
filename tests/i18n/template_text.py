"""What a template says outside its translation tags: text nodes, attributes people read, literals in tags and filters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from django.template.base import Lexer, TokenType

from marketplace.common.show.states import LOOKS

READ_ATTRIBUTES = {
    "title", "aria-label", "placeholder", "alt", "data-confirm", "data-confirm-yes", "data-label", "hx-confirm"
}  # fmt: skip
NAMES = {
    "Muster",
    "CSV",
    "JSON",
    "API",
    "MQTT",
    "HTTP",
    "ISO",
    "Ctrl",
    "K",
    "English",
    "h",
    "%",
    "min",
    "s",
    "kWh",
}
VOID = {"meta", "link", "img", "input", "br", "hr", "area", "col", "source", "wbr", "rect", "line", "path"}
TRANSLATING = {"translate", "trans", "blocktranslate", "blocktrans", "comment"}
SILENT = {*TRANSLATING, "load", "extends", "url", "static", "if", "elif"}  # their literals are codes
CODE_BLOCKS = {"body_class"}  # their text goes into an attribute that nobody reads
SAYING_FILTERS = re.compile(r"""\|(?:default|default_if_none|yesno|pluralize):(?:"([^"]*)"|'([^']*)')""")
LITERAL = re.compile(r""""([^"]*)"|'([^']*)'""")
PROSE = re.compile(r"^[A-Z][a-z]+(?:[ ,.:]|$)|[a-z]{2,} [a-z]{2,}")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
BLANK = "\x00"
BLANKS = re.compile(f"{BLANK}+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text that no translation reaches."""

    line: int
    text: str


def untranslated(source: str) -> list[Said]:
    """Every word of the template that would be shown as it is written, by line."""
    html, found = _without_tags(source)
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return sorted([*found, *reader.found], key=lambda said: said.line)


def _without_tags(source: str) -> tuple[str, list[Said]]:
    """The template with its tags blotted out, line by line the same, and the prose within the tags."""
    html: list[str] = []
    found: list[Said] = []
    skipping_until = ""
    for token in Lexer(source).tokenize():
        words = token.contents.split() if token.token_type == TokenType.BLOCK else []
        name = words[0] if words else ""
        if skipping_until:
            skipping_until = "" if name == skipping_until else skipping_until
            html.append(_blotted(token.contents))
        elif token.token_type == TokenType.TEXT:
            html.append(token.contents)
        elif token.token_type == TokenType.VAR:
            html.append(BLANK + "".join(_said_for_nothing(token.contents)) + BLANK)
        else:
            html.append(_blotted(token.contents))
            if name in TRANSLATING - {"translate", "trans"}:
                skipping_until = f"end{name}"
            elif name == "block" and words[1] in CODE_BLOCKS:
                skipping_until = "endblock"
            elif name not in SILENT:
                found += [Said(line=token.lineno, text=text) for text in _prose(token.contents)]
    return "".join(html), found


def _blotted(text: str) -> str:
    return BLANK + "\n" * text.count("\n")


def _said_for_nothing(contents: str) -> Iterator[str]:
    """What the filters of a variable say for a missing value."""
    for groups in SAYING_FILTERS.findall(contents):
        yield "".join(groups)


def _prose(contents: str) -> Iterator[str]:
    """Literals of a tag that read like a text for people."""
    for groups in LITERAL.findall(contents):
        text = "".join(groups)
        if PROSE.search(text) and text not in LOOKS:
            yield text


def _words(text: str) -> list[str]:
    return [word for word in WORD.findall(text.replace(BLANK, " ")) if word not in NAMES]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Said] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_exempt = ("translate", "no") in attrs or tag in {"script", "style"}
        if not is_exempt and not self._is_exempt:
            for name, value in attrs:
                if name in READ_ATTRIBUTES and _words(value or ""):
                    self._note(value or "")
        if tag not in VOID:
            self._open.append((tag, is_exempt))

    def handle_endtag(self, tag: str) -> None:
        """A fragment may close what another template opened, and branches may open a tag twice."""
        names = [name for name, _ in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self._is_exempt and _words(data):
            self._note(data)

    @property
    def _is_exempt(self) -> bool:
        return any(exempt for _, exempt in self._open)

    def _note(self, text: str) -> None:
        self.found.append(
            Said(line=self.getpos()[0], text=" ".join(BLANKS.sub(" … ", text).split()).strip("… "))
        )
