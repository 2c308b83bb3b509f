"""From a plan to what is offered: one package of runs for each factory. Pure."""

from collections import defaultdict
from dataclasses import dataclass

from marketplace.planning.runs import RunDraft, labels_of, runs_of
from matching.problem import Problem
from scheduling.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageDraft:
    """All runs of a plan at one enterprise, in order of start; `label` is its neutral name."""

    enterprise: str
    label: str
    runs: tuple[RunDraft, ...]

    @property
    def pay_cents(self) -> int:
        return sum(run.pay_cents for run in self.runs)


def packages_of(problem: Problem, plan: Plan, *, without: frozenset[str] = frozenset()) -> list[PackageDraft]:
    """One package for each enterprise, labelled A, B, … in order of first start.

    `without` are ids of lots that need no offer any more (they are booked already).
    """
    labels = labels_of(problem, plan)
    runs: dict[str, list[RunDraft]] = defaultdict(list)
    for run in runs_of(problem, plan.lots, without=without):
        runs[run.enterprise].append(run)
    return [
        PackageDraft(enterprise=enterprise, label=labels[enterprise], runs=tuple(runs[enterprise]))
        for enterprise in labels
        if enterprise in runs
    ]
