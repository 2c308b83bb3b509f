"""Which deadline to try next, between one that is too early and one that is late enough."""

BEYOND = 1.25  # of the estimated step, so that the next deadline is probably late enough


class Bracket:
    """A search for the earliest deadline that is late enough, by secants that keep off the ends.

    Minutes. `too_early` is known to be so, nothing after `latest` is tried, `guess` comes first. `rate` is
    the surplus (pieces) that a minute more is thought to bring.
    """

    def __init__(self, *, too_early: int, latest: int, guess: int, tolerance: int, rate: float) -> None:
        self._too_early = too_early
        self._enough: int | None = None
        self._latest = latest
        self._tolerance = tolerance
        self._rate = rate
        self._estimate = float(guess)
        self._last: tuple[int, float] | None = None
        self._num_failed = 0

    def next(self) -> int | None:
        """The next deadline to try; None if the earliest is known to the tolerance, or there is none."""
        if self._enough is None:
            deadline = min(max(round(self._estimate), self._too_early + 1), self._latest)
            return deadline if deadline > self._too_early else None
        if min(self._enough - self._too_early, self._enough - self._estimate) <= self._tolerance:
            return None
        margin = (self._enough - self._too_early) // 4
        return min(max(round(self._estimate), self._too_early + 1 + margin), self._enough - 1 - margin)

    def learn(self, deadline: int, *, surplus: float | None, is_enough: bool) -> None:
        """Take in what came of a deadline.

        `surplus` < 0 is a shortage; None: all that was offered was delivered, so it is not known.
        """
        if is_enough:
            self._enough = deadline
        else:
            self._too_early = max(self._too_early, deadline)
        if surplus is None:
            self._estimate = (self._too_early + deadline) / 2
            return
        if self._last is not None and self._last[0] != deadline and self._last[1] != surplus:
            steepness = (surplus - self._last[1]) / (deadline - self._last[0])
            self._rate = max(self._rate / 4, steepness)
        self._last = (deadline, surplus)
        step = -surplus / self._rate
        if not is_enough:
            step = max(step * BEYOND, self._tolerance * 2.0**self._num_failed)
            self._num_failed += 1
        self._estimate = deadline + step
