"""A plan (`plan/1`): what a solver answers and a checker judges. Frozen values, integers only.

Units as in `matching.problem`: minutes since the problem's epoch, whole pieces, whole minor units.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from matching.problem import DropId, ItemId, Lot, MaterialId, OrderId, ResourceId, SiteId


class Status(StrEnum):
    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    CAPACITY = "capacity"
    LEAD = "lead"
    MATERIAL = "material"
    RESOURCE = "resource"
    CERTIFICATE = "certificate"
    RATING = "rating"
    POLICY = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Goods between sites: pieces of an order's item, or a material (shared by all orders)."""

    order: OrderId | None = None
    item: ItemId | None = None
    material: MaterialId | None = None
    from_site: SiteId
    to_site: SiteId
    depart_min: int
    arrive_min: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    order: OrderId
    drop: DropId | None = None
    from_site: SiteId
    depart_min: int
    arrive_min: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    cause: Cause
    share_pct: float
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResult:
    id: OrderId
    delivered: int
    unmet: int
    surplus: int
    completed_min: int | None
    why: tuple[Why, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one more machine-hour of a class, or unit of a material or resource, would be worth."""

    class_id: str | None = None
    material: MaterialId | None = None
    resource: ResourceId | None = None
    region: str
    from_min: int
    to_min: int
    cents: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """The smallest change that would make an infeasible problem feasible, with a text for people."""

    kind: str
    id: str
    from_value: int | str | None
    to_value: int | str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    status: Status
    objective: int | None
    cost_cents: int | None
    bound: int | float | Fraction | None
    gap_pct: float | None
    seconds: float
    seed: int
    interrupted: bool = False
    unsupported: tuple[str, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    max_quantity: int | None = None
    lots: tuple[Lot, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    orders: tuple[OrderResult, ...] = ()
    prices: tuple[Price, ...] = ()
    notes: dict[str, object] = field(default_factory=dict)
