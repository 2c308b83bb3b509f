"""Rows are locked in one way."""

import ast
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def calls_of(source: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "select_for_update"
    ]


def leaves_the_key_free(call: ast.Call) -> bool:
    return any(
        word.arg == "no_key" and isinstance(word.value, ast.Constant) and word.value.value is True
        for word in call.keywords
    )


def test_a_lock_never_holds_up_who_only_refers_to_the_row():
    """References are checked at commit: under a lock of the key, who holds a child and commits and who holds the parent
    and wants the child would wait for each other."""
    found = {
        file.relative_to(PROJECT): call.lineno
        for file in (PROJECT / "marketplace").rglob("*.py")
        for call in calls_of(file.read_text())
        if not leaves_the_key_free(call)
    }
    assert found == {}


def test_another_lock_is_noticed():
    (call,) = calls_of("Order.objects.select_for_update().get(pk=1)")
    assert not leaves_the_key_free(call)
