"""The contract's own examples; they live beside the repository and may be absent."""

import copy
import json
from pathlib import Path

import pytest

from matching.parse import read_problem, write_problem
from scheduling.__main__ import main
from scheduling.check import check
from scheduling.evaluate import evaluate
from scheduling.plan_format import PlanError, read_plan, write_plan

EXAMPLES = Path(__file__).parents[4] / "shared/design/examples"

pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason=f"no examples at {EXAMPLES}")

OBJECTIVES = {"tiny-plates": 6055, "tiny-masks": 68_148_967}


def files(name):
    return EXAMPLES / f"{name}.problem.json", EXAMPLES / f"{name}.plan.json"


@pytest.fixture(params=OBJECTIVES)
def example(request):
    problem, plan = files(request.param)
    return request.param, read_problem(problem.read_bytes()), read_plan(plan.read_bytes())


def test_the_examples_are_valid_by_command(capsys):
    for name in OBJECTIVES:
        assert main(["check", *map(str, files(name))]) == 0
    assert capsys.readouterr().out == ""


def test_both_evaluations_agree_with_the_stated_objective(example):
    name, problem, plan = example
    found = evaluate(problem, lots=plan.lots, transfers=plan.transfers, deliveries=plan.deliveries)
    assert (found.objective, found.cost_cents) == (OBJECTIVES[name], plan.cost_cents)
    assert found.orders == plan.orders
    assert check(problem, plan) == []


def test_they_read_back_as_written(example):
    _, problem, plan = example
    assert read_problem(json.dumps(write_problem(problem))) == problem
    assert read_plan(json.dumps(write_plan(plan))) == plan


FREE = {"seconds", "seed"}  # numbers of a plan that no rule speaks of


def numbers(value, path=""):
    """Paths of all numbers of a plan."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from numbers(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from numbers(each, f"{path}[{at}]")
    elif type(value) in (int, float):
        yield path


def shifted(plan, path, change):
    changed = copy.deepcopy(plan)
    *steps, last = path.replace("]", "").replace("[", ".").split(".")
    target = changed
    for step in steps:
        target = target[int(step)] if step.isdigit() else target[step]
    target[last] += change
    return changed


def is_noticed(problem, plan):
    try:
        return bool(check(problem, read_plan(json.dumps(plan))))
    except PlanError:
        return True


@pytest.mark.parametrize("change", [-1, 1])
def test_few_numbers_of_the_plates_plan_can_change_unnoticed(change):
    """Trucks may arrive later where nobody waits, and a lot may make a piece more in its last minute."""
    problem, plan = (json.loads(path.read_text()) for path in files("tiny-plates"))
    parsed = read_problem(json.dumps(problem))
    paths = [path for path in numbers(plan) if path not in FREE]
    unnoticed = {path for path in paths if not is_noticed(parsed, shifted(plan, path, change))}
    assert all(path.endswith((".depart_min", ".arrive_min", ".quantity")) for path in unnoticed)
    assert len(unnoticed) <= len(paths) / 8
