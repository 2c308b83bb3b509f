"""What the coordinator of a verified office sees in normal times.

Need exactly, capacity as gated aggregates, who is on the network.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.core.cache import cache
from django.db.models import Count, Min, QuerySet, Sum

from marketplace.accounts.models import Enterprise
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.market import listed_equipment, sellable_windows
from marketplace.capacity.models import Process
from marketplace.disclosure.gate import Cell, gate, shown_total
from marketplace.mobilisation.selectors.office import require_coordinator
from marketplace.orders.models import Order, OrderDrop, Product

WEEK = timedelta(days=7)
NUM_WEEKS = 4
ROUND_TO_H = 10
KEPT_S = 60  # real seconds; who asks often learns no more
Hours = dict[tuple[str, str], list[dict[int, float]]]  # idle hours by (process, region), week and owner
NEED = (Order.Status.OPEN, Order.Status.OFFERED, Order.Status.PLACED, Order.Status.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What is wanted of a product in a city, in `unit`s, by orders that are not done; `covered` is booked or in
    production."""

    product: str
    unit: str
    city: str
    num_orders: int
    quantity: int
    covered: int
    next_due_at: datetime

    @property
    def gap(self) -> int:
        return self.quantity - self.covered


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityRow:
    """Idle hours for sale of a process in a region, one cell for each of the coming calendar weeks."""

    process: str
    region: str
    weeks: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    rows: tuple[CapacityRow, ...]
    totals_h: tuple[int, ...]  # of the shown cells, by week
    num_withheld: int


def need(viewer: Viewer) -> list[Need]:
    """By product and city, largest gap first. Five queries."""
    require_coordinator(viewer)
    rows = (
        OrderDrop.objects.filter(order__status__in=NEED)
        .values("order__product", "order__product__name", "city", "order__status")
        .annotate(quantity=Sum("quantity"), orders=Count("order", distinct=True))
        .order_by("order__product__name", "city")
    )
    dues = {
        (row["order__product__name"], row["city"]): row["due"]
        for row in OrderDrop.objects.filter(order__status__in=NEED)
        .values("order__product__name", "city")
        .annotate(due=Min("due_at"))
    }
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["order__product__name"], row["city"]].append(row)
    units = _units({row["order__product"] for row in rows})
    needs = [
        _need(key, group, unit=units[group[0]["order__product"]], due=dues[key])
        for key, group in found.items()
    ]
    return sorted(needs, key=lambda one: (-one.gap, one.product, one.city))


def capacity(viewer: Viewer, *, now: datetime) -> Capacity:
    """Idle hours by process, region and week, each cell through the gate; up to KEPT_S old."""
    require_coordinator(viewer)
    first = first_week(now)
    key = f"idle-hours:{first.date().isoformat()}"
    hours = cast(Hours, cache.get_or_set(key, lambda: _hours(first=first, now=now), timeout=KEPT_S))
    rows = tuple(
        CapacityRow(
            process=str(Process(process).label),
            region=region,
            weeks=tuple(gate(weeks[week].values(), round_to=ROUND_TO_H) for week in range(NUM_WEEKS)),
        )
        for (process, region), weeks in sorted(hours.items())
    )
    return Capacity(
        rows=rows,
        totals_h=tuple(shown_total(row.weeks[week] for row in rows) for week in range(NUM_WEEKS)),
        num_withheld=sum(1 for row in rows for cell in row.weeks if cell.withheld),
    )


def network(viewer: Viewer) -> QuerySet[Enterprise]:
    """Every factory that offers machines, with how many; no hours, no prices, no telemetry."""
    require_coordinator(viewer)
    return (
        Enterprise.objects.filter(kind=Enterprise.Kind.FACTORY, equipment__is_listed=True, is_claimed=True)
        .annotate(num_machines=Count("equipment", distinct=True))
        .prefetch_related("sites")
        .order_by("name")
    )


def first_week(now: datetime) -> datetime:
    """The coming Monday, 00:00 UTC: weeks that moved with the clock would tell single machines' hours by difference."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=7 - midnight.weekday())


def _hours(*, first: datetime, now: datetime) -> Hours:
    """Hours by (process, region), week and owner."""
    machines = list(listed_equipment())
    windows = sellable_windows(
        equipment_ids=[machine.pk for machine in machines],
        starts_at=first,
        ends_at=first + NUM_WEEKS * WEEK,
        now=now,
    )
    hours: Hours = {}
    for machine in machines:
        spans = [(window.starts_at, window.ends_at) for window in windows[machine.pk]]
        by_week = list(_by_week(spans, first=first))
        for capability in machine.capabilities.all():
            cell = hours.setdefault(
                (capability.process, machine.site.region),
                [{} for _week in range(NUM_WEEKS)],
            )
            for week, amount in enumerate(by_week):
                owners = cell[week]
                owners[machine.enterprise_id] = owners.get(machine.enterprise_id, 0.0) + amount
    return hours


def _by_week(spans: Iterable[tuple[datetime, datetime]], *, first: datetime) -> Iterable[float]:
    listed = list(spans)
    for week in range(NUM_WEEKS):
        starts_at, ends_at = first + week * WEEK, first + (week + 1) * WEEK
        yield sum(
            max(timedelta(), min(end, ends_at) - max(start, starts_at)) / timedelta(hours=1)
            for start, end in listed
        )


def _units(product_ids: Iterable[int]) -> dict[int, str]:
    products = Product.objects.filter(pk__in=product_ids).prefetch_related("operations__needs")
    return {product.pk: product.unit for product in products}


def _need(key: tuple[str, str], group: Sequence[Mapping[str, Any]], *, unit: str, due: datetime) -> Need:
    covered = {Order.Status.PLACED.value, Order.Status.RUNNING.value}
    return Need(
        product=key[0],
        unit=unit,
        city=key[1],
        num_orders=sum(row["orders"] for row in group),
        quantity=sum(row["quantity"] for row in group),
        covered=sum(row["quantity"] for row in group if row["order__status"] in covered),
        next_due_at=due,
    )
