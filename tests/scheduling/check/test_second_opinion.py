"""The checker against the rules applied minute by minute, on random plans and random changes to them."""

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.check import check
from tests.scheduling.check.minute_by_minute import broken_rules
from tests.scheduling.check.scenes import a_scene, mutated, restated

seeds = st.integers(0, 2**32)


def rules(problem, plan):
    return {violation.rule for violation in check(problem, plan)}


@settings(max_examples=100, deadline=None)
@given(seed=seeds)
def test_both_find_the_same_rules_broken(seed):
    problem, plan = a_scene(Random(seed))
    assert rules(problem, plan) == broken_rules(problem, plan)


@settings(max_examples=200, deadline=None)
@given(seed=seeds)
def test_both_notice_the_same_changes_to_one_number(seed):
    random = Random(seed)
    problem, plan = a_scene(random)
    changed = mutated(plan, random)
    assert rules(problem, changed) == broken_rules(problem, changed)


@settings(max_examples=150, deadline=None)
@given(seed=seeds)
def test_both_notice_the_same_changes_when_the_plan_owns_up_to_them(seed):
    """What a plan states is filled in by the solvers' own evaluation, so this also compares that one."""
    random = Random(seed)
    problem, plan = a_scene(random)
    changed = restated(problem, mutated(plan, random))
    assert rules(problem, changed) == broken_rules(problem, changed)
    assert 11 not in rules(problem, changed)


def test_the_scenes_are_worth_it():
    """Most plans are valid before a change, and every rule is broken by some."""
    found = Counter()
    for seed in range(400):
        problem, plan = a_scene(Random(seed))
        found.update(rules(problem, plan) or {"valid"})
        found.update(rules(problem, mutated(plan, Random(seed))))
    assert found["valid"] > 100
    assert all(found[rule] >= 5 for rule in range(1, 12)), found
