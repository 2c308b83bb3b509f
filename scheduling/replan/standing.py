"""What a re-plan is valid for: the lots it has kept stand."""

from dataclasses import replace

from matching.problem import Problem
from scheduling.plan import Plan
from scheduling.replan.cutting import is_cut_of


def standing_problem(problem: Problem, plan: Plan) -> Problem:
    """The problem with those fixed lots alone that the plan has kept, whole or cut short."""
    planned = {lot.id: lot for lot in plan.lots}
    kept = [(planned[lot.id], lot) for lot in problem.fixed_lots if lot.id in planned]
    return replace(
        problem, fixed_lots=tuple(lot for lot, whole in kept if is_cut_of(problem, lot, whole=whole))
    )
