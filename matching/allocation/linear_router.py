"""Flows for orders that no plain maximum flow describes."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from matching.allocation.earliest import Routed
from matching.allocation.expansion import Expansion, Slots
from matching.allocation.linear import best_amounts
from matching.allocation.max_flow import Amounts


class LinearRouter:
    """See `matching.allocation.earliest.Router`."""

    def route(self, expansion: Expansion, *, deadline_min: int, targets: Sequence[int]) -> Routed:
        """A machine that could run several operations runs one in each stretch of its windows.

        It is the one that a program without that rule gives most of the stretch.
        """
        count = Counter(work.machine.id for work in expansion.model.works)
        optimum = best_amounts(expansion, deadline_min=deadline_min, targets=targets)
        is_starving = optimum.is_starving
        if max(count.values(), default=1) > 1:
            expansion = _with_choices(expansion, amounts=optimum.amounts)
            optimum = best_amounts(expansion, deadline_min=deadline_min, targets=targets)
        return Routed(
            delivered=optimum.delivered,
            amounts=optimum.amounts,
            expansion=expansion,
            is_starving=is_starving,
        )


def _with_choices(expansion: Expansion, *, amounts: Amounts) -> Expansion:
    """The expansion with the slots of one work for each stretch of a machine."""
    slots, works = expansion.slots, expansion.model.works
    stretch = [
        (works[work].machine.id, works[work].spans[span].window)
        for work, span in zip(slots.work.tolist(), slots.span.tolist(), strict=True)
    ]
    minutes: dict[tuple[str, int], Counter[int]] = defaultdict(Counter)
    for where, work, pieces in zip(stretch, slots.work.tolist(), amounts.slots.tolist(), strict=True):
        minutes[where][work] += pieces / float(works[work].good_rate)
    chosen = {where: found.most_common(1)[0][0] for where, found in minutes.items()}
    pairs = zip(stretch, slots.work.tolist(), strict=True)
    kept = np.array([chosen[where] == work for where, work in pairs], dtype=bool)
    fewer = Slots(**{name: getattr(slots, name)[kept] for name in Slots.__slots__})
    return replace(expansion, slots=fewer)
