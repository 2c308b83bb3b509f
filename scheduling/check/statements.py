"""Rule 11: what the plan states about itself is true."""

from collections.abc import Iterator
from fractions import Fraction

from matching.problem import Objective
from scheduling.check.case import Case
from scheduling.check.demand import outcome_of
from scheduling.check.money import exact_cost, half_up
from scheduling.check.violation import Violation
from scheduling.plan import OrderResult, Status

GAP_TOLERANCE = 1e-6  # percentage points: `gap_pct` is a floating-point number


def check_statements(case: Case) -> Iterator[Violation]:
    cost = exact_cost(case)
    finish = max((parcel.delivery.arrive_min for parcel in case.deliveries), default=0)
    by_cost = case.problem.objective is Objective.COST
    objective = half_up(cost) if by_cost else finish
    yield from _check_equal(case.plan.objective, objective, path="objective")
    yield from _check_equal(case.plan.cost_cents, half_up(cost), path="cost_cents")
    yield from _check_results(case)
    yield from _check_bound(case, exact=cost if by_cost else Fraction(finish))
    yield from _check_gap(case, objective=objective)
    yield from _check_status(case, objective=objective)


def _check_equal(stated: object, recomputed: object, *, path: str) -> Iterator[Violation]:
    if stated != recomputed:
        text = f"is {'null' if stated is None else stated}, recomputed {'null' if recomputed is None else recomputed}"
        yield Violation(rule=11, path=path, text=text)


def _check_results(case: Case) -> Iterator[Violation]:
    stated = {result.id: (at, result) for at, result in enumerate(case.plan.orders)}
    for order in case.problem.orders:
        if order.id not in stated:
            yield Violation(rule=11, path="orders", text=f"order {order.id!a} is missing")
            continue
        at, result = stated.pop(order.id)
        yield from _check_result(result, case=case, path=f"orders[{at}]")
    for at, result in stated.values():
        yield Violation(rule=11, path=f"orders[{at}].id", text=f"no order {result.id!a}")


def _check_result(result: OrderResult, *, case: Case, path: str) -> Iterator[Violation]:
    outcome = outcome_of(case.problem.order_by_id[result.id], case=case)
    yield from _check_equal(result.delivered, outcome.delivered, path=f"{path}.delivered")
    yield from _check_equal(result.unmet, outcome.unmet, path=f"{path}.unmet")
    yield from _check_equal(result.surplus, outcome.surplus, path=f"{path}.surplus")
    yield from _check_equal(result.completed_min, outcome.completed_min, path=f"{path}.completed_min")


def _check_bound(case: Case, *, exact: Fraction) -> Iterator[Violation]:
    bound = case.plan.bound
    if bound is not None and Fraction(bound) > exact:
        text = f"is {bound}, above the objective {float(exact)} of this very plan"
        yield Violation(rule=11, path="bound", text=text)


def _check_gap(case: Case, *, objective: int) -> Iterator[Violation]:
    """100·(objective − bound)/objective; 0 if objective is 0, never below 0, null without bound."""
    bound, stated = case.plan.bound, case.plan.gap_pct
    if bound is None or stated is None:
        if (bound is None) != (stated is None):
            yield Violation(rule=11, path="gap_pct", text="is null exactly if there is no bound")
        return
    gap = 0.0 if objective == 0 else max(0.0, float(100 * (objective - Fraction(bound)) / objective))
    if abs(gap - stated) > GAP_TOLERANCE:
        yield Violation(rule=11, path="gap_pct", text=f"is {stated}, recomputed {gap}")


def _check_status(case: Case, *, objective: int) -> Iterator[Violation]:
    """`optimal` needs a bound less than 1 below the objective; with lots a plan is optimal or feasible."""
    plan = case.plan
    if plan.status is Status.OPTIMAL:
        if plan.bound is None or objective - Fraction(plan.bound) >= 1:
            yield Violation(
                rule=11, path="status", text="optimal without a bound less than 1 below the objective"
            )
    elif plan.status is not Status.FEASIBLE and plan.lots:
        yield Violation(rule=11, path="status", text=f"is {plan.status.value}, but there are lots")
