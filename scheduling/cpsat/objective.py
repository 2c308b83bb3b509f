"""What a model minimises: sums with exact coefficients, scaled to whole numbers that never overstate."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor, lcm

from ortools.sat.python import cp_model

from matching.problem import Order
from matching.rules import machine_cents
from matching.ways import Way
from scheduling.costs import costs_of
from scheduling.cpsat.constraints.goods import sites_of_sink, sites_of_source
from scheduling.cpsat.variables import Expression, Flow, Literal, LotVars, Parcel, Variables

_FINEST = 1440 * 1000  # parts of a cent; finer coefficients are rounded down, which keeps a bound a bound
_THOUSAND_UNIT_DAYS = 1000 * 1440


@dataclass(slots=True)
class Total:
    """`constant` + Σ coefficient·amount, in cents."""

    constant: Fraction = Fraction(0)
    terms: list[tuple[Fraction, Expression]] = field(default_factory=list)

    def add(self, coefficient: Fraction | int, amount: Expression) -> None:
        if coefficient:
            self.terms.append((Fraction(coefficient), amount))

    def include(self, other: "Total") -> None:
        self.constant += other.constant
        self.terms += other.terms


@dataclass(frozen=True, slots=True)
class Scaled:
    """A `Total` in whole parts: total ≥ constant + expression/scale."""

    expression: Expression
    scale: int
    constant: Fraction

    def cents(self, parts: float | int) -> Fraction:
        return self.constant + Fraction(floor(parts), self.scale)


def scaled(total: Total) -> Scaled:
    """Coefficients times the least scale that makes them whole, or the finest allowed, rounded down."""
    scale = 1
    for coefficient, _ in total.terms:
        scale = lcm(scale, coefficient.denominator)
        if scale > _FINEST:
            scale = _FINEST
            break
    expression = sum(floor(coefficient * scale) * amount for coefficient, amount in total.terms)
    return Scaled(expression, scale, total.constant)


def cost(variables: Variables) -> Total:
    """All cost of the contract but trips and disruption (neither is ever negative)."""
    total = Total(constant=_fixed_lots_cents(variables))
    for lot in variables.lots:
        total.include(machine_time(variables, lot))
    for flow in variables.flows:
        total.include(carriage(variables, flow))
        total.add(Fraction(flow.source.cents_per_1000_units, 1000), flow.units)
    for parcel in variables.parcels:
        total.include(delivery(variables, parcel))
    total.include(firms(variables))
    total.include(service(variables, orders=variables.orders))
    return total


def service(variables: Variables, *, orders: Iterable[Order]) -> Total:
    """Tardiness and unmet pieces of some orders."""
    wanted = {order.id for order in orders}
    total = Total()
    for parcel in variables.parcels:
        if parcel.order.id in wanted:
            total.include(tardiness(variables, parcel))
    for (order_id, _), unmet in variables.unmet.items():
        price = variables.problem.order_by_id[order_id].unmet_cents_per_1000_units
        if order_id in wanted and price:
            total.add(Fraction(price, 1000), unmet)
    return total


def last_arrival(variables: Variables, *, orders: Iterable[Order], name: str = "finish") -> cp_model.IntVar:
    """used ⇒ arrival ≤ finish, for all parcels of some orders."""
    wanted = {order.id for order in orders}
    finish = variables.model.new_int_var(0, variables.problem.horizon_min, name)
    for parcel in variables.parcels:
        if parcel.order.id in wanted:
            variables.model.add(parcel.arrives <= finish).only_enforce_if(parcel.used)
    return finish


def machine_time(variables: Variables, lot: LotVars) -> Total:
    """(set-up + run)·cents_per_h·price_pct/6000, by option."""
    total = Total()
    model = variables.model
    by_rate: dict[Fraction, list[Literal]] = defaultdict(list)
    for choice in lot.choices:
        rate = machine_cents(choice.option.station.mode, minutes=1, window=choice.option.window)
        by_rate[rate].append(choice.takes)
    for rate, taking in by_rate.items():
        if rate:
            paid = model.new_int_var(0, variables.problem.horizon_min, f"paid {rate} {lot.slot.name}")
            for takes in taking:
                model.add(paid >= lot.setup + lot.run).only_enforce_if(takes)
            total.add(rate, paid)
    return total


def carriage(variables: Variables, flow: Flow) -> Total:
    """Units times the price of the way between the two sites, trips left aside."""
    weight = variables.shop.weight_g(flow.source.good)
    ways = [
        (variables.shop.roads.between(start, end), [*at_start, *at_end])
        for start, at_start in sites_of_source(flow.source)
        for end, at_end in sites_of_sink(flow.sink)
    ]
    return _carriage(variables, units=flow.units, most=flow.source.most, weight_g=weight, ways=ways)


def delivery(variables: Variables, parcel: Parcel) -> Total:
    """Units times the price of the way to the drop, trips left aside."""
    weight = variables.shop.weight_g(parcel.source.good)
    ways = [
        (variables.shop.roads.to_drop(site, order=parcel.order, drop=parcel.drop), at_site)
        for site, at_site in sites_of_source(parcel.source)
    ]
    return _carriage(variables, units=parcel.units, most=parcel.source.most, weight_g=weight, ways=ways)


def tardiness(variables: Variables, parcel: Parcel) -> Total:
    """pieces·minutes late·cents/(1000·1440)."""
    total = Total()
    rate = Fraction(parcel.order.tardiness_cents_per_1000_unit_day, _THOUSAND_UNIT_DAYS)
    longest = variables.shop.last_minute(parcel.order) - parcel.drop.due_min
    most = min(parcel.source.most, parcel.drop.quantity)
    if not rate or longest <= 0 or most == 0:
        return total
    model = variables.model
    late = model.new_int_var(0, longest, f"late {parcel.used.name}")
    model.add(late >= parcel.arrives - parcel.drop.due_min).only_enforce_if(parcel.used)
    if most == 1:
        total.add(rate, late)
        return total
    piece_minutes = model.new_int_var(0, most * longest, f"piece minutes {parcel.used.name}")
    model.add_multiplication_equality(piece_minutes, [parcel.units, late])
    total.add(rate, piece_minutes)
    return total


def firms(variables: Variables) -> Total:
    """Fixed cost of each enterprise that works at all, and for each order it works on."""
    total = Total()
    model = variables.model
    used: dict[str, Literal] = {}
    for (enterprise_id, _), works in variables.works.items():
        enterprise = variables.problem.enterprise_by_id[enterprise_id]
        total.add(enterprise.fixed_cents_per_order, works)
        if enterprise.fixed_cents and enterprise_id not in used:
            used[enterprise_id] = model.new_bool_var(f"used {enterprise_id}")
            total.add(enterprise.fixed_cents, used[enterprise_id])
        if enterprise.fixed_cents:
            model.add_implication(works, used[enterprise_id])
    return total


def _carriage(
    variables: Variables,
    *,
    units: cp_model.IntVar,
    most: int,
    weight_g: int,
    ways: list[tuple[Way | None, list[Literal]]],
) -> Total:
    total = Total()
    by_price: dict[Fraction, list[list[Literal]]] = defaultdict(list)
    for way, if_here in ways:
        if way is not None:
            by_price[way.cents(units=1, weight_g=weight_g)].append(if_here)
    for price, places in by_price.items():
        if len(by_price) == 1:
            total.add(price, units)
        elif price:
            carried = variables.model.new_int_var(0, most, f"carried {units.name}")
            for if_here in places:
                variables.model.add(carried >= units).only_enforce_if(if_here)
            total.add(price, carried)
    return total


def _fixed_lots_cents(variables: Variables) -> Fraction:
    lots = variables.problem.fixed_lots
    return costs_of(variables.problem, lots=lots, transfers=(), deliveries=()).machines
