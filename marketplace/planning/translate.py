"""Rows to problem: what the network offers for one order, in the contract's words.

Public ids of rows are the ids of the problem. Evidence is applied here: a machine whose output is less well
proven is planned slower (`run_min` grows), so that the plan holds.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from marketplace.accounts.models import Site as SiteRow
from marketplace.capacity.market import SellableWindow
from marketplace.capacity.models import Equipment
from marketplace.common.money import round_half_up
from marketplace.orders.models import Order as OrderRow
from marketplace.planning.fit import fit, units_per_run
from marketplace.planning.models import PlanRun, TransportTerms
from marketplace.planning.price_caps import NO_CAPS, PriceCaps
from matching.problem import (
    Destination,
    Drop,
    DropId,
    Enterprise,
    EnterpriseId,
    FamilyId,
    ItemId,
    Lane,
    Lot,
    Machine,
    MachineId,
    Material,
    MaterialId,
    Mode,
    Need,
    Objective,
    Operation,
    OperationId,
    Order,
    OrderId,
    Problem,
    Product,
    ProductId,
    Site,
    SiteId,
    Stock,
    Transport,
    Window,
)
from matching.ways import metres

Period = tuple[str, int, int]  # machine, start and end in minutes
OBJECTIVES = {PlanRun.Goal.FASTEST: Objective.FINISH, PlanRun.Goal.CHEAPEST: Objective.COST}
TARDINESS_CENTS_PER_1000_UNIT_DAY = 100_000  # cheapest still means in time where that is possible


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineOffer:
    """A machine with its sellable time; `evidence_pct` (1 to 100) is how much of its rate is counted on."""

    equipment: Equipment
    windows: tuple[SellableWindow, ...]
    evidence_pct: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The time the problem covers: minute 0, the first minute anything may start, the last anything may end.

    `goods_from_min`: when goods may depart, where that is earlier (what a plan in force sends).
    """

    epoch: datetime
    now_min: int
    horizon_min: int
    goods_from_min: int | None = None


def problem_of(
    *,
    order: OrderRow,
    goal: str,
    frame: Frame,
    offers: Iterable[MachineOffer],
    terms: TransportTerms,
    pins: tuple[Lot, ...] = (),
    refused: tuple[Period, ...] = (),
    closed: tuple[Period, ...] = (),
    remaining: Mapping[str, int] | None = None,
    stock: tuple[Stock, ...] = (),
    places: Iterable[SiteRow] = (),
    caps: PriceCaps = NO_CAPS,
) -> Problem:
    """The planning problem of one order. `refused` are machine, start, end that a factory said no to,
    `closed` those of machines that are not there for a while.

    `remaining` are the pieces to be sent still, by drop; None: all that is ordered. `places` are sites that goods of
    the order lie at or pass, machines or not. `caps` are what a rated order pays at most.
    """
    machines = [
        m
        for offer in offers
        if (m := _machine(offer, order=order, frame=frame, refused=refused, closed=closed, caps=caps))
    ]
    pinned = {lot.machine for lot in pins}
    used = [
        offer.equipment
        for offer in offers
        if _has_work(offer, machines) or offer.equipment.public_id in pinned
    ]
    sites = {equipment.site.public_id: equipment.site for equipment in used}
    sites |= {site.public_id: site for site in places}
    enterprises = {site.enterprise.public_id: site.enterprise for site in sites.values()}
    order_value = _order(order, frame=frame, remaining=remaining)
    product = _product(order)
    site_values = tuple(
        Site(
            id=SiteId(site.public_id),
            enterprise=EnterpriseId(site.enterprise.public_id),
            lat=site.lat,
            lon=site.lon,
            region=site.region,
            certificates=frozenset(site.certificates),
        )
        for site in sites.values()
    )
    return Problem(
        name=order.title or order.public_id,
        epoch=frame.epoch,
        horizon_min=frame.horizon_min,
        currency=order.currency,
        now_min=frame.now_min if frame.goods_from_min is None else frame.goods_from_min,
        objective=OBJECTIVES[PlanRun.Goal(goal)],
        enterprises=tuple(
            Enterprise(id=EnterpriseId(e.public_id), certificates=frozenset(e.certificates))
            for e in enterprises.values()
        ),
        sites=site_values,
        materials=tuple(_materials(order)),
        products=(product,),
        machines=tuple(machines),
        transport=_transport(terms, sites=site_values, order=order_value, product=product, frame=frame),
        orders=(order_value,),
        stock=stock,
        fixed_lots=pins,
    )


def minutes(moment: datetime, *, epoch: datetime, up: bool) -> int:
    """Whole minutes from the epoch to a moment, rounded up or down."""
    exact = (moment - epoch) / timedelta(minutes=1)
    return math.ceil(exact) if up else math.floor(exact)


def _has_work(offer: MachineOffer, machines: list[Machine]) -> bool:
    return any(machine.id == offer.equipment.public_id for machine in machines)


def _machine(
    offer: MachineOffer,
    *,
    order: OrderRow,
    frame: Frame,
    refused: tuple[Period, ...],
    closed: tuple[Period, ...],
    caps: PriceCaps,
) -> Machine | None:
    equipment = offer.equipment
    modes = tuple(_modes(offer, order=order, caps=caps))
    windows = tuple(
        part
        for window in _windows(offer, frame=frame, refused=_of(refused, equipment), caps=caps)
        for part in _outside(window, closed=_of(closed, equipment))
    )
    if not modes:
        return None
    held = {*equipment.certificates}
    for capability in equipment.capabilities.all():
        held |= set(capability.certificates)
    return Machine(
        id=MachineId(equipment.public_id),
        site=SiteId(equipment.site.public_id),
        certificates=frozenset(held),
        modes=modes,
        windows=windows,
    )


def _modes(offer: MachineOffer, *, order: OrderRow, caps: PriceCaps) -> Iterable[Mode]:
    for operation in order.product.operations.all():
        answer = fit(
            equipment=offer.equipment, operation=operation, product=order.product, currency=order.currency
        )
        if answer.misfits or answer.rate is None:
            continue
        speed = units_per_run(answer.rate, operation=operation)
        if speed is None:
            continue
        run_units, run_min = speed[0] * offer.evidence_pct, speed[1] * 100
        shared = math.gcd(run_units, run_min)
        yield Mode(
            product=ProductId(order.product.public_id),
            operation=OperationId(operation.code),
            run_min=run_min // shared,
            run_units=run_units // shared,
            setup_min=answer.rate.setup_min,
            min_lot=answer.rate.min_lot,
            cents_per_h=caps.cents_per_h(
                offer.equipment, answer.rate, operation=operation, product=order.product
            ),
            good_per_1000=answer.rate.good_per_1000,
            hold_min=operation.hold_min,
            family=FamilyId(f"{order.product.public_id}/{operation.code}"),
        )


def _windows(
    offer: MachineOffer, *, frame: Frame, refused: list[tuple[int, int]], caps: PriceCaps
) -> Iterable[Window]:
    """Sellable windows in minutes, clipped to the frame; a window that touches a refused run is left out."""
    for window in caps.windows(offer.equipment, offer.windows):
        start = max(minutes(window.starts_at, epoch=frame.epoch, up=True), frame.now_min)
        end = min(minutes(window.ends_at, epoch=frame.epoch, up=False), frame.horizon_min)
        if start < end and not any(start < to and since < end for since, to in refused):
            yield Window(start=start, end=end, price_pct=window.price_pct)


def _product(order: OrderRow) -> Product:
    return Product(
        id=ProductId(order.product.public_id),
        operations=tuple(
            Operation(
                id=OperationId(operation.code),
                makes=ItemId(operation.makes),
                needs=tuple(
                    Need(
                        item=ItemId(need.item) if need.item else None,
                        material=MaterialId(need.material.public_id) if need.material else None,
                        num=need.num,
                        den=need.den,
                    )
                    for need in operation.needs.all()
                ),
                certificates=frozenset(operation.certificates),
                weight_g=operation.weight_g,
            )
            for operation in order.product.operations.all()
        ),
    )


def _materials(order: OrderRow) -> Iterable[Material]:
    """Materials are there where they are needed: bought by each factory, or brought by the buyer."""
    seen = {}
    for operation in order.product.operations.all():
        for need in operation.needs.all():
            if need.material is not None:
                seen[need.material.public_id] = need.material
    for public_id, material in seen.items():
        yield Material(id=MaterialId(public_id), weight_g=material.weight_g)


def _of(periods: Iterable[Period], equipment: Equipment) -> list[tuple[int, int]]:
    return [(start, end) for machine, start, end in periods if machine == equipment.public_id]


def _outside(window: Window, *, closed: list[tuple[int, int]]) -> Iterable[Window]:
    """What of a window is in none of the closed times."""
    start = window.start
    for shut, opens in sorted(closed):
        if shut < window.end and start < opens:
            if start < shut:
                yield replace(window, start=start, end=shut)
            start = opens
    if start < window.end:
        yield replace(window, start=start)


def _order(order: OrderRow, *, frame: Frame, remaining: Mapping[str, int] | None) -> Order:
    drops = tuple(
        Drop(
            id=DropId(drop.public_id),
            destination=Destination(lat=drop.lat, lon=drop.lon),
            quantity=drop.quantity if remaining is None else remaining[drop.public_id],
            due_min=max(0, minutes(drop.due_at, epoch=frame.epoch, up=False)),
        )
        for drop in order.drops.all()
        if remaining is None or remaining.get(drop.public_id)
    )
    release = minutes(order.release_at, epoch=frame.epoch, up=True) if order.release_at else 0
    return Order(
        id=OrderId(order.public_id),
        product=ProductId(order.product.public_id),
        quantity=sum(drop.quantity for drop in drops),
        release_min=max(0, release),
        due_min=max(0, minutes(order.due_at, epoch=frame.epoch, up=False)),
        destination=drops[0].destination,
        drops=drops,
        tardiness_cents_per_1000_unit_day=TARDINESS_CENTS_PER_1000_UNIT_DAY,
        certificates=frozenset(order.certificates),
        max_enterprises=_most_enterprises(order),
        blocked_enterprises=frozenset(EnterpriseId(e.public_id) for e in order.blocked.all()),
        regions=frozenset(order.regions),
    )


def _most_enterprises(order: OrderRow) -> int | None:
    return order.max_enterprises if order.split_allowed else 1


def _transport(
    terms: TransportTerms, *, sites: tuple[Site, ...], order: Order, product: Product, frame: Frame
) -> Transport:
    """The formula between sites; for each way to the buyer a lane, with the longer handling of a delivery."""
    midnight = frame.epoch.replace(hour=0, minute=0, second=0, microsecond=0)
    since_midnight = minutes(frame.epoch, epoch=midnight, up=False)
    base = Transport(
        km_per_h=terms.km_per_h,
        handling_min=terms.handling_min,
        detour_pct=terms.detour_pct,
        cents_per_tonne_km=terms.cents_per_tonne_km,
        cents_per_trip=terms.cents_per_trip,
        trip_units=terms.trip_units,
        departs_every_min=terms.departs_every_min,
        departs_at_min=(terms.departs_at_min - since_midnight) % terms.departs_every_min,
    )
    weight_g = next(o.weight_g for o in product.operations if o.makes == product.final_item)
    lanes = _last_ways(base, terms=terms, sites=sites, order=order, weight_g=weight_g)
    return replace(base, lanes=tuple(lanes))


def _last_ways(
    base: Transport, *, terms: TransportTerms, sites: tuple[Site, ...], order: Order, weight_g: int
) -> Iterable[Lane]:
    for site in sites:
        for drop in order.drops:
            assert drop.destination.lat is not None and drop.destination.lon is not None
            far = metres(
                start=site, lat=drop.destination.lat, lon=drop.destination.lon, detour_pct=base.detour_pct
            )
            yield Lane(
                from_site=site.id,
                to=f"order:{order.id}/{drop.id}",
                lead_min=terms.delivery_handling_min + -(-60 * far // (1000 * terms.km_per_h)),
                cents_per_1000_units=round_half_up(
                    Fraction(1000 * weight_g * far * terms.cents_per_tonne_km, 10**9)
                ),
            )
