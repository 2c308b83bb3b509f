"""Cuts of a flow over time, evaluated to the minute: they prove what no plan can deliver.

A cut names for each place the latest minute at which a unit there still counts as deliverable in time.
Whatever minutes it names, after `closed` it bounds every plan: the pieces delivered are at most what is
made where the input no longer counts but the output still does (Gale, "Transient flows in networks",
1959; Anderson and Philpott, "A continuous-time network simplex algorithm", 1989). No grid is involved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from matching.allocation.expansion import Numbers
from matching.allocation.grid import Grid
from matching.allocation.model import FlowModel
from matching.allocation.run_time import RunTime

NEVER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """`latest[place]` in minutes (NEVER: nothing there counts); drops that count as filled in any case."""

    latest: Numbers
    are_drops_full: NDArray[np.bool_]


def cut_on_grid(
    model: FlowModel, *, grid: Grid, is_late: NDArray[np.bool_], are_drops_full: NDArray[np.bool_]
) -> Cut:
    """The cut that a maximum flow over an optimistic expansion found; once late, a place stays late."""
    latest = []
    for first, place in zip(grid.first_node, model.places, strict=True):
        moments = grid.of(place.site)
        in_time = int(np.count_nonzero(~is_late[first : first + len(moments)]))
        following = moments[in_time] if in_time < len(moments) else moments[-1] + 1
        latest.append(int(following) - 1 if in_time else NEVER)
    return Cut(latest=np.array(latest, dtype=np.int64), are_drops_full=are_drops_full)


class CutBounds:
    """Evaluates cuts of one lenient model in which every good turns into product at one rate, its `worth`."""

    def __init__(
        self, model: FlowModel, *, run_times: tuple[RunTime, ...], worth: Sequence[Fraction]
    ) -> None:
        self.model = model
        self.run_times = run_times
        self.worth = worth
        self.starts = np.array([move.start for move in model.moves], dtype=np.int64)
        self.ends = np.array([move.end for move in model.moves], dtype=np.int64)
        self.leads = np.array([move.way.lead_min for move in model.moves], dtype=np.int64)
        self.every = np.array([move.way.departs_every_min for move in model.moves], dtype=np.int64)
        self.at = np.array([move.way.departs_at_min for move in model.moves], dtype=np.int64)

    def closed(self, cut: Cut, *, deadline_min: int) -> Cut:
        """The cut with every place raised to what its exits and moves demand."""
        latest = cut.latest.copy()
        for each in self.model.exits:
            departure = each.way.last_departure(deadline_min)
            if not cut.are_drops_full[each.drop] and departure >= self.model.earliest_departure_min:
                latest[each.place] = max(latest[each.place], departure)
        while True:
            raised = latest.copy()
            np.maximum.at(raised, self.starts, self._last_departures(latest[self.ends]))
            if np.array_equal(raised, latest):
                return Cut(latest=latest, are_drops_full=cut.are_drops_full)
            latest = raised

    def _last_departures(self, arrivals: Numbers) -> Numbers:
        """The last departure of each move that arrives by the minute given, or NEVER."""
        ready = arrivals - self.leads
        departure = ready - (ready - self.at) % self.every
        found: Numbers = np.where(departure >= self.model.earliest_departure_min, departure, NEVER)
        return found

    def most_delivered(self, cut: Cut) -> Fraction:
        """Pieces that all plans deliver at most, of a closed cut.

        Drops filled in any case + supplies that count on arrival + for each work good_rate·worth·minutes t
        with latest[input] < t and t + 1 + hold <= latest[output].
        """
        drops = zip(self.model.drops, cut.are_drops_full, strict=True)
        total = Fraction(sum(quantity for quantity, is_full in drops if is_full))
        for supply in self.model.supplies:
            if supply.at_min <= cut.latest[supply.place]:
                total += supply.quantity * self.worth[supply.place]
        for work, run_time in zip(self.model.works, self.run_times, strict=True):
            until = int(cut.latest[work.output]) - work.mode.hold_min
            since = int(cut.latest[work.inputs[0].place]) + 1 if work.inputs else 0
            if since < until:
                before = run_time.before(np.array([since, until], dtype=np.int64))
                total += int(before[1] - before[0]) * work.good_rate * self.worth[work.output]
        return total
