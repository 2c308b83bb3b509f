"""Runs and legs of a deal as a picture needs them: thousands of rows, each machine, site and drop read once."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from marketplace.accounts.models import Site
from marketplace.capacity.models import Equipment
from marketplace.orders.models import OrderDrop
from marketplace.trading.models import Deal, Package, Run

COLUMNS = (
    "pk", "public_id", "status", "starts_at", "ends_at", "quantity", "equipment_id", "operation__name", "operation__unit",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A `Run` without what no picture shows; `stage` is the name of its operation, `quantity` in `unit`."""

    pk: int
    public_id: str
    status: str
    starts_at: datetime
    ends_at: datetime
    quantity: int
    equipment: Equipment
    stage: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRow:
    """A `Leg` to a site or to a drop."""

    item: str
    departs_at: datetime
    arrives_at: datetime
    quantity: int
    from_site: Site
    to_site: Site | None
    to_drop: OrderDrop | None


def run_rows(deal: Deal, *only: Q) -> list[RunRow]:
    """In the order of the routing, then factory, machine and start; what is replaced or withdrawn left out."""
    found = list(
        Run.objects.filter(*only, package__deal=deal)
        .exclude(status=Run.Status.REPLACED)
        .exclude(package__status=Package.Status.WITHDRAWN)
        .order_by("operation__position", "package_id", "equipment_id", "starts_at")
        .values_list(*COLUMNS)
    )
    machines = Equipment.objects.select_related("site__enterprise").in_bulk({row[6] for row in found})
    return [
        RunRow(
            pk=pk,
            public_id=public_id,
            status=status,
            starts_at=starts_at,
            ends_at=ends_at,
            quantity=quantity,
            equipment=machines[equipment_id],
            stage=stage,
            unit=unit,
        )
        for pk, public_id, status, starts_at, ends_at, quantity, equipment_id, stage, unit in found
    ]


def leg_rows(deal: Deal, *only: Q) -> list[LegRow]:
    """By departure."""
    found = list(
        deal.legs.filter(*only).values_list(
            "item", "departs_at", "arrives_at", "quantity", "from_site_id", "to_site_id", "to_drop_id"
        )
    )
    ends = {row[4] for row in found} | {row[5] for row in found if row[5] is not None}
    sites = Site.objects.select_related("enterprise").in_bulk(ends)
    drops = OrderDrop.objects.in_bulk({row[6] for row in found if row[6] is not None})
    return [
        LegRow(
            item=item,
            departs_at=departs_at,
            arrives_at=arrives_at,
            quantity=quantity,
            from_site=sites[from_site_id],
            to_site=None if to_site_id is None else sites[to_site_id],
            to_drop=None if to_drop_id is None else drops[to_drop_id],
        )
        for item, departs_at, arrives_at, quantity, from_site_id, to_site_id, to_drop_id in found
    ]
