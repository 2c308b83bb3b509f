"""Putting a plan before the checker: statements are filled in truly unless a test states something else."""

import json
from dataclasses import replace

from matching.parse import read_problem, write_problem
from scheduling.check import check
from scheduling.evaluate import evaluate, gap_pct
from scheduling.plan import Delivery, Plan, Status, Transfer
from tests.matching.workshop import a_lot


def a_delivery(*, order="O", drop=None, site="S", depart=10, arrive=None, quantity=10):
    return Delivery(
        order=order,
        drop=drop,
        from_site=site,
        depart_min=depart,
        arrive_min=depart if arrive is None else arrive,
        quantity=quantity,
    )


def a_transfer(
    item=None, *, order="O", material=None, start="S", end="S2", depart=10, arrive=10, quantity=10
):
    return Transfer(
        order=None if material else order,
        item=item,
        material=material,
        from_site=start,
        to_site=end,
        depart_min=depart,
        arrive_min=arrive,
        quantity=quantity,
    )


def a_plan(problem, *, lots=None, transfers=(), deliveries=None, bound=None, **stated):
    """One lot of ten pieces and their delivery, unless told otherwise; what it states about itself is true."""
    lots = (a_lot(),) if lots is None else tuple(lots)
    deliveries = (a_delivery(),) if deliveries is None else tuple(deliveries)
    found = evaluate(problem, lots=lots, transfers=tuple(transfers), deliveries=deliveries)
    plan = Plan(
        status=Status.FEASIBLE,
        objective=found.objective,
        cost_cents=found.cost_cents,
        bound=bound,
        gap_pct=gap_pct(objective=found.objective, bound=bound),
        seconds=0.0,
        seed=1,
        lots=lots,
        transfers=tuple(transfers),
        deliveries=deliveries,
        orders=found.orders,
    )
    return replace(plan, **stated)


def verdict(problem, **plan):
    """The broken rules of a plan and where, such as `["R3 lots[0].setup_min"]`; empty if it is valid."""
    return broken(problem, a_plan(problem, **plan))


def broken(problem, plan):
    """The same; the problem goes through its file format first, so that no test uses one that is refused."""
    problem = read_problem(json.dumps(write_problem(problem)))
    return [f"R{violation.rule} {violation.path}" for violation in check(problem, plan)]
