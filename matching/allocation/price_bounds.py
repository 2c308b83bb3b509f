"""Prices of goods over time, evaluated to the minute: they prove what no plan can deliver.

A price for each place and minute, never rising with time, and one for each drop. Whatever the prices,
once `closed` they bound every plan (weak duality of linear programs, written out for the contract):
pieces delivered <= Σ drops·price + Σ supplies·price on arrival + Σ over working minutes of the most that a
machine's minute adds in value. No grid is involved.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.allocation.expansion import departures
from matching.allocation.grid import Minutes
from matching.allocation.model import FlowModel, Move, Work
from matching.allocation.run_time import RunTime
from matching.ways import Way

Reals = NDArray[np.float64]

SAFETY = 1e-7  # of the quantity: more than all rounding of the sums below


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Pieces of product that a unit is worth: `of_places[place, minute]`; `of_drops`, of a piece asked for."""

    of_places: Reals
    of_drops: Reals


class PriceBounds:
    """Evaluates prices over one lenient model."""

    def __init__(self, model: FlowModel, *, run_times: tuple[RunTime, ...]) -> None:
        self.model = model
        self.run_times = run_times
        self._departures: dict[tuple[int, int, bool, int], Minutes] = {}
        count = Counter(work.machine.id for work in model.works)
        self._shared = {machine for machine, number in count.items() if number > 1}

    def closed(self, prices: Prices, *, deadline_min: int) -> Prices:
        """The prices with every place raised to what its exits and moves demand; 0 after the deadline."""
        raised = prices.of_places[:, : deadline_min + 1].copy()
        if raised.shape[1] <= deadline_min:
            missing = deadline_min + 1 - raised.shape[1]
            raised = np.pad(raised, ((0, 0), (0, missing)))
        for each in self.model.exits:
            last = each.way.last_departure(deadline_min)
            if last >= self.model.earliest_departure_min:
                worth = 1.0 - prices.of_drops[each.drop]
                np.maximum(raised[each.place, : last + 1], worth, out=raised[each.place, : last + 1])
        while self._raise(raised):
            pass
        return Prices(of_places=raised, of_drops=prices.of_drops)

    def _raise(self, prices: Reals) -> bool:
        """What leaves is worth what it is worth where it arrives; whether any price had to be raised."""
        is_changed = False
        for move in self.model.moves:
            there = self.on_arrival(move, prices=prices)
            here = prices[move.start, : len(there)]
            if bool(np.any(there > here)):
                np.maximum(here, there, out=here)
                is_changed = True
        return is_changed

    def on_arrival(self, move: Move, *, prices: Reals) -> Reals:
        """The price at the end of a move of what is ready in each minute, as far as it arrives in time."""
        arrive = self._leaving(move.way, length=prices.shape[1]) + move.way.lead_min
        in_time = int(np.searchsorted(arrive, prices.shape[1]))
        found: Reals = prices[move.end, arrive[:in_time]]
        return found

    def _leaving(self, way: Way, *, length: int) -> Minutes:
        key = way.departs_every_min, way.departs_at_min, way.within_site, length
        if key not in self._departures:
            minutes = np.arange(length, dtype=np.int64)
            self._departures[key] = departures(way, minutes, model=self.model)
        return self._departures[key]

    def most_delivered(self, prices: Prices) -> float:
        """Pieces that all plans deliver at most, of closed prices."""
        total = float(np.dot(self.model.drops, prices.of_drops))
        last = prices.of_places.shape[1]
        for supply in self.model.supplies:
            if supply.at_min < last:
                total += supply.quantity * float(prices.of_places[supply.place, supply.at_min])
        return total + sum(self._rents(prices)) + SAFETY * self.model.quantity

    def _rents(self, prices: Prices) -> Iterator[float]:
        """What each machine's minutes add in value at most, whatever it runs in which."""
        gains: dict[object, Reals] = {}
        best: dict[str, Reals] = {}
        for work, run_time in zip(self.model.works, self.run_times, strict=True):
            kind = work.inputs, work.output, work.mode.good_per_1000, work.mode.hold_min
            if kind not in gains:
                gains[kind] = _gain(work, prices=prices)
            if work.machine.id in self._shared:
                worth = float(work.rate) * np.where(_is_running(run_time, len(gains[kind])), gains[kind], 0.0)
                best[work.machine.id] = np.maximum(best.get(work.machine.id, 0.0), worth)
            else:
                yield float(work.rate) * _sum_over(run_time, gains[kind])
        for worth in best.values():
            yield float(worth.sum())


def _is_running(run_time: RunTime, length: int) -> NDArray[np.bool_]:
    """Whether a work can run in each minute."""
    change = np.zeros(length + 1, dtype=np.int64)
    np.add.at(change, np.minimum(run_time.starts, length), 1)
    np.add.at(change, np.minimum(run_time.ends, length), -1)
    return np.cumsum(change[:length]) > 0


def _sum_over(run_time: RunTime, gain: Reals) -> float:
    """Of the minutes in which the work can run."""
    total = np.concatenate([[0.0], np.cumsum(gain)])
    last = len(gain)
    return float(np.sum(total[np.minimum(run_time.ends, last)] - total[np.minimum(run_time.starts, last)]))


def _gain(work: Work, *, prices: Prices) -> Reals:
    """Value added in each minute by a piece started, or 0.

    good_per_1000/1000·price(output, t + 1 + hold) - Σ num/den·price(input, t): a lot takes its input before
    any of its minutes and brings its pieces after all of them, and prices never rise.
    """
    length = prices.of_places.shape[1]
    gain = np.zeros(length)
    after = 1 + work.mode.hold_min
    if after < length:
        gain[: length - after] = work.mode.good_per_1000 / 1000 * prices.of_places[work.output, after:]
    for each in work.inputs:
        gain -= each.num / each.den * prices.of_places[each.place]
    return np.maximum(gain, 0.0)
