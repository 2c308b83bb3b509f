"""A plan laid open beside its problem: every lot and every load of goods with what it refers to."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from matching.problem import (
    Drop,
    EnterpriseId,
    FamilyId,
    ItemId,
    Lot,
    Machine,
    MachineId,
    Mode,
    Operation,
    Order,
    OrderId,
    Problem,
    Product,
    Site,
    Window,
)
from scheduling.check.calendar import minutes_without_breaks
from scheduling.check.roads import Road
from scheduling.plan import Delivery, Plan, Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class LotInCase:
    """A lot of the plan. `fixed`: it appears in the problem's `fixed_lots`, unchanged.

    `mode` is None where the machine has none for it; `window` is the one that holds the lot whole, if any.
    """

    lot: Lot
    path: str
    fixed: bool
    order: Order
    product: Product
    operation: Operation
    machine: Machine
    site: Site
    mode: Mode | None
    window: Window | None

    @property
    def family(self) -> FamilyId:
        default = FamilyId(f"{self.product.id}/{self.operation.id}")
        return default if self.mode is None else self.mode.family

    @property
    def started(self) -> int:
        """s = ceil(quantity·1000/good_per_1000) pieces."""
        good_per_1000 = 1000 if self.mode is None else self.mode.good_per_1000
        return (self.lot.quantity * 1000 + good_per_1000 - 1) // good_per_1000

    @property
    def minutes(self) -> int:
        """Minutes from start to end without breaks."""
        return minutes_without_breaks(self.machine, start=self.lot.start_min, end=self.lot.end_min)

    @property
    def consumes(self) -> bool:
        """False for a fixed lot that began before 0: its needs are consumed already."""
        return not (self.fixed and self.lot.start_min < 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferInCase:
    """A transfer of known goods between known sites; `order` is None for a material, `road` if there is none."""

    transfer: Transfer
    path: str
    order: Order | None
    weight_g: int
    road: Road | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryInCase:
    delivery: Delivery
    path: str
    order: Order
    drop: Drop
    weight_g: int
    road: Road | None


@dataclass(frozen=True, kw_only=True)
class Case:
    problem: Problem
    plan: Plan
    lots: tuple[LotInCase, ...]
    transfers: tuple[TransferInCase, ...]
    deliveries: tuple[DeliveryInCase, ...]

    @cached_property
    def lots_by_machine(self) -> dict[MachineId, list[LotInCase]]:
        """Lots in the order of their time."""
        sequence: dict[MachineId, list[LotInCase]] = defaultdict(list)
        for each in sorted(self.lots, key=lambda each: (each.lot.start_min, each.lot.end_min)):
            sequence[each.machine.id].append(each)
        return sequence

    @cached_property
    def lots_by_order(self) -> dict[OrderId, list[LotInCase]]:
        found: dict[OrderId, list[LotInCase]] = {order.id: [] for order in self.problem.orders}
        for each in self.lots:
            found[each.order.id].append(each)
        return found

    @cached_property
    def deliveries_by_order(self) -> dict[OrderId, list[DeliveryInCase]]:
        found: dict[OrderId, list[DeliveryInCase]] = {order.id: [] for order in self.problem.orders}
        for parcel in self.deliveries:
            found[parcel.order.id].append(parcel)
        return found

    @cached_property
    def stock_by_item(self) -> dict[tuple[OrderId, ItemId], int]:
        """Units of each order's items that exist already, over all sites."""
        found: dict[tuple[OrderId, ItemId], int] = defaultdict(int)
        for stock in self.problem.stock:
            if stock.order is not None and stock.item is not None:
                found[stock.order, stock.item] += stock.quantity
        return found

    @cached_property
    def workers(self) -> dict[OrderId, set[EnterpriseId]]:
        """The enterprises that work on each order: those that run a lot of it."""
        return {order: {each.site.enterprise for each in lots} for order, lots in self.lots_by_order.items()}

    def path_of(self, order: Order) -> str:
        """Where the plan speaks of an order."""
        numbers = (at for at, result in enumerate(self.plan.orders) if result.id == order.id)
        at = next(numbers, None)
        return "orders" if at is None else f"orders[{at}]"
