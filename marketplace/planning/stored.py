"""A finished run's problem and plan, as they were checked and stored."""

import json

from marketplace.planning.models import PlanRun
from matching.parse import read_problem
from matching.problem import Problem
from scheduling.plan import Plan
from scheduling.plan_format import read_plan


def stored_plan(run: PlanRun) -> tuple[Problem, Plan]:
    """Both values of a run whose status is done."""
    return read_problem(json.dumps(run.problem)), read_plan(json.dumps(run.plan))
