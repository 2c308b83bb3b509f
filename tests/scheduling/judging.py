"""Putting drafts before the independent checker."""

from scheduling.check import check
from scheduling.evaluate import evaluate
from scheduling.plan import Plan, Status


def as_plan(problem, draft):
    found = evaluate(problem, lots=draft.lots, transfers=draft.transfers, deliveries=draft.deliveries)
    return Plan(
        status=Status.FEASIBLE,
        objective=found.objective,
        cost_cents=found.cost_cents,
        bound=None,
        gap_pct=None,
        seconds=0.0,
        seed=0,
        lots=draft.lots,
        transfers=draft.transfers,
        deliveries=draft.deliveries,
        orders=found.orders,
    )


def violations(problem, draft):
    return [str(violation) for violation in check(problem, as_plan(problem, draft))]
