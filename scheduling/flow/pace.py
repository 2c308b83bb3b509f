"""Whether there is time for one more step of a search."""

from scheduling.budget import Budget


class Pace:
    """Lets no step begin that would probably end too late: the next is thought to take as long as the longest so far.

    Where work is counted, seconds do not matter.
    """

    def __init__(self, budget: Budget, *, share: float) -> None:
        """Steps are to end within `share` of the budget."""
        self._budget = budget
        self._share = share
        self._longest_s = 0.0
        self._began_s = budget.seconds

    def begin(self, *, times: float = 1.0) -> None:
        """What came before was no step; those that follow are thought to take `times` as long as those before."""
        self._longest_s *= times
        self._began_s = self._budget.seconds

    def is_over(self) -> bool:
        """Asked before each step, and so after the one before."""
        now = self._budget.seconds
        self._longest_s = max(self._longest_s, now - self._began_s)
        self._began_s = now
        return self._budget.is_over(share=self._share, ahead_s=self._longest_s)
