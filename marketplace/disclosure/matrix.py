"""The disclosure matrix, read from `data/matrix.toml`: for each group of fields and each audience one word."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.functional import Promise

from marketplace.disclosure.words import IN_WORDS, Audience, Group, Word

DATA = Path(__file__).parent / "data"


class BadMatrix(Exception):
    """The data names something the vocabulary does not know, or leaves a cell out; the text names the cell."""

    code = "disclosure:bad-matrix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    group: Group
    audience: Audience
    word: Word

    @property
    def in_words(self) -> str | Promise:
        """What follows "this audience …", in the reader's language."""
        return IN_WORDS[self.word]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Exactly one cell for each group and audience, or it is not built."""

    cells: Mapping[tuple[Group, Audience], Cell]

    def __post_init__(self) -> None:
        for group in Group:
            for audience in Audience:
                if (group, audience) not in self.cells:
                    raise BadMatrix(f"{group.value} × {audience.value}: the cell is missing")


def parse(text: str) -> Matrix:
    """Raise `BadMatrix` for what the vocabulary does not know and for a missing cell."""
    cells = {}
    for group_name, row in tomllib.loads(text).items():
        for audience_name, word in row.items():
            cell = _cell(group_name, audience_name, word)
            cells[cell.group, cell.audience] = cell
    return Matrix(cells=cells)


@cache
def the_matrix() -> Matrix:
    return parse((DATA / "matrix.toml").read_text())


def decide(group: Group, audience: Audience) -> Cell:
    """How much of the group the audience sees by the matrix, before any grant."""
    return the_matrix().cells[group, audience]


def _cell(group: str, audience: str, word: object) -> Cell:
    where = f"{group} × {audience}"
    if group not in Group.values:
        raise BadMatrix(f"{where}: there is no field group {group!r}")
    if audience not in Audience.values:
        raise BadMatrix(f"{where}: there is no audience {audience!r}")
    if word not in set(Word):
        raise BadMatrix(f"{where}: {word!r} is not a word of the matrix")
    return Cell(group=Group(group), audience=Audience(audience), word=Word(str(word)))
