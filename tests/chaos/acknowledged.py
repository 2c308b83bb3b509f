"""What was acknowledged to the people and machines of a run: the promises that every oracle holds the stored rows to.

Written by the load while it runs, read when all is quiet. Appending to a list is safe from several threads.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One value of one message of a device, stored for good as the device was told."""

    device: str
    session: str
    seq: int
    item: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedOrder:
    """`title` was given to no other order."""

    order: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenPlan:
    order: str
    deal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedRun:
    """RFC 3339 times as the API gave them."""

    run: str
    machine: str
    starts_at: str
    ends_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedPieces:
    """A tally under its key; `quantity` with what goes beyond the order."""

    work_order: str
    key: str
    kind: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedGoods:
    """A shipment of so many pieces that has left, or was received whole under `key`."""

    shipment: str
    quantity: int
    key: str = ""  # of the receipt


@dataclass(slots=True, kw_only=True)
class Acknowledged:
    """`attempted_titles` also of orders that nobody heard of again; `broken_words` are answers that contradict
    earlier ones, noted by whoever got them."""

    observations: list[Told] = field(default_factory=list)
    orders: list[PostedOrder] = field(default_factory=list)
    attempted_titles: list[str] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)
    deals: list[ChosenPlan] = field(default_factory=list)
    bookings: list[BookedRun] = field(default_factory=list)
    tallies: list[CountedPieces] = field(default_factory=list)
    dispatched: list[MovedGoods] = field(default_factory=list)
    received: list[MovedGoods] = field(default_factory=list)
    broken_words: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many of each, for the report."""
        return {
            "observations": len(self.observations),
            "orders": len(self.orders),
            "plans asked for": len(self.plans),
            "plans chosen": len(self.deals),
            "runs booked": len(self.bookings),
            "tallies": len(self.tallies),
            "shipments sent": len(self.dispatched),
            "shipments received": len(self.received),
        }
