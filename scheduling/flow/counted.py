"""Provers and routers that count their work."""

from collections.abc import Sequence

from matching.allocation.earliest import Routed, Router
from matching.allocation.expansion import Expansion
from matching.allocation.grid import Grid
from matching.allocation.prover import Proof, Prover
from scheduling.budget import Budget

NODES_A_STEP = 1000  # a network of that many nodes takes about as long as one dispatch


class CountedProver:
    """See `matching.allocation.prover.Prover`."""

    def __init__(self, prover: Prover, *, budget: Budget) -> None:
        self._prover = prover
        self._budget = budget

    def disproof(self, grid: Grid, *, deadline_min: int) -> Proof | None:
        self._budget.step(number=1 + grid.num_nodes // NODES_A_STEP)
        return self._prover.disproof(grid, deadline_min=deadline_min)


class CountedRouter:
    """See `matching.allocation.earliest.Router`."""

    def __init__(self, router: Router, *, budget: Budget) -> None:
        self._router = router
        self._budget = budget

    def route(self, expansion: Expansion, *, deadline_min: int, targets: Sequence[int]) -> Routed:
        self._budget.step(number=1 + expansion.grid.num_nodes // NODES_A_STEP)
        return self._router.route(expansion, deadline_min=deadline_min, targets=targets)
