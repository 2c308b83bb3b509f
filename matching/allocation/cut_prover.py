"""Proofs by maximum flows and their cuts, for orders in which every good turns into product at one rate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from matching.allocation.cut import NEVER, Cut, CutBounds, cut_on_grid
from matching.allocation.grid import Grid
from matching.allocation.max_flow import most_delivered
from matching.allocation.optimistic import optimistic
from matching.problem import SiteId


@dataclass(frozen=True, slots=True, kw_only=True)
class CutProof:
    """See `matching.allocation.prover.Proof`."""

    cut: Cut
    bounds: CutBounds

    def last_impossible_deadline(self, *, at_least: int, below: int) -> int:
        possible, impossible = below, at_least - 1
        while possible - impossible > 1:
            middle = (possible + impossible) // 2
            if self.most_delivered(deadline_min=middle) < self.bounds.model.quantity:
                impossible = middle
            else:
                possible = middle
        return impossible

    def most_delivered(self, *, deadline_min: int) -> Fraction:
        closed = self.bounds.closed(self.cut, deadline_min=deadline_min)
        return self.bounds.most_delivered(closed)

    def critical_moments(self) -> Mapping[SiteId, Sequence[int]]:
        found: dict[SiteId, list[int]] = {}
        for place, latest in zip(self.bounds.model.places, self.cut.latest.tolist(), strict=True):
            if latest != NEVER:
                found.setdefault(place.site, []).append(latest + 1)
        return found


class CutProver:
    """See `matching.allocation.prover.Prover`."""

    def __init__(self, bounds: CutBounds) -> None:
        self.bounds = bounds

    def disproof(self, grid: Grid, *, deadline_min: int) -> CutProof | None:
        model = self.bounds.model
        found = most_delivered(
            optimistic(model, grid=grid, run_times=self.bounds.run_times),
            worth=self.bounds.worth,
            deadline_min=deadline_min,
            targets=model.drops,
            is_whole=False,
        )
        cut = cut_on_grid(model, grid=grid, is_late=found.is_late, are_drops_full=found.are_drops_full)
        proof = CutProof(cut=cut, bounds=self.bounds)
        return proof if proof.most_delivered(deadline_min=deadline_min) < model.quantity else None
