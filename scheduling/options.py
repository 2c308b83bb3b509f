"""What a caller asks of a solver, and what the solver tells on the way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveOptions:
    """Limits of one solve.

    `time_limit_s` is wall-clock seconds (> 0). `work`, if given (>= 1), is a deterministic amount of work
    that takes the place of the seconds: the same seed then gives the same plan.
    """

    time_limit_s: float
    seed: int
    workers: int = 1
    work: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One line of progress: `objective` of the best plan so far (minutes or cents), `bound` proven so far."""

    seconds: float
    objective: int | None
    bound: float | None
