"""All rules, one after the other."""

from collections.abc import Callable, Iterator

from matching.problem import Problem
from scheduling.check.capability import check_capability
from scheduling.check.case import Case
from scheduling.check.demand import check_demand
from scheduling.check.departures import check_departures
from scheduling.check.durations import check_durations
from scheduling.check.enterprises import check_enterprises
from scheduling.check.fixed import check_fixed_lots
from scheduling.check.machines import check_machines
from scheduling.check.opening import open_case
from scheduling.check.resources import check_resources
from scheduling.check.runs import check_runs
from scheduling.check.statements import check_statements
from scheduling.check.stock import check_stock
from scheduling.check.times import check_times
from scheduling.check.violation import Violation
from scheduling.check.ways import check_ways
from scheduling.plan import Plan

RULES: tuple[Callable[[Case], Iterator[Violation]], ...] = (
    check_capability,
    check_machines,
    check_resources,
    check_durations,
    check_runs,
    check_stock,
    check_ways,
    check_times,
    check_demand,
    check_enterprises,
    check_fixed_lots,
    check_departures,
    check_statements,
)


def check(problem: Problem, plan: Plan) -> list[Violation]:
    """Every broken rule, ordered by rule; empty if the plan is valid.

    Lots and goods with unknown ids are reported and then left out: what follows from their absence is
    reported as well.
    """
    case, found = open_case(problem, plan)
    for rule in RULES:
        found.extend(rule(case))
    return sorted(found, key=lambda violation: violation.rule)
