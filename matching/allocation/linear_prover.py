"""Proofs by linear programs and their prices, for orders that no plain maximum flow describes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from matching.allocation.grid import Grid
from matching.allocation.linear import Optimum, best_amounts
from matching.allocation.model import FlowModel
from matching.allocation.optimistic import optimistic
from matching.allocation.price_bounds import PriceBounds, Prices
from matching.problem import SiteId

NEAREST = 5  # moves from and to each place that are looked at from the beginning
MOST_ROUNDS = 8  # of adding moves
MOST_LOOKS = 10  # at deadlines, for one proof
LEAST_ADDED = 40
CRITICAL_A_PLACE = 3
CRITICAL_DROP = 0.05  # of a place's first price: a fall by less is not worth a finer grid


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceProof:
    """See `matching.allocation.prover.Proof`."""

    prices: Prices
    bounds: PriceBounds
    critical: Mapping[SiteId, Sequence[int]]

    def last_impossible_deadline(self, *, at_least: int, below: int) -> int:
        """By secants: each look costs a closing of all prices."""
        last, delivered = at_least - 1, 0.0
        step = 1
        for _ in range(MOST_LOOKS):
            deadline = min(last + step, below - 1)
            if deadline <= last:
                break
            found = float(self.most_delivered(deadline_min=deadline))
            if found >= self.bounds.model.quantity:
                step //= 3
                continue
            rate = (found - delivered) / (deadline - last)
            last, delivered = deadline, found
            missing = self.bounds.model.quantity - found
            step = (
                max(1, round(0.98 * missing / rate)) if rate > 0 and last > at_least else max(1, last // 100)
            )
        return last

    def most_delivered(self, *, deadline_min: int) -> Fraction:
        closed = self.bounds.closed(self.prices, deadline_min=deadline_min)
        return Fraction(self.bounds.most_delivered(closed))

    def critical_moments(self) -> Mapping[SiteId, Sequence[int]]:
        return self.critical


class LinearProver:
    """See `matching.allocation.prover.Prover`.

    Only some of the moves are in the program (column generation): where the prices say that one left out
    would be of use, it comes in, and stays.
    """

    def __init__(self, bounds: PriceBounds) -> None:
        self.bounds = bounds
        self.active = _nearest_moves(bounds.model)

    def disproof(self, grid: Grid, *, deadline_min: int) -> PriceProof | None:
        model = self.bounds.model
        for _ in range(MOST_ROUNDS):
            numbers = sorted(self.active)
            narrow = replace(model, moves=tuple(model.moves[number] for number in numbers))
            expansion = optimistic(narrow, grid=grid, run_times=self.bounds.run_times)
            optimum = best_amounts(expansion, deadline_min=deadline_min, targets=model.drops)
            prices = _by_minute(model, grid=grid, optimum=optimum, length=deadline_min + 1)
            proof = PriceProof(
                prices=prices, bounds=self.bounds, critical=_critical(model, grid=grid, optimum=optimum)
            )
            if proof.most_delivered(deadline_min=deadline_min) < model.quantity:
                return proof
            if not self._add_moves(prices):
                return None
        return None

    def _add_moves(self, prices: Prices) -> bool:
        """Those whose ends are worth more than their starts, the most valuable first."""
        missing: list[tuple[float, int]] = []
        for number, move in enumerate(self.bounds.model.moves):
            if number not in self.active:
                there = self.bounds.on_arrival(move, prices=prices.of_places)
                lacking = float(np.maximum(there - prices.of_places[move.start, : len(there)], 0.0).sum())
                if lacking > 0:
                    missing.append((-lacking, number))
        most = max(LEAST_ADDED, len(missing) // 4)
        self.active |= {number for _, number in sorted(missing)[:most]}
        return bool(missing)


def _nearest_moves(model: FlowModel) -> set[int]:
    """The shortest from each place, and to each."""
    by_end: dict[tuple[str, int], list[int]] = defaultdict(list)
    for number, move in enumerate(model.moves):
        by_end["from", move.start].append(number)
        by_end["to", move.end].append(number)
    return {
        number
        for numbers in by_end.values()
        for number in sorted(numbers, key=lambda number: model.moves[number].way.lead_min)[:NEAREST]
    }


def _by_minute(model: FlowModel, *, grid: Grid, optimum: Optimum, length: int) -> Prices:
    """The prices of the nodes, each from its moment to before the next, never rising."""
    rows = []
    for first, place in zip(grid.first_node, model.places, strict=True):
        moments = grid.of(place.site)
        own = optimum.prices[first : first + len(moments)]
        falling = np.maximum.accumulate(own[::-1])[::-1]
        rows.append(np.repeat(falling, np.diff(moments, append=max(length, int(moments[-1]) + 1)))[:length])
    return Prices(of_places=np.array(rows), of_drops=np.clip(optimum.drop_prices, 0.0, 1.0))


def _critical(model: FlowModel, *, grid: Grid, optimum: Optimum) -> dict[SiteId, list[int]]:
    """Where prices fall most."""
    found: dict[SiteId, list[int]] = defaultdict(list)
    for first, place in zip(grid.first_node, model.places, strict=True):
        moments = grid.of(place.site)
        own = optimum.prices[first : first + len(moments)]
        falls = own[:-1] - own[1:]
        largest = np.argsort(-falls, kind="stable")[:CRITICAL_A_PLACE]
        found[place.site] += [
            int(moments[at + 1]) for at in largest if falls[at] > CRITICAL_DROP * max(own[0], 1e-9)
        ]
    return found
