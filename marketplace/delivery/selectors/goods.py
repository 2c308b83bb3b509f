"""The goods of an order as they really lie and travel: what a re-plan starts from. For callers that may see them."""

from collections import defaultdict
from collections.abc import Mapping

from django.db.models import F, Sum

from marketplace.delivery.models import Box, ReceiptLine, Settlement, Shipment
from marketplace.delivery.stock import counted_lines, stock_of_order
from marketplace.orders.models import OrderDrop
from marketplace.production.models import WorkOrder
from marketplace.production.selectors import unapproved
from marketplace.trading.told import Asked, Coming, Goods, Route

S = Shipment.Status
UNDER_WAY = (S.PACKING, S.DISPATCHED, S.ARRIVED)
TO_LEAVE = (S.PLANNED, S.PACKING)


def goods_of(order_id: int) -> Goods:
    """What is packed counts as sent. Fifteen queries."""
    stock = stock_of_order(order_id)
    return Goods(
        lying={(item, site): one.lying for (site, item), one in stock.items()},
        held={(item, site): one.waiting for (site, item), one in stock.items() if one.waiting},
        holds=frozenset(WorkOrder.objects.filter(unapproved(order_id)).values_list("run_id", flat=True)),
        coming=_coming(order_id),
        asked=_asked(order_id),
        sent=_sent(order_id),
        open=_open(order_id),
    )


def _coming(order_id: int) -> list[Coming]:
    """By shipment: less what was counted of a receipt that is still open."""
    under_way = Shipment.objects.filter(order=order_id, to_site__isnull=False, status__in=UNDER_WAY)
    rows = under_way.annotate(num=Sum("boxes__quantity")).order_by("pk")
    lines = ReceiptLine.objects.filter(receipt__shipment__in=under_way)
    counted = {
        row["receipt__shipment_id"]: row["good"] + row["damaged"] + row["missing"]
        for row in counted_lines(lines, by=("receipt__shipment_id",))
    }
    found = (
        Coming(
            item=one.item,
            site_id=one.to_site_id,
            arrives_at=one.arrives_at,
            quantity=one.num - counted.get(one.pk, 0),
        )
        for one in rows
        if one.to_site_id is not None
    )
    return [one for one in found if one.quantity]


def _asked(order_id: int) -> list[Asked]:
    """Of shipments that a person added to the plan, what is not packed yet."""
    to_leave = Shipment.objects.filter(order=order_id, is_extra=True, status__in=TO_LEAVE)
    rows = to_leave.annotate(num=Sum("boxes__quantity", default=0)).order_by("pk")
    return [
        Asked(
            route=(one.item, one.from_site_id, one.to_site_id, one.to_drop_id),
            arrives_at=one.arrives_at,
            quantity=one.quantity - one.num,
        )
        for one in rows
        if one.quantity > one.num
    ]


def _sent(order_id: int) -> Mapping[Route, int]:
    """What a person added to the plan is no part of it."""
    rows = (
        Box.objects.filter(shipment__order=order_id, shipment__is_extra=False)
        .order_by()
        .values_list(
            "shipment__item", "shipment__from_site_id", "shipment__to_site_id", "shipment__to_drop_id"
        )
        .annotate(num=Sum("quantity"))
    )
    return {(item, site, to_site, to_drop): num for item, site, to_site, to_drop, num in rows}


def _open(order_id: int) -> Mapping[int, int]:
    """Ordered, less what was sent and not lost or damaged, less what the buyer does without."""
    covered: dict[int, int] = defaultdict(int)
    boxes = Box.objects.filter(shipment__order=order_id, shipment__to_drop__isnull=False).order_by()
    for drop_id, num in boxes.values_list("shipment__to_drop_id").annotate(num=Sum("quantity")):
        covered[drop_id] += num
    lines = ReceiptLine.objects.filter(receipt__shipment__order=order_id).order_by()
    of_drops = lines.filter(receipt__shipment__to_drop__isnull=False, receipt__closed_at__isnull=False)
    lost = of_drops.values_list("receipt__shipment__to_drop_id")
    for drop_id, num in lost.annotate(num=Sum(F("damaged") + F("missing"))):
        covered[drop_id] -= num
    settled = Settlement.objects.filter(drop__order=order_id).order_by().values_list("drop_id")
    for drop_id, num in settled.annotate(num=Sum("quantity")):
        covered[drop_id] += num
    ordered = OrderDrop.objects.filter(order=order_id).values_list("pk", "quantity")
    return {pk: max(0, quantity - covered[pk]) for pk, quantity in ordered}
