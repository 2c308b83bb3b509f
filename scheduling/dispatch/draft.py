"""What a dispatch leaves behind: a plan without its evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass

from matching.problem import Lot, OrderId
from scheduling.dispatch.shop import Good
from scheduling.plan import Delivery, Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Lots (the fixed ones included), transfers and deliveries.

    `missing`: pieces of planned orders that must be delivered whole and are not. `starved`: a fixed lot does not
    get what it consumes. Without either the plan is valid. `consumed`: units of each good that its lots
    consume, the fixed ones left aside.
    """

    lots: tuple[Lot, ...]
    transfers: tuple[Transfer, ...]
    deliveries: tuple[Delivery, ...]
    missing: Mapping[OrderId, int]
    starved: bool
    consumed: Mapping[Good, int]

    @property
    def is_valid(self) -> bool:
        return not self.missing and not self.starved
