"""Flows for orders in which every good turns into product at one rate."""

from collections.abc import Sequence
from fractions import Fraction

from matching.allocation.earliest import Routed
from matching.allocation.expansion import Expansion
from matching.allocation.max_flow import most_delivered


class MaxFlowRouter:
    """See `matching.allocation.earliest.Router`. `worth` is that of the places of its model."""

    def __init__(self, worth: Sequence[Fraction]) -> None:
        self.worth = worth

    @property
    def is_whole(self) -> bool:
        """Whether flows are whole pieces: every good turns into product one to one."""
        return set(self.worth) <= {Fraction(0), Fraction(1)}

    def route(self, expansion: Expansion, *, deadline_min: int, targets: Sequence[int]) -> Routed:
        found = most_delivered(
            expansion,
            worth=self.worth,
            deadline_min=deadline_min,
            targets=targets,
            is_whole=self.is_whole,
        )
        by_drop = [0.0] * len(targets)
        for each, amount in zip(expansion.model.exits, found.amounts.exits.tolist(), strict=True):
            by_drop[each.drop] += amount
        return Routed(delivered=tuple(by_drop), amounts=found.amounts, expansion=expansion)
