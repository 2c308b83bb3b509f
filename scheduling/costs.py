"""What a plan costs, part by part, in exact fractions of cents."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from fractions import Fraction

from matching.problem import Drop, ItemId, Lot, Order, OrderId, Problem
from matching.rules import machine_cents
from matching.ways import Way, way_between, way_to_drop
from matching.working_time import WorkingTime
from scheduling.plan import Delivery, Transfer
from scheduling.withdrawals import material_cents

_THOUSAND_UNIT_DAYS = 1000 * 1440  # in unit-minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """The parts of a plan's cost, in cents, not rounded."""

    machines: Fraction
    transport: Fraction  # without trips
    trips: int
    materials: Fraction
    fixed: int  # of enterprises, once and for each order
    tardiness: Fraction
    unmet: Fraction
    disruption: int

    @property
    def total(self) -> Fraction:
        return sum((Fraction(getattr(self, part.name)) for part in fields(self)), Fraction(0))


def costs_of(
    problem: Problem, *, lots: Sequence[Lot], transfers: Sequence[Transfer], deliveries: Sequence[Delivery]
) -> Costs:
    """The cost of a plan whose ids are all known; what has no way is carried for nothing (the checker refuses)."""
    carried = _carried(problem, transfers=transfers, deliveries=deliveries)
    units_by_departure: dict[tuple[object, ...], int] = defaultdict(int)
    way_by_departure: dict[tuple[object, ...], Way] = {}
    for load in carried:
        units_by_departure[load.departure] += load.units
        way_by_departure[load.departure] = load.way
    return Costs(
        machines=sum((_lot_cents(problem, lot) for lot in lots), Fraction(0)),
        transport=sum(
            (load.way.cents(units=load.units, weight_g=load.weight_g) for load in carried), Fraction(0)
        ),
        trips=sum(way.trip_cents(units=units_by_departure[key]) for key, way in way_by_departure.items()),
        materials=material_cents(problem, lots=lots, transfers=transfers),
        fixed=_fixed_cents(problem, lots=lots),
        tardiness=sum((_tardiness_cents(problem, each) for each in deliveries), Fraction(0)),
        unmet=_unmet_cents(problem, deliveries=deliveries),
        disruption=num_disrupted(problem, lots=lots) * problem.disruption_cents_per_lot,
    )


def drop_of(delivery: Delivery, *, order: Order) -> Drop:
    """The drop a delivery goes to: the named one, or the order's only one."""
    if delivery.drop is None:
        (only,) = order.drops
        return only
    return next(drop for drop in order.drops if drop.id == delivery.drop)


def num_disrupted(problem: Problem, *, lots: Sequence[Lot]) -> int:
    """Lots of the plan in force, of orders that live, that are missing or differ in machine, time or quantity."""
    kept = {lot.id: (lot.machine, lot.start_min, lot.end_min, lot.quantity) for lot in lots}
    return sum(
        kept.get(lot.id) != (lot.machine, lot.start_min, lot.end_min, lot.quantity)
        for lot in problem.previous or ()
        if lot.order in problem.order_by_id
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Load:
    """Goods on a way; loads of equal `departure` share trips."""

    departure: tuple[object, ...]
    way: Way
    units: int
    weight_g: int


def _carried(
    problem: Problem, *, transfers: Sequence[Transfer], deliveries: Sequence[Delivery]
) -> list[_Load]:
    loads = []
    for transfer in transfers:
        way = way_between(problem, transfer.from_site, transfer.to_site)
        if way is not None:
            departure = (transfer.from_site, transfer.to_site, transfer.depart_min)
            weight = _weight_g(problem, transfer)
            loads.append(_Load(departure=departure, way=way, units=transfer.quantity, weight_g=weight))
    for delivery in deliveries:
        order = problem.order_by_id[delivery.order]
        drop = drop_of(delivery, order=order)
        way = way_to_drop(problem, delivery.from_site, order=order, drop=drop)
        if way is not None:
            to_drop = (delivery.from_site, order.id, drop.id, delivery.depart_min)
            weight = _item_weight_g(problem, order.id, problem.product_by_id[order.product].final_item)
            loads.append(_Load(departure=to_drop, way=way, units=delivery.quantity, weight_g=weight))
    return loads


def _weight_g(problem: Problem, transfer: Transfer) -> int:
    if transfer.material is not None:
        return problem.material_by_id[transfer.material].weight_g
    assert transfer.order is not None and transfer.item is not None
    return _item_weight_g(problem, transfer.order, transfer.item)


def _item_weight_g(problem: Problem, order: OrderId, item: ItemId) -> int:
    product = problem.product_by_id[problem.order_by_id[order].product]
    return next(operation.weight_g for operation in product.operations if operation.makes == item)


def _lot_cents(problem: Problem, lot: Lot) -> Fraction:
    """A lot without a mode (only a fixed one may be) costs nothing."""
    machine = problem.machine_by_id[lot.machine]
    mode = machine.mode_by_operation.get((problem.order_by_id[lot.order].product, lot.operation))
    if mode is None:
        return Fraction(0)
    time = WorkingTime(machine)
    minutes = time.minutes_between(lot.start_min, lot.end_min)
    return machine_cents(mode, minutes=minutes, window=time.window_of(lot.start_min, lot.end_min))


def _fixed_cents(problem: Problem, *, lots: Sequence[Lot]) -> int:
    """`fixed_cents` of every enterprise that runs a lot, and `fixed_cents_per_order` for each of its orders."""
    working = {
        (problem.site_by_id[problem.machine_by_id[lot.machine].site].enterprise, lot.order) for lot in lots
    }
    used = {enterprise for enterprise, _ in working}
    once = sum(problem.enterprise_by_id[each].fixed_cents for each in used)
    return once + sum(problem.enterprise_by_id[each].fixed_cents_per_order for each, _ in working)


def _tardiness_cents(problem: Problem, delivery: Delivery) -> Fraction:
    """Pieces · minutes late against the drop's due / 1440, at the order's price for 1000 units and a day."""
    order = problem.order_by_id[delivery.order]
    late_min = max(0, delivery.arrive_min - drop_of(delivery, order=order).due_min)
    return Fraction(
        delivery.quantity * late_min * order.tardiness_cents_per_1000_unit_day, _THOUSAND_UNIT_DAYS
    )


def _unmet_cents(problem: Problem, *, deliveries: Sequence[Delivery]) -> Fraction:
    delivered: dict[OrderId, int] = defaultdict(int)
    for delivery in deliveries:
        delivered[delivery.order] += delivery.quantity
    total = sum(
        (order.quantity - delivered[order.id]) * (order.unmet_cents_per_1000_units or 0)
        for order in problem.orders
    )
    return Fraction(total, 1000)
