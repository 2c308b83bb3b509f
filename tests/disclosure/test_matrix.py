"""The matrix as data."""

import re

import pytest

from marketplace.disclosure.matrix import DATA, BadMatrix, decide, parse, the_matrix
from marketplace.disclosure.words import IN_WORDS, Audience, Group, Word
from tests.disclosure.design import TABLE, the_table

TEXT = (DATA / "matrix.toml").read_text()


def test_there_is_one_cell_for_each_group_and_audience():
    assert set(the_matrix().cells) == {(group, audience) for group in Group for audience in Audience}


def test_every_word_is_said_in_words_and_stands_in_the_matrix():
    assert set(IN_WORDS) == set(Word)
    assert {cell.word for cell in the_matrix().cells.values()} == set(Word)


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ('lab = "on-dispute"', 'lab = "sometimes"', r"telemetry × lab: 'sometimes' is not a word"),
        ("[telemetry]", "[gossip]", r"gossip × public: there is no field group 'gossip'"),
        ("lead-factory = ", "leader = ", r"city × leader: there is no audience 'leader'"),
        ('lab = "on-dispute"', "", r"telemetry × lab: the cell is missing"),
        ('lab = "on-dispute"', "lab = true", r"telemetry × lab: True is not a word"),
    ],
)
def test_what_the_vocabulary_does_not_know_is_refused_with_its_cell(was, becomes, says):
    assert was in TEXT
    with pytest.raises(BadMatrix, match=says):
        parse(TEXT.replace(was, becomes, 1))


def test_a_decision_is_the_cell():
    cell = decide(Group.TELEMETRY, Audience.LAB)
    assert (cell.group, cell.audience, cell.word) == (Group.TELEMETRY, Audience.LAB, Word.ON_DISPUTE)


def test_the_neighbour_knows_the_city_and_from_dispatch_the_dock():
    seen = {group: decide(group, Audience.NEIGHBOUR).word for group in Group}
    assert {group: word for group, word in seen.items() if word != Word.NO} == {
        Group.CITY: Word.YES,
        Group.DOCK: Word.FROM_DISPATCH,
    }


def test_staff_of_the_platform_sees_nothing_but_through_broken_glass():
    assert {decide(group, Audience.STAFF).word for group in Group} == {Word.BREAK_GLASS}


@pytest.mark.skipif(TABLE is None, reason="the design folder is not beside the checkout")
def test_the_data_say_what_the_design_says():
    """Cell by cell; the design's wordings are mapped to the vocabulary here."""
    said = the_table()
    assert len(said) == 9 * 8
    for (group, audience), wording in said.items():
        assert re.fullmatch(WORDINGS[decide(group, audience).word], wording), (
            f"{group} × {audience}: {wording}"
        )


WORDINGS = {
    Word.YES: "yes", Word.NO: "no", Word.OPT_IN: "opt-in", Word.BAND: "band", Word.FITS_MY_LOT: '"fits my lot"',
    Word.FOR_MY_LOT: "for my lot", Word.MY_LOTS: "my lots", Word.MY_ORDER: "(my )?order", Word.AGGREGATE: "aggregate",
    Word.EXACT_LOGGED: "exact for programme goods, logged", Word.OWN_QUOTE: "own quote", Word.CONTRACT: "contract",
    Word.OWN_MARGIN: "own margin", Word.PROGRAMME_PRICE: "programme price", Word.SIGNED_COUNTS: "signed counts of my lot",
    Word.COUNTS_OF_ORDER: "counts of the order", Word.COUNTS_OF_PROGRAMME: "counts of programme lots",
    Word.ON_DISPUTE: "on dispute, for a time", Word.GRADE: "grade", Word.SAMPLE: "sample",
    Word.FAILURE_RATE: "failure rate", Word.PROGRAMME_LOTS: "programme lots",
    Word.QUALIFIED_YES_NO: "qualified yes/no", Word.HEAD_COUNT: "head count",
}  # fmt: skip
