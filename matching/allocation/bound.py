"""The earliest finish that any plan can have, proven: a search over deadlines on ever finer grids."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from matching.allocation.grid import Fineness, grid_with
from matching.allocation.model import FlowModel
from matching.allocation.prover import Proof, Prover
from matching.problem import SiteId

FIRST_GUESS_MIN = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One grid of the search: parts of the time span for its step, and the rings of its critical moments.

    `tolerance_min`: the deadlines searched are that far apart.
    """

    num_steps: int
    rings: tuple[tuple[int, int], ...]
    has_timetable: bool
    tolerance_min: int

    def fineness(self, *, until: int) -> Fineness:
        return Fineness(
            step_min=max(1, until // self.num_steps), rings=self.rings, has_timetable=self.has_timetable
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Grids for rough bounds, a rough search and finer ones."""

    doubling: Stage
    rough: Stage
    fine: tuple[Stage, ...]


FLOW_STAGES = Stages(
    doubling=Stage(num_steps=80, rings=(), has_timetable=False, tolerance_min=60),
    rough=Stage(num_steps=80, rings=((240, 30),), has_timetable=False, tolerance_min=60),
    fine=(
        Stage(num_steps=120, rings=((240, 30), (60, 10)), has_timetable=False, tolerance_min=15),
        Stage(num_steps=240, rings=((120, 15), (30, 3)), has_timetable=True, tolerance_min=4),
    ),
)
LINEAR_STAGES = Stages(  # linear programs cost ten times as much
    doubling=Stage(num_steps=40, rings=(), has_timetable=False, tolerance_min=60),
    rough=Stage(num_steps=60, rings=(), has_timetable=False, tolerance_min=120),
    fine=(Stage(num_steps=80, rings=((120, 30),), has_timetable=False, tolerance_min=30),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """No plan finishes before `finish_min`. `critical`: where a finer grid would help.

    `is_impossible`: not even by the latest arrival can everything be delivered; `proof` shows it.
    """

    finish_min: int
    is_impossible: bool
    proof: Proof | None
    critical: Mapping[SiteId, Sequence[int]]


class BoundSearch:
    """Raises the bound stage by stage, each on a finer grid, while there is time."""

    def __init__(
        self,
        model: FlowModel,
        *,
        prover: Prover,
        stages: Stages,
        is_over: Callable[[], bool],
        report: Callable[[int], None],
    ) -> None:
        self.model = model
        self.prover = prover
        self.stages = stages
        self.is_over = is_over
        self.report = report
        self.impossible = -1  # the last deadline that is proven impossible
        self.proof: Proof | None = None
        self.critical: Mapping[SiteId, Sequence[int]] = {}

    def run(self) -> Bound:
        """All stages."""
        self.roughly()
        return self.finely()

    def roughly(self) -> Bound:
        """A bound in about a second; infeasibility shows here."""
        self._double()
        self._search(self.stages.rough)
        return self._bound()

    def finely(self) -> Bound:
        """After `roughly`: the bound to a few minutes."""
        for stage in self.stages.fine:
            self._search(stage)
        return self._bound()

    def _bound(self) -> Bound:
        """Every deadline up to `finish_min` - 1 is proven impossible."""
        return Bound(
            finish_min=self.impossible + 1,
            is_impossible=self.impossible >= self.model.latest_arrival_min,
            proof=self.proof,
            critical=self.critical,
        )

    def _is_done(self) -> bool:
        return self.impossible >= self.model.latest_arrival_min or self.is_over()

    def _double(self) -> None:
        """Rough bounds for rough deadlines, until one looks possible."""
        deadline = FIRST_GUESS_MIN
        while not self._is_done():
            deadline = min(deadline, self.model.latest_arrival_min)
            if self._is_possible(deadline, fineness=self.stages.doubling.fineness(until=deadline)):
                return
            deadline *= 2

    def _search(self, stage: Stage) -> None:
        """Gallop up from the bound until a deadline looks possible on this grid, then close in on it."""
        possible = self._gallop(stage)
        while possible - self.impossible > stage.tolerance_min and not self._is_done():
            middle = (possible + self.impossible) // 2
            if self._is_possible(middle, fineness=stage.fineness(until=middle)):
                possible = middle

    def _gallop(self, stage: Stage) -> int:
        """A deadline that looks possible, or the last one looked at."""
        step = stage.tolerance_min
        deadline = self.impossible
        while not self._is_done():
            deadline = min(self.impossible + step, self.model.latest_arrival_min)
            if self._is_possible(deadline, fineness=stage.fineness(until=deadline)):
                break
            step *= 2
        return deadline

    def _is_possible(self, deadline_min: int, *, fineness: Fineness) -> bool:
        """Whether everything looks deliverable by then; if not, the proof raises the bound."""
        grid = grid_with(self.model, fineness=fineness, critical=self.critical, until=deadline_min)
        proof = self.prover.disproof(grid, deadline_min=deadline_min)
        if proof is None:
            return True
        last = proof.last_impossible_deadline(
            at_least=deadline_min, below=min(2 * deadline_min, self.model.latest_arrival_min) + 1
        )
        if last < deadline_min:
            return True
        self.proof, self.critical = proof, proof.critical_moments()
        if last > self.impossible:
            self.impossible = last
            self.report(last + 1)
        return False
