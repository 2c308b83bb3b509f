"""Whatever is done to a problem file, the answer is a problem or a `ProblemError`."""

import copy
import json
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from matching.parse import ProblemError, read_problem, write_problem
from matching.problem import Problem
from tests.matching.parse.documents import EVERYTHING

STRANGE = [
    *(None, True, False, 0, -1, 1, 1.5, 10**9, 2**40, 2**53, 10**30, -(10**30), float("nan"), float("inf")),
    *(
        "",
        "x",
        "order:O1",
        "\ud800",
        "S1",
        "O1",
        "steel",
        [],
        {},
        [[]],
        [1, 2],
        [{}],
        {"id": "S1"},
        {"x": [{}]},
    ),
]


def places(value):
    """Every (container, key) of a JSON value."""
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield value, key
        yield from places(child)


def spoil(document, random):
    """One random change of a random place: a strange value, a copy from elsewhere, a loss, a new field."""
    all_places = list(places(document))
    container, key = random.choice(all_places)
    kind = random.randrange(5)
    if kind == 0:
        container[key] = random.choice(STRANGE)
    elif kind == 1:
        other, other_key = random.choice(all_places)
        container[key] = copy.deepcopy(other[other_key])
    elif kind == 2:
        del container[key]
    elif kind == 3 and isinstance(container, dict):
        container[random.choice(["notes", "id", "colour", "\ud800", "quantity"])] = random.choice(STRANGE)
    elif isinstance(container[key], int) and not isinstance(container[key], bool):
        container[key] += random.choice([-1, 1, 1000, -1000])


def judge(text):
    """Read a text; only the two allowed outcomes pass."""
    try:
        problem = read_problem(text)
    except ProblemError as error:
        str(error).encode()
        assert error.code.startswith("problem:")
        return None
    assert isinstance(problem, Problem)
    assert read_problem(json.dumps(write_problem(problem))) == problem
    return problem


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_spoiled_values_give_a_problem_or_a_refusal(seed):
    random = Random(seed)
    document = copy.deepcopy(EVERYTHING)
    for _ in range(random.randrange(1, 4)):
        spoil(document, random)
    judge(json.dumps(document))


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_spoiled_bytes_give_a_problem_or_a_refusal(seed):
    random = Random(seed)
    text = bytearray(json.dumps(EVERYTHING).encode())
    for _ in range(random.randrange(1, 4)):
        at = random.randrange(len(text))
        if random.random() < 0.5:
            text[at] = random.choice(b'0123456789.-eE{}[]",:tfn\\u\x00\xff ')
        else:
            del text[at : at + random.randrange(1, 60)]
    judge(bytes(text))


@given(text=st.text() | st.binary())
def test_any_text_gives_a_refusal(text):
    assert judge(text) is None


def test_some_spoiled_problems_are_still_problems():
    read = 0
    for seed in range(200):
        document = copy.deepcopy(EVERYTHING)
        spoil(document, Random(seed))
        read += judge(json.dumps(document)) is not None
    assert 20 < read < 150
