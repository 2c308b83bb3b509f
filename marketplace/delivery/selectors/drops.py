"""What each drop of an order has: received, lost on the way, done without, on the way, still to come."""

from dataclasses import dataclass

from django.db.models import F, Q, Sum

from marketplace.delivery.models import Box, ReceiptLine, Settlement, Shipment
from marketplace.orders.models import Order

S = Shipment.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class DropAccount:
    """Pieces of a drop. `accepted` are good and of closed receipts; `without` the buyer gave up."""

    public_id: str
    name: str
    city: str
    ordered: int
    accepted: int
    damaged: int
    missing: int
    without: int
    under_way: int

    @property
    def open(self) -> int:
        """Still waited for."""
        return max(0, self.ordered - self.accepted - self.without)


def drops_of(order: Order) -> list[DropAccount]:
    """In the order's own order. Four queries."""
    closed = ReceiptLine.objects.filter(
        receipt__shipment__to_drop__order=order, receipt__closed_at__isnull=False
    )
    counted = {
        row["pk"]: row
        for row in closed.order_by()
        .values(pk=F("receipt__shipment__to_drop_id"))
        .annotate(num_good=Sum("good"), num_damaged=Sum("damaged"), num_missing=Sum("missing"))
    }
    without = dict(
        Settlement.objects.filter(drop__order=order).values_list("drop_id").annotate(num=Sum("quantity"))
    )
    under_way = dict(
        Box.objects.filter(Q(shipment__status__in=[S.DISPATCHED, S.ARRIVED]), shipment__to_drop__order=order)
        .order_by()
        .values_list("shipment__to_drop_id")
        .annotate(num=Sum("quantity"))
    )
    none = {"num_good": 0, "num_damaged": 0, "num_missing": 0}
    return [
        DropAccount(
            public_id=drop.public_id,
            name=drop.name,
            city=drop.city,
            ordered=drop.quantity,
            accepted=counted.get(drop.pk, none)["num_good"],
            damaged=counted.get(drop.pk, none)["num_damaged"],
            missing=counted.get(drop.pk, none)["num_missing"],
            without=without.get(drop.pk, 0),
            under_way=under_way.get(drop.pk, 0),
        )
        for drop in order.drops.all()
    ]


def accepted_total(order_id: int) -> int:
    """Good pieces at the drops of the order, of closed receipts."""
    closed = ReceiptLine.objects.filter(
        receipt__shipment__order_id=order_id,
        receipt__shipment__to_drop__isnull=False,
        receipt__closed_at__isnull=False,
    )
    return closed.aggregate(num=Sum("good"))["num"] or 0
