"""An order from the buyer's side: made against needed, shipped, received, and the next milestones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, F, Max, Q, Sum, When
from django.db.models.expressions import Combinable

from marketplace.delivery.models import Box, ReceiptLine, Shipment
from marketplace.delivery.selectors.shipments import LEFT
from marketplace.orders.models import Order
from marketplace.production.selectors import made_by_operation

S = Shipment.Status
LATE_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One operation, in `unit`. Each figure follows from rows of its own:

    `needed` from work orders that are not cancelled, `made` (good ones) and `scrap` from their tallies, `shipped` from
    boxes that left, `received` from lines of receipts: all that was found, good or damaged, also while it is counted;
    `accepted` from closed receipts: the good ones. So accepted <= received <= shipped.
    """

    name: str
    item: str
    unit: str
    needed: int
    made: int
    scrap: int
    shipped: int
    received: int
    accepted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """Shipments of one kind over the whole order: how many of how many, when the last was planned and was.

    `kind` is departed or received, `is_final` for those to drops; `done_at` is None until all are.
    """

    kind: str
    item: str
    is_final: bool
    num: int
    num_done: int
    planned_at: datetime | None
    done_at: datetime | None

    def is_late(self, now: datetime) -> bool:
        return self.done_at is None and self.planned_at is not None and now > self.planned_at + LATE_AFTER


def steps_of(order: Order) -> list[Step]:
    """In the order of the routing. Four queries."""
    shipped = _by_item(
        Box.objects.filter(shipment__status__in=LEFT, shipment__order=order),
        "shipment__item",
        F("quantity"),
    )
    lines = ReceiptLine.objects.filter(receipt__shipment__order=order)
    closed = lines.filter(receipt__closed_at__isnull=False)
    received = _by_item(lines, "receipt__shipment__item", F("good") + F("damaged"))
    accepted = _by_item(closed, "receipt__shipment__item", F("good"))
    return [
        Step(
            name=one.name,
            item=one.item,
            unit=one.unit,
            needed=one.wanted,
            made=one.good,
            scrap=one.scrap,
            shipped=shipped.get(one.item, 0),
            received=received.get(one.item, 0),
            accepted=accepted.get(one.item, 0),
        )
        for one in made_by_operation(order.pk)
    ]


def milestones_of(order: Order) -> list[Milestone]:
    """By planned moment. One query."""
    rows = (
        Shipment.objects.filter(order=order)
        .exclude(status=S.CANCELLED)
        .order_by()
        .values("item", is_final=Case(When(to_drop=None, then=False), default=True))
        .annotate(
            num=Count("id"),
            num_left=Count("id", filter=Q(status__in=LEFT)),
            num_received=Count("id", filter=Q(status=S.RECEIVED)),
            leaves_at=Max("departs_at"),
            comes_at=Max("arrives_at"),
            left_at=Max("dispatched_at"),
            came_at=Max("received_at"),
        )
    )
    found = [milestone for row in rows for milestone in _milestones(row)]
    return sorted(found, key=lambda one: (one.planned_at, one.kind))


def _milestones(row: Mapping[str, Any]) -> Iterable[Milestone]:
    pairs = (
        ("departed", "num_left", "leaves_at", "left_at"),
        ("received", "num_received", "comes_at", "came_at"),
    )
    for kind, done, planned, actual in pairs:
        yield Milestone(
            kind=kind,
            item=str(row["item"]),
            is_final=bool(row["is_final"]),
            num=row["num"],
            num_done=row[done],
            planned_at=row[planned],
            done_at=row[actual] if row[done] == row["num"] else None,
        )


def _by_item(rows, item: str, pieces: Combinable) -> dict[str, int]:  # type: ignore[no-untyped-def]
    return dict(rows.order_by().values_list(F(item)).annotate(num=Sum(pieces)))
