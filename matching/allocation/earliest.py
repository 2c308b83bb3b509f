"""The earliest deadline by which an implementable flow brings every drop its quantity."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from matching.allocation.bracket import Bracket
from matching.allocation.expansion import Expansion
from matching.allocation.grid import Fineness, grid_with
from matching.allocation.implementable import implementable
from matching.allocation.max_flow import Amounts
from matching.allocation.model import FlowModel
from matching.allocation.run_time import RunTime
from matching.problem import SiteId

TINY = 1e-3  # pieces
AMPLE = 1.002  # a lone drop is offered that much more: a surplus tells how early is too early


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """`delivered` pieces by drop, and the flow that brings them over an expansion.

    The expansion is the one given, or one with fewer slots where a machine must choose what it runs. `is_starving`: a
    fixed lot goes without its input, whatever else is made, as the expansion looks at time.
    """

    delivered: tuple[float, ...]
    amounts: Amounts
    expansion: Expansion
    is_starving: bool = False

    def is_enough(self, targets: Sequence[int]) -> bool:
        """Whether every drop gets what it asks for, but for rounding."""
        return all(got > asked - TINY for got, asked in zip(self.delivered, targets, strict=True))


class Router(Protocol):
    """Finds flows that bring as much as possible, at most `targets` pieces to each drop."""

    def route(self, expansion: Expansion, *, deadline_min: int, targets: Sequence[int]) -> Routed: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Who makes how much when: a flow over an implementable expansion that is in time for the deadline."""

    expansion: Expansion
    amounts: Amounts
    deadline_min: int


@dataclass(frozen=True, kw_only=True)
class EarliestSearch:
    """Looks for allocations of a strict model.

    `targets` are the pieces that each drop must get, `reserve` those that it shall get beyond, since making
    runs whole will cost some.
    """

    model: FlowModel
    run_times: tuple[RunTime, ...]
    router: Router
    critical: Mapping[SiteId, Sequence[int]]
    targets: tuple[int, ...]
    reserve: tuple[int, ...]
    is_over: Callable[[], bool]

    @property
    def wanted(self) -> tuple[int, ...]:
        """Pieces to each drop, the reserve among them."""
        return tuple(target + more for target, more in zip(self.targets, self.reserve, strict=True))

    def at(
        self, deadline_min: int, *, fineness: Fineness, targets: Sequence[int]
    ) -> tuple[Allocation, Routed]:
        """The flow for one deadline, enough or not."""
        until = max(deadline_min, self.model.last_taken_min)
        grid = grid_with(self.model, fineness=fineness, critical=self.critical, until=until)
        expansion = implementable(self.model, grid=grid, run_times=self.run_times)
        routed = self.router.route(expansion, deadline_min=deadline_min, targets=targets)
        found = Allocation(expansion=routed.expansion, amounts=routed.amounts, deadline_min=deadline_min)
        return found, routed

    def earliest(
        self, *, fineness: Fineness, impossible_min: int, guess_min: int, tolerance_min: int
    ) -> Allocation | None:
        """The allocation with the earliest deadline above `impossible_min`, to the tolerance.

        None if there is none by the model's latest arrival or at all, or the time is over before one is found.
        """
        wanted = offered = self.wanted
        if len(wanted) == 1:
            offered = (int(AMPLE * wanted[0]),)
        bracket = Bracket(
            too_early=impossible_min,
            latest=self.model.latest_arrival_min,
            guess=guess_min,
            tolerance=tolerance_min,
            rate=sum(wanted) / max(1, guess_min),
        )
        best: Allocation | None = None
        while (deadline := bracket.next()) is not None and not self.is_over():
            found, routed = self.at(deadline, fineness=fineness, targets=offered)
            if routed.is_starving and self._is_for_ever(deadline, fineness=fineness):
                break
            is_enough = routed.is_enough(wanted)
            got_all = sum(routed.delivered) > sum(offered) - 1
            surplus = None if got_all else sum(routed.delivered) - sum(wanted)
            bracket.learn(deadline, surplus=surplus, is_enough=is_enough)
            if is_enough:
                best = found
        return best

    def _is_for_ever(self, deadline: int, *, fineness: Fineness) -> bool:
        """Whether a later deadline would look at all that fixed lots take in the same way."""
        return deadline >= self.model.last_taken_min and fineness.step_to(deadline) == fineness.step_min
