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
from scheduling.check.calendar import minutes_without_breaks, window_around
from scheduling.check.roads import Road, road_between, road_to_drop
from scheduling.check.violation import Violation
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


def open_case(problem: Problem, plan: Plan) -> tuple[Case, list[Violation]]:
    """The case, and a violation for each lot or load of goods that names something unknown."""
    unknown: list[Violation] = []
    fixed = set(problem.fixed_lots)
    case = Case(
        problem=problem,
        plan=plan,
        lots=_open_lots(problem, plan, fixed=fixed, unknown=unknown),
        transfers=_open_transfers(problem, plan, unknown=unknown),
        deliveries=_open_deliveries(problem, plan, unknown=unknown),
    )
    return case, unknown


def _open_lots(
    problem: Problem, plan: Plan, *, fixed: set[Lot], unknown: list[Violation]
) -> tuple[LotInCase, ...]:
    opened = []
    for at, lot in enumerate(plan.lots):
        order = problem.order_by_id.get(lot.order)
        product = None if order is None else problem.product_by_id[order.product]
        operation = None if product is None else product.operation_by_id.get(lot.operation)
        machine = problem.machine_by_id.get(lot.machine)
        if order is None or product is None:
            unknown.append(Violation(rule=1, path=f"lots[{at}].order", text=f"no order {lot.order!a}"))
        elif operation is None:
            text = f"product {product.id!a} has no operation {lot.operation!a}"
            unknown.append(Violation(rule=1, path=f"lots[{at}].operation", text=text))
        elif machine is None:
            unknown.append(Violation(rule=1, path=f"lots[{at}].machine", text=f"no machine {lot.machine!a}"))
        else:
            opened.append(
                LotInCase(
                    lot=lot,
                    path=f"lots[{at}]",
                    fixed=lot in fixed,
                    order=order,
                    product=product,
                    operation=operation,
                    machine=machine,
                    site=problem.site_by_id[machine.site],
                    mode=machine.mode_by_operation.get((product.id, operation.id)),
                    window=window_around(machine, start=lot.start_min, end=lot.end_min),
                )
            )
    return tuple(opened)


def _open_transfers(problem: Problem, plan: Plan, *, unknown: list[Violation]) -> tuple[TransferInCase, ...]:
    opened = []
    for at, transfer in enumerate(plan.transfers):
        path = f"transfers[{at}]"
        missing = _missing_of_transfer(problem, transfer)
        if missing:
            unknown.append(Violation(rule=5, path=f"{path}.{missing}", text=f"no such {missing}"))
            continue
        order = None if transfer.order is None else problem.order_by_id[transfer.order]
        opened.append(
            TransferInCase(
                transfer=transfer,
                path=path,
                order=order,
                weight_g=_weight_of_transfer(problem, transfer),
                road=road_between(problem, transfer.from_site, transfer.to_site),
            )
        )
    return tuple(opened)


def _missing_of_transfer(problem: Problem, transfer: Transfer) -> str:
    """The field of a transfer that names something unknown; empty if all is known."""
    if transfer.from_site not in problem.site_by_id:
        return "from"
    if transfer.to_site not in problem.site_by_id:
        return "to"
    if transfer.material is not None:
        return "" if transfer.material in problem.material_by_id else "material"
    order = None if transfer.order is None else problem.order_by_id.get(transfer.order)
    if order is None:
        return "order"
    made = {operation.makes for operation in problem.product_by_id[order.product].operations}
    return "" if transfer.item in made else "item"


def _weight_of_transfer(problem: Problem, transfer: Transfer) -> int:
    if transfer.material is not None:
        return problem.material_by_id[transfer.material].weight_g
    assert transfer.order is not None
    operations = problem.product_by_id[problem.order_by_id[transfer.order].product].operations
    return next(operation.weight_g for operation in operations if operation.makes == transfer.item)


def _open_deliveries(problem: Problem, plan: Plan, *, unknown: list[Violation]) -> tuple[DeliveryInCase, ...]:
    opened = []
    for at, delivery in enumerate(plan.deliveries):
        path = f"deliveries[{at}]"
        order = problem.order_by_id.get(delivery.order)
        if order is None:
            unknown.append(Violation(rule=7, path=f"{path}.order", text=f"no order {delivery.order!a}"))
            continue
        drop = _drop(order, delivery)
        if drop is None:
            unknown.append(Violation(rule=7, path=f"{path}.drop", text=f"no such drop of order {order.id!a}"))
        elif delivery.from_site not in problem.site_by_id:
            unknown.append(Violation(rule=5, path=f"{path}.from", text=f"no site {delivery.from_site!a}"))
        else:
            product = problem.product_by_id[order.product]
            last = next(each for each in product.operations if each.makes == product.final_item)
            opened.append(
                DeliveryInCase(
                    delivery=delivery,
                    path=path,
                    order=order,
                    drop=drop,
                    weight_g=last.weight_g,
                    road=road_to_drop(problem, delivery.from_site, order=order, drop=drop),
                )
            )
    return tuple(opened)


def _drop(order: Order, delivery: Delivery) -> Drop | None:
    """The named drop; where no name is given, the only one."""
    if delivery.drop is None:
        return order.drops[0] if len(order.drops) == 1 else None
    return next((drop for drop in order.drops if drop.id == delivery.drop), None)
