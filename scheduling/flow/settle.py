"""From an allocation that is in time to a draft in whole pieces and whole runs."""

from matching.allocation.earliest import Allocation, EarliestSearch
from matching.allocation.grid import Fineness
from scheduling.flow.advance import advance
from scheduling.flow.coalesce import coalesce
from scheduling.flow.deal import dealt
from scheduling.flow.draft import Draft
from scheduling.flow.small_runs import cancel, mend_small_runs
from scheduling.flow.trim import trim
from scheduling.flow.waste import leave_out_waste

MOST_ROUNDS = 8
MOST_MENDINGS = 5


def settled(search: EarliestSearch, found: Allocation, *, fineness: Fineness, step_min: int) -> Draft | None:
    """A draft that delivers what the search asks for by the allocation's deadline or a little later.

    What whole pieces and minimum lots cost is asked for in addition, and where that is more than a
    deadline allows it is put off, by `step_min` and then more. None if the search's time is over first or
    nothing fits by the model's latest arrival.
    """
    targets, deadline_min = search.targets, found.deadline_min
    for _ in range(MOST_ROUNDS):
        draft = dealt(found)
        delivered = make_whole(draft)
        short = [max(0, asked - got) for asked, got in zip(search.targets, delivered, strict=True)]
        if not any(short):
            leave_out_waste(draft)
            coalesce(draft)
            return draft
        targets = tuple(target + missing * 5 // 4 + 1 for target, missing in zip(targets, short, strict=True))
        while True:
            if search.is_over() or deadline_min > search.model.latest_arrival_min:
                return None
            found, routed = search.at(deadline_min, fineness=fineness, targets=targets)
            if routed.is_enough(targets):
                break
            deadline_min, step_min = deadline_min + step_min, step_min * 2
    return None


def make_whole(draft: Draft) -> tuple[int, ...]:
    """Whole pieces, and no run below its minimum lot; returns what is delivered to each drop then.

    Nothing, if there are runs that nothing helps.
    """
    delivered = [0] * len(draft.expansion.model.drops)
    trim(draft)
    advance(draft)
    for _ in range(MOST_MENDINGS):
        small_runs = mend_small_runs(draft)
        if not small_runs:
            break
        cancel(draft, runs=small_runs)
        trim(draft)
    else:
        return tuple(delivered)
    for each in draft.exits:
        delivered[draft.expansion.model.exits[each.exit].drop] += each.pieces
    return tuple(delivered)
