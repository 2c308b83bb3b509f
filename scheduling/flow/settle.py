"""From an allocation that is in time to a draft in whole pieces and whole runs."""

from dataclasses import dataclass, replace

from matching.allocation.earliest import EarliestSearch
from matching.allocation.grid import Fineness
from matching.allocation.implementable import Unused
from scheduling.flow.advance import advance
from scheduling.flow.coalesce import coalesce
from scheduling.flow.deal import dealt
from scheduling.flow.draft import Draft
from scheduling.flow.small_runs import mend_small_runs
from scheduling.flow.trim import trim

MOST_ROUNDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shortcomings:
    """What keeps a draft from being a plan: runs below their minimum lot, pieces short by drop."""

    small_runs: Unused
    short: tuple[int, ...]


def settled(search: EarliestSearch, *, deadline_min: int, fineness: Fineness, step_min: int) -> Draft | None:
    """A draft that delivers what the search asks for by the deadline or a little later.

    Runs that stay below their minimum lot are forbidden, what got lost in rounding is asked for in
    addition, and where that is more than a deadline allows it is put off, by `step_min` and then more.
    None if the search's time is over first or nothing fits by the model's latest arrival.
    """
    targets, delay = search.targets, step_min
    for _ in range(MOST_ROUNDS):
        if search.is_over() or deadline_min > search.model.latest_arrival_min:
            return None
        allocation, routed = search.at(deadline_min, fineness=fineness, targets=targets)
        if any(got < asked for got, asked in zip(routed.delivered, search.targets, strict=True)):
            deadline_min, delay = deadline_min + delay, delay * 2
            continue
        draft = dealt(allocation)
        found = _shortcomings(draft, asked=search.targets)
        if not found.small_runs and not any(found.short):
            coalesce(draft)
            return draft
        search = replace(search, unused=search.unused | found.small_runs)
        targets = tuple(target + 2 * short for target, short in zip(targets, found.short, strict=True))
    return None


def _shortcomings(draft: Draft, *, asked: tuple[int, ...]) -> _Shortcomings:
    """Make whole what can be made whole; the rest is left to a new allocation."""
    trim(draft)
    advance(draft)
    small_runs = mend_small_runs(draft)
    delivered = [0] * len(asked)
    for each in draft.exits:
        delivered[draft.expansion.model.exits[each.exit].drop] += each.pieces
    short = tuple(max(0, target - got) for target, got in zip(asked, delivered, strict=True))
    return _Shortcomings(small_runs=small_runs, short=short)
