"""Rule 2, resources: people, moulds, laboratory slots, held from start to end of a lot, breaks included."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from matching.problem import Problem, Resource, ResourceId
from scheduling.check.case import Case, LotInCase
from scheduling.check.roads import road_between
from scheduling.check.violation import Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    by: LotInCase
    quantity: int

    @property
    def start(self) -> int:
        return self.by.lot.start_min

    @property
    def end(self) -> int:
        return self.by.lot.end_min


def check_resources(case: Case) -> Iterator[Violation]:
    """Quantity, windows, place and travel of every resource. Fixed lots count, but need no window."""
    for resource_id, uses in _uses(case).items():
        resource = case.problem.resource_by_id[resource_id]
        yield from _check_quantity(resource, uses=uses)
        yield from _check_windows(resource, uses=uses)
        if resource.site is None:
            yield from _check_travel(resource, uses=uses, problem=case.problem)
        else:
            yield from _check_place(resource, uses=uses)


def _uses(case: Case) -> dict[ResourceId, list[_Use]]:
    uses: dict[ResourceId, list[_Use]] = defaultdict(list)
    for each in case.lots:
        for use in each.mode.uses if each.mode is not None else ():
            uses[use.resource].append(_Use(by=each, quantity=use.quantity))
    return uses


def _check_quantity(resource: Resource, *, uses: list[_Use]) -> Iterator[Violation]:
    """At the start of each use, the sum of all uses that hold the resource then."""
    changes = [(use.end, 0, -use.quantity, use) for use in uses if use.end > use.start]
    changes += [(use.start, 1, use.quantity, use) for use in uses if use.end > use.start]
    held = 0
    for moment, _, change, use in sorted(changes, key=lambda change: change[:2]):
        held += change
        if change > 0 and held > resource.quantity:
            text = f"{held} of resource {resource.id!a} in use at {moment}, there are {resource.quantity}"
            yield Violation(rule=2, path=use.by.path, text=text)


def _check_windows(resource: Resource, *, uses: list[_Use]) -> Iterator[Violation]:
    """Every minute of a use lies in a window; windows that touch are one stretch of time for a resource."""
    if resource.windows is None:
        return
    for use in uses:
        covered = sum(
            max(0, min(use.end, window.end) - max(use.start, window.start)) for window in resource.windows
        )
        if covered < use.end - use.start and not use.by.fixed:
            text = f"resource {resource.id!a} is not there all the time from {use.start} to {use.end}"
            yield Violation(rule=2, path=use.by.path, text=text)


def _check_place(resource: Resource, *, uses: list[_Use]) -> Iterator[Violation]:
    for use in uses:
        if use.by.site.id != resource.site:
            text = f"resource {resource.id!a} serves site {resource.site!a} only, not {use.by.site.id!a}"
            yield Violation(rule=2, path=use.by.path, text=text)


def _check_travel(resource: Resource, *, uses: list[_Use], problem: Problem) -> Iterator[Violation]:
    """Between uses at two sites lies the transport lead."""
    for before, after in pairwise(sorted(uses, key=lambda use: (use.start, use.end))):
        road = road_between(problem, before.by.site.id, after.by.site.id)
        if road is None:
            text = f"resource {resource.id!a} has no way from {before.by.site.id!a} to {after.by.site.id!a}"
            yield Violation(rule=2, path=after.by.path, text=text)
        elif after.start < before.end + road.lead_min and before.by.site.id != after.by.site.id:
            text = (
                f"resource {resource.id!a} arrives from {before.by.site.id!a} at {before.end + road.lead_min}"
            )
            yield Violation(rule=2, path=after.by.path, text=text)
