"""Budgets that count work, so that tests do not depend on the clock."""

from scheduling.budget import Budget
from scheduling.options import SolveOptions


def a_budget(*, work=20, stop=lambda: False):
    return Budget(SolveOptions(time_limit_s=60, seed=1, work=work), stop=stop)
