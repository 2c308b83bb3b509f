"""Products, modes and machines that contradict themselves."""

import pytest

from tests.matching.parse.documents import at, refusal, spoiled


def operations(*made_from):
    """Operations of (id, item needed)."""
    needs = {None: []}
    return [
        {"id": name, "needs": needs.get(item, [{"item": item, "num": 1, "den": 1}])}
        for name, item in made_from
    ]


@pytest.mark.parametrize(
    ("graph", "code"),
    [
        ([("a", "a")], "problem:cycle"),
        ([("a", "b"), ("b", "a")], "problem:cycle"),
        ([("a", "b"), ("b", "a"), ("c", "a")], "problem:cycle"),
        ([("a", None), ("b", "c"), ("c", "b"), ("d", "a")], "problem:cycle"),
        ([("a", None), ("b", None)], "problem:final-item"),
        ([("a", None), ("b", "a"), ("c", "a")], "problem:final-item"),
        ([], "problem:final-item"),
    ],
)
def test_a_product_is_an_acyclic_graph_with_one_end(graph, code):
    changes = [("products[1]", {"id": "other", "operations": operations(*graph)})]
    found = refusal(spoiled(*changes))
    assert (found.code, found.path) == (code, "products[1].operations")


def test_operations_that_make_the_same_item_give_it_the_same_weight():
    found = refusal(spoiled(("products[0].operations[1].weight_g", 8)))
    assert (found.code, found.path) == ("problem:two-weights", "products[0].operations[1].weight_g")


@pytest.mark.parametrize("path", ["machines[0].modes", "classes[0].modes"])
def test_there_is_one_mode_for_each_product_and_operation(path):
    count = len(at(path))
    found = refusal(spoiled((f"{path}[{count}]", at(f"{path}[0]"))))
    assert (found.code, found.path) == ("problem:repeated-mode", f"{path}[{count}]")


def test_a_machine_has_a_class_or_own_modes():
    both = refusal(spoiled(("machines[1].modes", at("machines[0].modes"))))
    assert both.code == "problem:class-and-modes"
    fast = refusal(spoiled(("machines[0].speed_pct", 130)))
    assert (fast.code, fast.path) == ("problem:speed-without-class", "machines[0].speed_pct")


def test_there_is_one_changeover_for_each_pair():
    found = refusal(spoiled(("machines[0].changeovers[1]", at("machines[0].changeovers[0]"))))
    assert (found.code, found.path) == ("problem:repeated-pair", "machines[0].changeovers[1]")
