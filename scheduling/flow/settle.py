"""From an allocation that is in time to a draft in whole pieces and whole runs."""

from dataclasses import dataclass

from matching.allocation.earliest import Allocation, EarliestSearch
from matching.allocation.grid import Fineness
from scheduling.flow.advance import advance
from scheduling.flow.coalesce import coalesce
from scheduling.flow.deal import dealt
from scheduling.flow.draft import Draft
from scheduling.flow.small_runs import cancel, mend_small_runs
from scheduling.flow.trim import trim
from scheduling.flow.waste import leave_out_waste

MORE = (
    (5, 4),
    (2, 1),
    (2, 1),
    (3, 1),
    (4, 1),
    (6, 1),
    (8, 1),
    (12, 1),
)  # times what is missing, round by round
MOST_MENDINGS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A draft that delivers what is asked for, and the pieces that making it whole has cost each drop."""

    draft: Draft
    cost: tuple[int, ...]


def settled(
    search: EarliestSearch, found: Allocation, *, fineness: Fineness, step_min: int
) -> Settled | None:
    """A draft that delivers what the search asks for by the allocation's deadline or a little later.

    What whole pieces and minimum lots cost is asked for in addition, and where that is more than a
    deadline allows it is put off, by `step_min` and then more. None if the search's time is over first or
    nothing fits by the model's latest arrival.
    """
    wanted, deadline_min = search.wanted, found.deadline_min
    for more in MORE:
        draft = dealt(found)
        planned = delivered_by(draft)
        delivered = make_whole(draft)
        short = [max(0, asked - got) for asked, got in zip(search.targets, delivered, strict=True)]
        if not any(short):
            leave_out_waste(draft)
            coalesce(draft)
            cost = tuple(max(0, before - after) for before, after in zip(planned, delivered, strict=True))
            return Settled(draft=draft, cost=cost)
        wanted = tuple(
            max(asked, before) + -(-missing * more[0] // more[1])
            for asked, before, missing in zip(wanted, planned, short, strict=True)
        )
        while True:
            if search.is_over() or deadline_min > search.model.latest_arrival_min:
                return None
            found, routed = search.at(deadline_min, fineness=fineness, targets=wanted)
            if routed.is_enough(wanted):
                break
            deadline_min, step_min = deadline_min + step_min, step_min * 2
    return None


def make_whole(draft: Draft) -> tuple[int, ...]:
    """Whole pieces, and no run below its minimum lot; returns what is delivered to each drop then.

    Nothing, if there are runs that nothing helps.
    """
    trim(draft)
    advance(draft)
    for _ in range(MOST_MENDINGS):
        small_runs = mend_small_runs(draft)
        if not small_runs:
            return delivered_by(draft)
        cancel(draft, runs=small_runs)
        trim(draft)
    return (0,) * len(draft.expansion.model.drops)


def delivered_by(draft: Draft) -> tuple[int, ...]:
    """Pieces to each drop."""
    delivered = [0] * len(draft.expansion.model.drops)
    for each in draft.exits:
        delivered[draft.expansion.model.exits[each.exit].drop] += each.pieces
    return tuple(delivered)
