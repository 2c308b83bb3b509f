"""What a re-plan is asked: the plan in force, what of it must stand, and the promise to keep."""

from collections.abc import Iterable
from dataclasses import dataclass

from matching.problem import Lot, LotId
from scheduling.plan import Delivery, Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Minutes of the problem, whose `fixed_lots` are all lots of the plan in force that are not lost.

    `frozen` of them stand whatever happens (begun by their time, or pinned by a person), and so do those that begin
    before `not_before_min`: no new way of goods leaves earlier. What of these starves is cut short. `running` ones, of
    runs that have begun, stand unless they or lots before them in their run starve; the others may be released where
    nothing else keeps the promise. `transfers` and `deliveries` are those of the plan in force that have not left.
    `promise_min` is the last arrival that is promised.
    """

    promise_min: int
    not_before_min: int = 0
    frozen: frozenset[LotId]
    running: frozenset[LotId] = frozenset()
    transfers: tuple[Transfer, ...] = ()
    deliveries: tuple[Delivery, ...] = ()

    def stands(self, lots: Iterable[Lot]) -> frozenset[LotId]:
        """Names of the lots that keep their place whatever happens."""
        return self.frozen | {lot.id for lot in lots if lot.start_min < self.not_before_min}
