"""How long a solve may go on: seconds, or a deterministic amount of work, and the wish to stop."""

import time
from collections.abc import Callable

from scheduling.engine import Stop
from scheduling.options import SolveOptions


class Budget:
    """Counts work and watches the clock from the moment it is made.

    With `options.work` the clock does not matter, so that the same work gives the same plan; `stop` always
    ends everything.
    """

    def __init__(
        self, options: SolveOptions, *, stop: Stop, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._options = options
        self._clock = clock
        self._began = clock()
        self._steps = 0
        self.stop = stop

    @property
    def seconds(self) -> float:
        return self._clock() - self._began

    @property
    def seconds_left(self) -> float:
        """Never below 0; without meaning where work is counted."""
        return max(0.0, self._options.time_limit_s - self.seconds)

    @property
    def counts_work(self) -> bool:
        return self._options.work is not None

    @property
    def work_left(self) -> int:
        """Steps left; 0 where seconds are counted."""
        return max(0, (self._options.work or 0) - self._steps)

    def work_until(self, share: float) -> int:
        """Steps left until `share` of the work is done, at least one; without meaning where seconds are counted."""
        return max(1, int((self._options.work or 0) * share) - self._steps)

    def step(self, *, number: int = 1) -> None:
        """Units of work are done; one is about what one dispatch is."""
        self._steps += number

    def is_over(self, *, share: float = 1.0, ahead_s: float = 0.0) -> bool:
        """Whether `share` of the seconds will be used up in `ahead_s` (or of the work now), or it is to stop."""
        if self.stop():
            return True
        if self._options.work is not None:
            return self._steps >= self._options.work * share
        return self.seconds + ahead_s >= self._options.time_limit_s * share
