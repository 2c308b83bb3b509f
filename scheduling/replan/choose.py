"""The re-plan that changes least and keeps the promise, if one does.

What begins before anything new can reach it makes what it has goods for. Then the repair, which moves nothing that need
not move. Where it misses the promise, everything that need not stand is planned anew by the solver in the time that is
left. Running work stands in both: the solver may move of it what the repair had to, for want of its needs, and without
a repair only what no plan can keep. Of what keeps the promise the one
with fewer changes is taken; if none keeps it, the one with fewer changes among those that are late by at most
`NO_MATTER_MIN` more than the earliest.
"""

import time
from dataclasses import replace

from matching.problem import LotId, Problem
from scheduling.arrivals import last_arrival
from scheduling.engine import Report, Stop
from scheduling.options import SolveOptions
from scheduling.plan import Plan, Status
from scheduling.replan.ask import Ask
from scheduling.replan.cutting import fed
from scheduling.replan.names import new_names
from scheduling.replan.repair import repair
from scheduling.replan.standing import standing_problem
from scheduling.solve import solve

NO_MATTER_MIN = 60
# Of the time limit, at most: a repair that is given up costs people more than a solver gains.
REPAIR_SHARE = 0.8
WITH_PLAN = (Status.OPTIMAL, Status.FEASIBLE)


def replan(problem: Problem, *, ask: Ask, options: SolveOptions, progress: Report, stop: Stop) -> Plan:
    """A plan for `standing_problem` of it; `infeasible` or `unknown` of the solver where there is none.

    No new lot is called like one that was released: names tell what has stayed.
    """
    found = _replanned(fed(problem, ask=ask), ask=ask, options=options, progress=progress, stop=stop)
    stands = {lot.id for lot in standing_problem(problem, found).fixed_lots}
    names = new_names(problem, found.lots)
    released = {lot.id for lot in problem.fixed_lots} - stands
    lots = (replace(lot, id=next(names)) if lot.id in released else lot for lot in found.lots)
    return replace(found, lots=tuple(lots))


def _replanned(problem: Problem, *, ask: Ask, options: SolveOptions, progress: Report, stop: Stop) -> Plan:
    began = time.monotonic()

    def spent_s() -> float:
        return time.monotonic() - began

    repaired = repair(
        problem,
        ask=ask,
        seed=options.seed,
        is_over=lambda: stop() or spent_s() > options.time_limit_s * REPAIR_SHARE,
    )
    if repaired is not None and (_late_min(repaired, ask) == 0 or stop()):
        return replace(repaired, seconds=round(spent_s(), 3))

    def solved_with(standing: frozenset[LotId]) -> Plan:
        kept = replace(problem, fixed_lots=tuple(lot for lot in fixed if lot.id in standing))
        left = replace(options, time_limit_s=max(1.0, options.time_limit_s - spent_s()))
        return solve(kept, options=left, progress=progress, stop=stop)

    fixed = problem.fixed_lots if repaired is None else standing_problem(problem, repaired).fixed_lots
    stands = ask.stands(fixed)
    solved = solved_with(stands | ask.running)
    if repaired is None and ask.running and solved.status not in WITH_PLAN and not stop():
        solved = solved_with(stands)
    plans = [plan for plan in (repaired, solved) if plan is not None and plan.status in WITH_PLAN]
    if not plans:
        return solved
    return replace(_best(problem, plans, ask=ask), seconds=round(spent_s(), 3))


def num_changes(problem: Problem, plan: Plan) -> int:
    """Lots of the plan in force that are gone, and new ones."""
    return len(set(problem.fixed_lots) ^ set(plan.lots))


def _best(problem: Problem, plans: list[Plan], *, ask: Ask) -> Plan:
    least = min(_late_min(plan, ask) for plan in plans)
    near = [plan for plan in plans if _late_min(plan, ask) <= (least + NO_MATTER_MIN if least else 0)]
    return min(near, key=lambda plan: (num_changes(problem, plan), last_arrival(plan)))


def _late_min(plan: Plan, ask: Ask) -> int:
    return max(0, last_arrival(plan) - ask.promise_min)
