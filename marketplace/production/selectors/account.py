"""What was made and used of an order, item by item and place by place. For apps that have shown who may see it.

Nothing of this is stored: it follows from the sums of the work orders and the routing's needs. What lies at a place is
made minus used here, plus received minus sent by delivery.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from marketplace.orders.models import OperationNeed
from marketplace.production.models import WorkOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationMade:
    """One step of the routing over all machines, in `unit`. `wanted` leaves out what was cancelled."""

    operation_id: int
    name: str
    item: str
    unit: str
    wanted: int
    good: int
    scrap: int
    num_work_orders: int
    num_closed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAccount:
    """An item at a site, pieces: good ones made there, and pieces its operations there used, scrap included."""

    site_id: int
    item: str
    made: int
    used: int

    @property
    def left(self) -> int:
        """Negative where more was used than made: the rest came from elsewhere."""
        return self.made - self.used


def made_by_operation(order_id: int) -> list[OperationMade]:
    """In the order of the routing, without what was cancelled before a piece was made. One query."""
    living = ~Q(status=WorkOrder.Status.CANCELLED)
    told = (
        WorkOrder.objects.filter(living | Q(good__gt=0), order_id=order_id)
        .values("run__operation_id", "run__operation__name", "run__operation__makes", "run__operation__unit")
        .annotate(
            wanted=Sum("quantity", filter=living, default=0),
            all_good=Sum("good"),
            all_scrap=Sum("scrap"),
            num=Count("pk"),
            num_closed=Count("pk", filter=Q(closed_at__isnull=False)),
        )
        .order_by("run__operation__position")
    )
    return [_operation_made(row) for row in told]


def account(order_id: int) -> list[ItemAccount]:
    """Every item and site of the order where anything was made or used, by site and item. Two queries."""
    made: dict[tuple[int, str], int] = defaultdict(int)
    used: dict[tuple[int, str], int] = defaultdict(int)
    needs = _needs_of(order_id)
    for site_id, operation_id, item, good, scrap in _started(order_id):
        made[site_id, item] += good
        for need in needs.get(operation_id, ()):
            used[site_id, need.item] += -(-(good + scrap) * need.num // need.den)
    return [
        ItemAccount(
            site_id=site_id, item=item, made=made.get((site_id, item), 0), used=used.get((site_id, item), 0)
        )
        for site_id, item in sorted({*made, *used})
    ]


def _started(order_id: int) -> Iterable[tuple[int, int, str, int, int]]:
    return (
        WorkOrder.objects.filter(order_id=order_id)
        .values_list("equipment__site_id", "run__operation_id", "run__operation__makes")
        .annotate(all_good=Sum("good"), all_scrap=Sum("scrap"))
        .order_by("equipment__site_id", "run__operation_id")
    )


def _needs_of(order_id: int) -> dict[int, list[OperationNeed]]:
    """Needs for items of the same product, by operation; materials come from outside."""
    found: dict[int, list[OperationNeed]] = defaultdict(list)
    for need in OperationNeed.objects.filter(operation__product__orders=order_id).exclude(item=""):
        found[need.operation_id].append(need)
    return found


def _operation_made(row: Mapping[str, Any]) -> OperationMade:
    return OperationMade(
        operation_id=row["run__operation_id"],
        name=row["run__operation__name"],
        item=row["run__operation__makes"],
        unit=row["run__operation__unit"],
        wanted=int(row["wanted"]),
        good=int(row["all_good"]),
        scrap=int(row["all_scrap"]),
        num_work_orders=row["num"],
        num_closed=row["num_closed"],
    )
