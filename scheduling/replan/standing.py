"""What a re-plan is valid for: the lots it has kept stand."""

from dataclasses import replace

from matching.problem import Problem
from scheduling.plan import Plan


def standing_problem(problem: Problem, plan: Plan) -> Problem:
    """The problem with those fixed lots alone that the plan has kept."""
    kept = set(plan.lots)
    return replace(problem, fixed_lots=tuple(lot for lot in problem.fixed_lots if lot in kept))
