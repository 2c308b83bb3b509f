"""The best plan so far, and telling others when there is a better one."""

from fractions import Fraction

from matching.problem import Problem
from scheduling.budget import Budget
from scheduling.dispatch.draft import Draft
from scheduling.dispatch.standing import Standing, standing_of
from scheduling.engine import Report
from scheduling.options import Progress


class Incumbent:
    """Keeps the better of what it is offered; reports valid plans of the whole problem and bounds."""

    def __init__(self, problem: Problem, *, budget: Budget, progress: Report) -> None:
        self._problem = problem
        self._budget = budget
        self._progress = progress
        self.best: Standing | None = None
        self.bound: Fraction | None = None

    def offer(self, standing: Standing) -> None:
        if self.best is None or standing.key < self.best.key:
            self.best = standing
            self._report()

    def offer_draft(self, draft: Draft) -> None:
        self.offer(standing_of(self._problem, draft))

    def raise_bound(self, bound: Fraction | int) -> None:
        """Take a proven bound over all plans, if it is higher than the one known."""
        if self.bound is None or bound > self.bound:
            self.bound = Fraction(bound)
            self._report()

    @property
    def is_proven(self) -> bool:
        """Whether no plan can be better by one minute, or by one cent."""
        return (
            self.has_plan
            and self.best is not None
            and self.bound is not None
            and self.best.evaluation.exact_objective - self.bound < 1
        )

    @property
    def has_plan(self) -> bool:
        return self.best is not None and self.best.draft.is_valid

    def _report(self) -> None:
        objective = self.best.evaluation.objective if self.has_plan and self.best else None
        bound = None if self.bound is None else float(self.bound)
        if objective is not None or bound is not None:
            self._progress(Progress(seconds=self._budget.seconds, objective=objective, bound=bound))
