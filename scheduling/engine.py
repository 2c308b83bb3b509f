"""What the pipeline asks of a planning engine: say what you cannot honour, then solve.

The engines are `scheduling.flow.engine.FlowEngine` (one divisible order, objective finish) and
`scheduling.discrete.DiscreteEngine` (everything else). `scheduling.solve` chooses between them.
"""

from collections.abc import Callable
from typing import Protocol

from matching.problem import Problem
from scheduling.options import Progress, SolveOptions
from scheduling.plan import Plan

Report = Callable[[Progress], None]
Stop = Callable[[], bool]


class Engine(Protocol):
    """A way to solve problems."""

    def unsupported(self, problem: Problem) -> tuple[str, ...]:
        """JSON paths of what the engine cannot honour in this problem, `orders[0].max_enterprises` say.

        Empty: `solve` honours every field of the problem.
        """
        ...

    def solve(self, problem: Problem, *, options: SolveOptions, progress: Report, stop: Stop) -> Plan:
        """Solve a problem for which `unsupported` is empty.

        The plan carries status, lots, transfers, deliveries and a bound over all plans of the problem
        (or None); under `infeasible` also `relaxations` and `max_quantity`. Objective, cost, the results
        of the orders, gap and seconds need not be filled in: the pipeline evaluates every plan itself.
        Returns the best plan so far soon after `stop()` turns true or the time limit passes;
        `interrupted` is set only by `stop`.
        """
        ...
