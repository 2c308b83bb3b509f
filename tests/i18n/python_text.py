"""What Python says to people by itself: labels, messages and refusals that are plain literals."""

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

SAID_BY_KEYWORD = {"label", "help_text", "empty_label", "hint", "caption"}
MESSAGES = {"success", "error", "warning", "info"}
LETTERS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    line: int
    text: str


def spoken(source: str, *, refusals: Collection[str], has_labels: bool = True) -> Iterator[Said]:
    """Literals in labels (if it has any for people) and messages, and what each class of `refusals` is called with."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            for argument in _told(node, refusals=refusals, has_labels=has_labels):
                text = _literal(argument)
                if LETTERS.search(text):
                    yield Said(line=argument.lineno, text=text)


def _told(call: ast.Call, *, refusals: Collection[str], has_labels: bool) -> Iterator[ast.expr]:
    """The arguments that people will read."""
    if has_labels:
        yield from (keyword.value for keyword in call.keywords if keyword.arg in SAID_BY_KEYWORD)
    function = call.func
    if isinstance(function, ast.Name) and function.id in refusals:
        yield from call.args[:1]
    if (
        isinstance(function, ast.Attribute)
        and function.attr in MESSAGES
        and _name(function.value) == "messages"
    ):
        yield from call.args[1:2]
    if isinstance(function, ast.Attribute) and function.attr == "add_error":
        yield from call.args[1:2]


def _literal(node: ast.expr) -> str:
    """The text of a literal or f-string; empty for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_literal(part) for part in node.values)
    return ""


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""
