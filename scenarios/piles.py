"""What lies at the factories of a story: a simulated machine makes nothing of goods that are not there."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from scenarios.world import NeedSpec, OperationSpec

PACKED = "packing"  # a state of a shipment: its goods are in boxes and lie no more where it begins
LEFT = {"dispatched", "arrived", "received"}


class Pile:
    """Pieces of each item at one factory, as the account of an order counts them. Materials from outside are always there.

    Orders that use the same items share the pile, as on a shop floor. Goods that have left lie where they go from their
    arrival on, whenever somebody finds the time to count them. What is told twice, or later than it was seen, counts once.
    """

    def __init__(self, operations: Iterable[OperationSpec]) -> None:
        self._operations = {operation.code: operation for operation in operations}
        # Pieces by item (an operation is named as what it makes), then by who knows of them: a program, or a shipment.
        self._made: dict[str, Counter[str]] = defaultdict(Counter)
        self._sent: dict[str, Counter[str]] = defaultdict(Counter)
        self._coming: dict[str, dict[str, tuple[datetime, int]]] = defaultdict(dict)

    def hear(self, *, work: Iterable[Mapping[str, Any]], shipments: Iterable[Mapping[str, Any]]) -> None:
        """A factory's work orders and shipments, rows of the API, may be behind what this pile knows already."""
        for row in work:
            program, made = row["code"], self._made[row["operation"]]
            made[program] = max(made[program], row["good"])
        for row in shipments:
            if row["is_sender"] and row["status"] in {PACKED, *LEFT}:
                self.send(row["id"], row["item"], row["quantity"])
            if row["is_receiver"] and row["status"] in LEFT:
                self.come(
                    row["id"], row["item"], row["quantity"], at=datetime.fromisoformat(row["arrives_at"])
                )

    def make(self, program: str, operation: str, pieces: int) -> None:
        """More of them."""
        self._made[operation][program] += pieces

    def made(self, program: str, operation: str) -> int:
        return self._made[operation][program]

    def send(self, shipment: str, item: str, pieces: int) -> None:
        self._sent[item][shipment] = max(pieces, self._sent[item][shipment])

    def come(self, shipment: str, item: str, pieces: int, *, at: datetime) -> None:
        """They have left elsewhere and are here from a moment on."""
        self._coming[item][shipment] = (at, pieces)

    def allows(self, operation: str, pieces: int, *, at: datetime) -> int:
        """How many of these pieces can be made of what lies here at a moment."""
        needs = [need for need in self._needs(operation) if need.item]
        return max(0, min([pieces, *(self._enough_for(operation, need, at=at) for need in needs)]))

    def _enough_for(self, operation: str, need: NeedSpec, *, at: datetime) -> int:
        others = sum(self._used(code, need.item) for code in self._operations if code != operation)
        come = sum(pieces for arrival, pieces in self._coming[need.item].values() if arrival <= at)
        there = self._made[need.item].total() + come - self._sent[need.item].total() - others
        return there * need.den // need.num - self._made[operation].total()

    def _used(self, operation: str, item: str) -> int:
        used = (need for need in self._needs(operation) if need.item == item)
        return sum(-(-self._made[operation].total() * need.num // need.den) for need in used)

    def _needs(self, operation: str) -> tuple[NeedSpec, ...]:
        known = self._operations.get(operation)
        return known.needs if known else ()
