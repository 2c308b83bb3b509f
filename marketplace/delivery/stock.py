"""Where the pieces of an order are, worked out from what was made, used, sent and received. Nothing is stored twice.

For an item and a site: lying = made - used + received - sent. What is in boxes counts as sent from the moment it is
packed; good pieces of a work order whose first article is not approved lie there and may not leave.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Sum

from marketplace.delivery.models import Box, ReceiptLine
from marketplace.production.models import WorkOrder
from marketplace.production.selectors import account, unapproved

Key = tuple[int, str]  # key of the site, code of the item


@dataclass(slots=True, kw_only=True)
class Stock:
    """Pieces of one item of one order at one site, all counted from the beginning of the order.

    `waiting` are made pieces whose first article is not approved; `coming` were packed elsewhere and are not counted
    at this site yet; `damaged` and `missing` were counted here on arrival.
    """

    made: int = 0
    waiting: int = 0
    used: int = 0
    received: int = 0
    sent: int = 0
    coming: int = 0
    damaged: int = 0
    missing: int = 0

    @property
    def lying(self) -> int:
        """Below zero where more was used or sent than anybody has counted."""
        return self.made - self.used + self.received - self.sent

    @property
    def may_leave(self) -> int:
        return max(0, self.lying - self.waiting)


def stock_of_order(order_id: int) -> dict[Key, Stock]:
    """Every site and item of the order where anything happened. Six queries."""
    stock: dict[Key, Stock] = defaultdict(Stock)
    _count_made(stock, order_id)
    _count_boxes(stock, order_id)
    _count_receipts(stock, order_id)
    return dict(stock)


def _count_made(stock: dict[Key, Stock], order_id: int) -> None:
    for one in account(order_id):
        here = stock[one.site_id, one.item]
        here.made, here.used = one.made, one.used
    unreleased = (
        WorkOrder.objects.filter(unapproved(order_id))
        .order_by()
        .values_list("equipment__site_id", "run__operation__makes")
        .annotate(num=Sum("good"))
    )
    for site_id, item, num in unreleased:
        stock[site_id, item].waiting += num


def _count_boxes(stock: dict[Key, Stock], order_id: int) -> None:
    boxes = (
        Box.objects.filter(shipment__order_id=order_id)
        .values("shipment__from_site_id", "shipment__to_site_id", "shipment__item")
        .annotate(num=Sum("quantity"))
        .order_by()
    )
    for row in boxes:
        stock[row["shipment__from_site_id"], row["shipment__item"]].sent += row["num"]
        if row["shipment__to_site_id"] is not None:
            stock[row["shipment__to_site_id"], row["shipment__item"]].coming += row["num"]


def _count_receipts(stock: dict[Key, Stock], order_id: int) -> None:
    for row in counted_lines(
        ReceiptLine.objects.filter(receipt__shipment__order_id=order_id, receipt__shipment__to_drop=None),
        by=("receipt__shipment__to_site_id", "receipt__shipment__item"),
    ):
        here = stock[row["receipt__shipment__to_site_id"], row["receipt__shipment__item"]]
        here.received += row["good"]
        here.damaged += row["damaged"]
        here.missing += row["missing"]
        here.coming -= row["good"] + row["damaged"] + row["missing"]


def counted_lines(lines: QuerySet[ReceiptLine], *, by: Iterable[str]) -> Iterable[dict[str, Any]]:
    """Sums of good, damaged and missing pieces; corrections are negative and take theirs back."""
    sums = {name: Sum(F(name)) for name in ("good", "damaged", "missing")}
    rows = lines.order_by().values(*by).annotate(**{f"num_{name}": sum_ for name, sum_ in sums.items()})
    for row in rows:
        yield {**{key: row[key] for key in by}, **{name: row[f"num_{name}"] or 0 for name in sums}}
