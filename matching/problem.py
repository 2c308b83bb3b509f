"""The vocabulary of a planning problem (`planning-problem/1`): frozen values, integers only.

Time is whole minutes since `Problem.epoch`, periods are half-open `[start, end)`. Quantities are whole
pieces (or grams, metres: the item says). Money is whole minor units of `Problem.currency`.
These classes hold what the file says, defaults filled in; `matching.parse` reads and refuses files,
`matching.rules` derives what a solver needs (leads, costs, run times).
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NewType

EnterpriseId = NewType("EnterpriseId", str)
SiteId = NewType("SiteId", str)
MaterialId = NewType("MaterialId", str)
ProductId = NewType("ProductId", str)
OperationId = NewType("OperationId", str)
ItemId = NewType("ItemId", str)
ClassId = NewType("ClassId", str)
MachineId = NewType("MachineId", str)
ResourceId = NewType("ResourceId", str)
OrderId = NewType("OrderId", str)
DropId = NewType("DropId", str)
LotId = NewType("LotId", str)
FamilyId = NewType("FamilyId", str)


class Objective(StrEnum):
    COST = "cost"
    FINISH = "finish"


class Rating(StrEnum):
    """Precedence of an order: DX before DO before unrated."""

    DX = "DX"
    DO = "DO"
    UNRATED = "unrated"

    @property
    def rank(self) -> int:
        """0 is served first."""
        return list(Rating).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enterprise:
    id: EnterpriseId
    certificates: frozenset[str] = frozenset()
    fixed_cents: int = 0  # once, if the plan uses the enterprise at all
    fixed_cents_per_order: int = 0  # for each order it runs a lot of


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    id: SiteId
    enterprise: EnterpriseId
    lat: float
    lon: float
    region: str
    certificates: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    site: SiteId
    from_min: int
    quantity: int
    cents_per_1000_units: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    id: MaterialId
    supplies: tuple[Supply, ...] | None = None  # None: unlimited everywhere, (): none at all
    weight_g: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """`num`/`den` units of an item of the same product, or of a material, for each piece started."""

    item: ItemId | None = None
    material: MaterialId | None = None
    num: int
    den: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    id: OperationId
    makes: ItemId
    needs: tuple[Need, ...] = ()
    certificates: frozenset[str] = frozenset()
    weight_g: int = 0


@dataclass(frozen=True, kw_only=True)
class Product:
    id: ProductId
    operations: tuple[Operation, ...]

    @cached_property
    def operation_by_id(self) -> dict[OperationId, Operation]:
        return {operation.id: operation for operation in self.operations}

    @cached_property
    def final_item(self) -> ItemId:
        """The one item that no operation needs: the product itself."""
        needed = {need.item for operation in self.operations for need in operation.needs}
        (final,) = {operation.makes for operation in self.operations} - needed
        return final


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceUse:
    resource: ResourceId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """How a machine (or a class of machines) runs one operation of one product."""

    product: ProductId
    operation: OperationId
    run_min: int  # minutes for `run_units` started pieces, at speed 100
    run_units: int
    setup_min: int = 0
    min_lot: int = 1
    cents_per_h: int
    good_per_1000: int = 1000
    batch: bool = False
    hold_min: int = 0
    family: FamilyId
    uses: tuple[ResourceUse, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineClass:
    id: ClassId
    modes: tuple[Mode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    start: int
    end: int
    price_pct: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changeover:
    from_family: FamilyId
    to_family: FamilyId
    min: int


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine; `modes` are its own or those of its class (filled in when read)."""

    id: MachineId
    site: SiteId
    certificates: frozenset[str] = frozenset()
    class_id: ClassId | None = None
    speed_pct: int = 100
    modes: tuple[Mode, ...]
    windows: tuple[Window, ...]
    breaks: tuple[Break, ...] = ()
    changeovers: tuple[Changeover, ...] = ()

    @cached_property
    def mode_by_operation(self) -> dict[tuple[ProductId, OperationId], Mode]:
        return {(mode.product, mode.operation): mode for mode in self.modes}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    id: ResourceId
    quantity: int
    site: SiteId | None = None  # None travels (quantity 1)
    windows: tuple[Window, ...] | None = None  # None: always


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A way with its own lead and price, directional. `to` is a site, `order:<id>` or `order:<id>/<drop>`.

    The last four are None where the file leaves them out: transport's own hold then.
    """

    from_site: SiteId
    to: str
    lead_min: int
    cents_per_1000_units: int
    cents_per_trip: int | None = None
    trip_units: int | None = None
    departs_every_min: int | None = None
    departs_at_min: int | None = None


@dataclass(frozen=True, kw_only=True)
class Transport:
    km_per_h: int
    handling_min: int
    detour_pct: int = 100
    cents_per_1000_unit_km: int = 0
    cents_per_tonne_km: int = 0
    cents_per_trip: int = 0
    trip_units: int | None = None
    departs_every_min: int = 1
    departs_at_min: int = 0
    lanes: tuple[Lane, ...] = ()
    lanes_only: bool = False

    @cached_property
    def lane_by_pair(self) -> dict[tuple[SiteId, str], Lane]:
        return {(lane.from_site, lane.to): lane for lane in self.lanes}


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Either a site or a point."""

    site: SiteId | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    id: DropId | None = None  # None: the order's only drop, made from the order's own fields
    destination: Destination
    quantity: int
    due_min: int


@dataclass(frozen=True, kw_only=True)
class Order:
    id: OrderId
    product: ProductId
    quantity: int
    release_min: int = 0
    due_min: int
    latest_min: int | None = None
    destination: Destination
    drops: tuple[Drop, ...]  # always at least one
    rating: Rating = Rating.UNRATED
    tardiness_cents_per_1000_unit_day: int = 0
    unmet_cents_per_1000_units: int | None = None  # None: everything must be delivered
    certificates: frozenset[str] = frozenset()
    max_enterprises: int | None = None
    blocked_enterprises: frozenset[EnterpriseId] = frozenset()
    regions: frozenset[str] = frozenset()  # empty: anywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What exists already: an item of an order, or a material."""

    order: OrderId | None = None
    item: ItemId | None = None
    material: MaterialId | None = None
    site: SiteId
    from_min: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A transfer batch on a machine; `quantity` is good pieces, `start_min` includes the set-up."""

    id: LotId
    order: OrderId
    operation: OperationId
    machine: MachineId
    start_min: int
    setup_min: int
    end_min: int
    quantity: int


@dataclass(frozen=True, kw_only=True)
class Problem:
    name: str
    epoch: datetime
    horizon_min: int
    currency: str
    now_min: int = 0
    objective: Objective
    enterprises: tuple[Enterprise, ...]
    sites: tuple[Site, ...]
    materials: tuple[Material, ...] = ()
    products: tuple[Product, ...]
    classes: tuple[MachineClass, ...] = ()
    machines: tuple[Machine, ...]
    resources: tuple[Resource, ...] = ()
    transport: Transport
    orders: tuple[Order, ...]
    stock: tuple[Stock, ...] = ()
    fixed_lots: tuple[Lot, ...] = ()
    previous: tuple[Lot, ...] | None = None  # lots of the plan in force
    disruption_cents_per_lot: int = 0
    notes: dict[str, object] = field(default_factory=dict)

    @cached_property
    def enterprise_by_id(self) -> dict[EnterpriseId, Enterprise]:
        return {enterprise.id: enterprise for enterprise in self.enterprises}

    @cached_property
    def site_by_id(self) -> dict[SiteId, Site]:
        return {site.id: site for site in self.sites}

    @cached_property
    def material_by_id(self) -> dict[MaterialId, Material]:
        return {material.id: material for material in self.materials}

    @cached_property
    def product_by_id(self) -> dict[ProductId, Product]:
        return {product.id: product for product in self.products}

    @cached_property
    def machine_by_id(self) -> dict[MachineId, Machine]:
        return {machine.id: machine for machine in self.machines}

    @cached_property
    def resource_by_id(self) -> dict[ResourceId, Resource]:
        return {resource.id: resource for resource in self.resources}

    @cached_property
    def order_by_id(self) -> dict[OrderId, Order]:
        return {order.id: order for order in self.orders}
