"""Texts that are no problem, and how a refusal reads."""

import json

import pytest

from tests.matching.parse.documents import refusal, spoiled


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "problem:not-json"),
        ("{", "problem:not-json"),
        ("[1, 2", "problem:not-json"),
        ('{"a": 1,}', "problem:not-json"),
        (b"\xff\xfe{}", "problem:not-json"),
        ("\ufeff{}", "problem:not-json"),
        ("[]", "problem:wrong-type"),
        ("null", "problem:wrong-type"),
        ('"text"', "problem:wrong-type"),
        ("12", "problem:wrong-type"),
        ("[" * 200_000, "problem:too-deep"),
        ('{"a":' * 200_000, "problem:too-deep"),
        ("{}", "problem:missing-field"),
    ],
)
def test_a_text_that_is_no_problem_at_all_is_refused(text, code):
    assert refusal(text).code == code


def test_the_wrong_format_is_told_before_its_fields():
    found = refusal(json.dumps({"format": "plan/1", "status": "feasible"}))
    assert (found.code, found.path, found.value) == ("problem:unknown-format", "format", "plan/1")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"name": 1, "name": 2}', "name"),
        ('{"orders": [{}, {"id": 1, "id": 2}]}', "orders[1].id"),
        ('{"notes": {"a": {"b": 1, "b": 1}}}', "notes.a.b"),
        ('{"notes": {"b": 1, "b": 1}, "notes": 3}', "notes"),
    ],
)
def test_a_field_named_twice_is_refused(text, path):
    found = refusal(text)
    assert (found.code, found.path) == ("problem:repeated-field", path)


def test_notes_of_any_depth_are_refused_where_they_never_end():
    deep = []
    for _ in range(200):
        deep = [deep]
    assert refusal(spoiled(("notes", {"deep": deep}))).code == "problem:too-deep"
    assert refusal(spoiled(("notes", {"x": float("nan")}))).path == "notes.x"


def test_a_refusal_says_where_what_and_why():
    found = refusal(spoiled(("machines[0].windows", [[0, 480], [470, 960]]), ("machines[0].breaks", [])))
    assert str(found) == (
        "machines[0].windows[1]: [470, 960]: windows are sorted and do not overlap [problem:windows-overlap]"
    )
    assert found.rule == "windows are sorted and do not overlap"


def test_a_refusal_never_prints_a_whole_file():
    found = refusal(spoiled(("orders[0].id", "x" * 10**6 + "\ud800")))
    assert len(str(found)) < 300
