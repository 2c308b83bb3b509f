"""No label, message or refusal of the marketplace is a plain literal."""

from pathlib import Path

import pytest

from marketplace.common.errors import DomainError
from tests.i18n.python_text import spoken

ROOT = Path(__file__).parents[2]
FOLDERS = ("marketplace", "config")


def refusals(kind: type = DomainError) -> set[str]:
    """The names of all expected errors: their texts are shown."""
    return {kind.__name__, *(name for child in kind.__subclasses__() for name in refusals(child))}


def is_for_programs(file: Path) -> bool:
    """The schema of the API and the rows of the database are documented in English."""
    is_api = file.stem == "api" or file.stem.endswith("_api") or "api" in file.parts
    return is_api or file.name == "models.py" or "migrations" in file.parts


def test_no_label_message_or_refusal_is_a_plain_literal():
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py"))]
    faults = [
        f"{file.relative_to(ROOT)}:{said.line}: {said.text}"
        for file in files
        for said in spoken(file.read_text("utf-8"), refusals=refusals(), has_labels=not is_for_programs(file))
    ]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "source",
    [
        'forms.CharField(label="your name")',
        'messages.success(request, "Saved.")',
        'messages.error(request, f"No {thing}.")',
        'raise Conflict("Somebody was first.")',
        'form.add_error("city", "We do not know this city.")',
    ],
)
def test_a_plain_literal_is_found(source):
    assert len(list(spoken(source, refusals={"Conflict"}))) == 1


@pytest.mark.parametrize(
    "source",
    [
        'forms.CharField(label=_("your name"))',
        'messages.success(request, _("Saved."))',
        "form.add_error(None, error.text)",
        'raise ValueError("three pieces of two")',
    ],
)
def test_a_translated_text_and_an_error_for_programmers_are_let_through(source):
    assert list(spoken(source, refusals={"Conflict"})) == []
