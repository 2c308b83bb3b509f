"""Every plan that was stored as done passes the independent checker again."""

from marketplace.planning.models import PlanRun
from marketplace.planning.stored import stored_plan
from scheduling.check import check
from tests.chaos.acknowledged import Acknowledged


def invalid_plans(acknowledged: Acknowledged) -> list[str]:
    faults = []
    for run in PlanRun.objects.filter(status=PlanRun.Status.DONE).order_by("pk"):
        problem, plan = stored_plan(run)
        if plan.lots and (violations := check(problem, plan)):
            faults.append(f"{run.public_id}: {violations[0]}")
    return faults
