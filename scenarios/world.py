"""What a generated world consists of: plain values, before anything is written."""

from dataclasses import dataclass, field
from datetime import datetime, time


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Offered every week in local time; `ends` at or before `starts` means next day. Monday is 0."""

    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineSpec:
    """A machine: its rate is whole pieces an hour, its price minor units an hour.

    `closed_days` counts days from the world's start on which it is not offered.
    """

    number: str
    name: str
    model: str
    process: str
    units_per_h: int
    setup_min: int
    min_lot: int
    price_cents_per_h: int
    hours: tuple[Hours, ...]
    closed_days: tuple[int, ...]
    materials: tuple[str, ...] = ()
    source_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmSpec:
    """A factory with one site."""

    key: str
    name: str
    city: str
    region: str
    lat: float
    lon: float
    machines: tuple[MachineSpec, ...]
    certificates: tuple[str, ...] = ()
    is_verified: bool = True
    country: str = "CN"
    time_zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedSpec:
    """`num`/`den` of an item or of a material for each piece started."""

    item: str = ""
    material: str = ""
    num: int = 1
    den: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationSpec:
    """It makes the item of its own code."""

    code: str
    name: str
    process: str
    needs: tuple[NeedSpec, ...] = ()
    weight_g: int = 0
    hold_min: int = 0
    standard_units_per_h: int | None = None
    unit: str = "piece"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSpec:
    """A template everybody may order."""

    code: str
    name: str
    operations: tuple[OperationSpec, ...]
    parameters: tuple[dict[str, object], ...] = ()
    material: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropSpec:
    name: str
    city: str
    lat: float
    lon: float
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSpec:
    """What a buyer orders; its quantity is that of its drops together."""

    product: ProductSpec
    title: str
    due_days: int
    drops: tuple[DropSpec, ...]
    variant: dict[str, object] = field(default_factory=dict)
    buyer: str = "buyer"  # key of a buyer of the world

    @property
    def quantity(self) -> int:
        return sum(drop.quantity for drop in self.drops)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerSpec:
    """Somebody who orders and logs in by `email`."""

    key: str
    name: str
    email: str
    is_public_body: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencySpec:
    """What the coordinator declares before the story's order is rated DX under its programme."""

    authority: str
    legal_basis: str
    regions: tuple[str, ...]
    days: int
    reason: str
    programme: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportSpec:
    km_per_h: int = 55
    handling_min: int = 60
    delivery_handling_min: int = 120
    cents_per_tonne_km: int = 60
    cents_per_trip: int = 30_000
    trip_units: int | None = None
    departs_every_min: int = 1
    departs_at_min: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySpec:
    """Recordings that a world's machines with a `source_name` say first, [starts_at, ends_at) of recorded time.

    Idle gaps of `idle_at_least_min` minutes found in it are offered at the same hours of the next `offered_weeks`.
    """

    starts_at: datetime
    ends_at: datetime
    idle_at_least_min: int
    offered_weeks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakdownSpec:
    """One machine stops for good in a run of this operation, `after_h` business hours after the world's start."""

    operation: str
    after_h: int


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """`order` is the one whose story is told; those of `earlier` are agreed before it begins."""

    name: str
    starts_at: datetime  # business time at which the world begins
    buyers: tuple[BuyerSpec, ...]
    coordinator_name: str
    firms: tuple[FirmSpec, ...]
    order: OrderSpec
    transport: TransportSpec
    clock_speed: float  # while recordings are played, and once the order is agreed
    earlier: tuple[OrderSpec, ...] = ()
    replay: ReplaySpec | None = None
    emergency: EmergencySpec | None = None
    breakdown: BreakdownSpec | None = None
    patience_s: float = 30.0  # real seconds that a visitor has for each step of the story

    @property
    def products(self) -> tuple[ProductSpec, ...]:
        """Each once, by code."""
        return tuple({one.product.code: one.product for one in (*self.earlier, self.order)}.values())


def one_buyer(name: str) -> tuple[BuyerSpec, ...]:
    """The buyer of a world that has only one."""
    return (BuyerSpec(key="buyer", name=name, email="buyer@muster.example"),)
