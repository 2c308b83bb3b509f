"""From an allocation to a plan's parts in whole pieces, or what stands in the way."""

from dataclasses import dataclass

from matching.allocation.earliest import Allocation
from matching.allocation.implementable import Unused
from scheduling.flow.coalesce import coalesce
from scheduling.flow.deal import dealt
from scheduling.flow.draft import Draft
from scheduling.flow.small_runs import mend_small_runs
from scheduling.flow.trim import trim


@dataclass(frozen=True, slots=True, kw_only=True)
class Realised:
    """A draft, and what keeps it from being a plan: runs below their minimum lot, pieces short by drop."""

    draft: Draft
    small_runs: Unused
    short: tuple[int, ...]

    @property
    def is_plan(self) -> bool:
        return not self.small_runs and not any(self.short)


def realised(allocation: Allocation) -> Realised:
    draft = dealt(allocation)
    trim(draft)
    small_runs = mend_small_runs(draft)
    delivered = [0] * len(draft.expansion.model.drops)
    for each in draft.exits:
        delivered[draft.expansion.model.exits[each.exit].drop] += each.pieces
    drops = zip(draft.expansion.model.drops, delivered, strict=True)
    short = tuple(max(0, asked - got) for asked, got in drops)
    found = Realised(draft=draft, small_runs=small_runs, short=short)
    if found.is_plan:
        coalesce(draft)
    return found
