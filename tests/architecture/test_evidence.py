"""docs/evidence.md names a proof for every promise, and everything it names exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EVIDENCE = ROOT / "docs" / "evidence.md"
NOT_YET = "not yet"


def rows():
    """Promise and proof of every table row."""
    for line in EVIDENCE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == 2 and cells[0] != "promise" and set(cells[0]) != {"-"}:
            yield cells[0], cells[1]


def named(proof):
    """What stands in backticks: `file`, `file::test_name`."""
    return re.findall(r"`([^`]+)`", proof)


def missing(reference):
    """Why a reference is none, or an empty text."""
    path, _, name = reference.partition("::")
    file = ROOT / path
    if not file.exists():
        return f"{path} does not exist"
    if name:
        names = {node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if hasattr(node, "name")}
        if name not in names:
            return f"{path} has no {name}"
    return ""


@pytest.mark.parametrize(("promise", "proof"), list(rows()), ids=[promise[:60] for promise, _ in rows()])
def test_every_promise_has_a_proof_that_exists_or_says_not_yet(promise, proof):
    references = named(proof)
    assert references or proof.startswith(NOT_YET), f"{promise}: no proof and no 'not yet'"
    assert [why for reference in references if (why := missing(reference))] == []


def test_a_proof_that_does_not_exist_is_noticed():
    assert missing("tests/architecture/no_such_file.py")
    assert missing("tests/architecture/test_evidence.py::test_that_nobody_wrote")
    assert not missing("tests/architecture/test_evidence.py::rows")
