"""Dispatching a whole problem by one guide."""

from collections import defaultdict
from math import inf

from matching.problem import EnterpriseId, ItemId, Lot, Order, OrderId, Rating
from scheduling.dispatch.draft import Draft
from scheduling.dispatch.drops import Parcel, deal_out, deliveries_of
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.floor import Floor, Placed
from scheduling.dispatch.guide import Guide
from scheduling.dispatch.join import Joiner
from scheduling.dispatch.keep import keep
from scheduling.dispatch.needs import pieces_to_make
from scheduling.dispatch.scores import ByArrival, ByCost, Score
from scheduling.dispatch.shop import Good, Shop
from scheduling.dispatch.stage import Stage
from scheduling.dispatch.transfers import transfers_of
from scheduling.dispatch.trim import trim


def dispatch(shop: Shop, estimates: Estimates, *, guide: Guide) -> Draft:
    """Place item after item in the guide's sequence; deal out and trim each order when its product is made."""
    floor = Floor(shop)
    served = [floor.serve_demands(good) for good in floor.demands if good[0] is None]
    to_make: dict[Good, int] = {}
    parcels: dict[OrderId, list[Parcel]] = {}
    for good in guide.sequence:
        order = shop.problem.order_by_id[OrderId(str(good[0]))]
        if good not in to_make:
            to_make.update(pieces_to_make(floor, guide=guide, order=order))
        _make(floor, estimates, guide=guide, order=order, good=good, to_make=to_make)
        served.append(floor.serve_demands(good))
        if good[1] == shop.final_item(order):
            supplies = floor.pools[good].supplies
            parcels[order.id] = deal_out(shop, order=order, supplies=supplies)
            trim(floor, order=order, met=sum(each.units for each in parcels[order.id]))
    apart = frozenset(lot.id for lot in shop.problem.previous or ())
    Joiner(floor, parcels=parcels, apart=apart).join_all()
    return _draft(floor, parcels=parcels, starved=not all(served))


def _make(
    floor: Floor, estimates: Estimates, *, guide: Guide, order: Order, good: Good, to_make: dict[Good, int]
) -> None:
    item = ItemId(good[1])
    pieces = to_make[good]
    pieces -= keep(floor, lots=guide.kept, order=order, item=item, pieces=pieces)
    if pieces <= 0:
        return
    fixed = sum(supply.left for supply in floor.pools[good].supplies if supply.lot is not None)
    work_after = guide.slack * estimates.work_after_min(order, item) if guide.slack else 0.0
    stage = Stage(
        floor=floor,
        estimates=estimates,
        guide=guide,
        score=_score(floor, estimates, guide=guide, order=order, item=item, work_after_min=work_after),
        order=order,
        item=item,
        needed=pieces,
        whole_need=pieces + fixed,
        later_makers=_later_makers(floor.shop, guide=guide, good=good, to_make=to_make),
        reserve_min=int(work_after),
        worth=_worth(floor.shop, estimates, order=order, item=item),
    )
    stage.run()


def _later_makers(
    shop: Shop, *, guide: Guide, good: Good, to_make: dict[Good, int]
) -> list[frozenset[EnterpriseId]]:
    """Who can make each item of the same order that comes later in the sequence and is needed."""
    later = guide.sequence[guide.sequence.index(good) + 1 :]
    return [
        frozenset(station.enterprise for station in shop.stations[other])
        for other in later
        if other[0] == good[0] and to_make[other]
    ]


def _score(
    floor: Floor,
    estimates: Estimates,
    *,
    guide: Guide,
    order: Order,
    item: ItemId,
    work_after_min: float,
) -> Score:
    if floor.shop.by_finish or order.id in guide.eager:
        return ByArrival(estimates, order=order, item=item)
    return ByCost(floor, estimates, order=order, item=item, work_after_min=work_after_min)


def _worth(shop: Shop, estimates: Estimates, *, order: Order, item: ItemId) -> float:
    """The most one unit of an item may cost until it arrives: what leaving the piece it becomes would cost.

    A rated order gets all it can (rule 12), and with the finish as objective everything is delivered.
    """
    if shop.must_deliver(order) or order.rating is not Rating.UNRATED:
        return inf
    assert order.unmet_cents_per_1000_units is not None
    return order.unmet_cents_per_1000_units / 1000 / max(1e-9, estimates.units_a_piece(order, item))


def _draft(floor: Floor, *, parcels: dict[OrderId, list[Parcel]], starved: bool) -> Draft:
    shop = floor.shop
    deliveries = [
        delivery
        for order in shop.problem.orders
        for delivery in deliveries_of(parcels.get(order.id, []), order=order, now_min=shop.problem.now_min)
    ]
    claims = [
        (good, claim)
        for placed in floor.placed
        for good, claimed in placed.claims.items()
        for claim in claimed
    ]
    consumed: dict[Good, int] = defaultdict(int)
    for good, claim in claims:
        consumed[good] += claim.units
    claims += [
        (good, claim)
        for good, demands in floor.demands.items()
        for demand in demands
        for claim in demand.claims or ()
    ]
    return Draft(
        lots=(*shop.problem.fixed_lots, *(_lot(placed) for placed in floor.in_sequence())),
        transfers=tuple(transfers_of(claims, shop=shop)),
        deliveries=tuple(deliveries),
        missing=_missing(shop, parcels=parcels),
        starved=starved,
        consumed=consumed,
    )


def _missing(shop: Shop, *, parcels: dict[OrderId, list[Parcel]]) -> dict[OrderId, int]:
    missing: dict[OrderId, int] = {}
    for order_id, dealt in parcels.items():
        order = shop.problem.order_by_id[order_id]
        short = order.quantity - sum(parcel.units for parcel in dealt)
        if short and shop.must_deliver(order):
            missing[order_id] = short
    return missing


def _lot(placed: Placed) -> Lot:
    return Lot(
        id=placed.id,
        order=placed.order,
        operation=placed.station.operation.id,
        machine=placed.station.machine.id,
        start_min=placed.start,
        setup_min=placed.setup,
        end_min=placed.end,
        quantity=placed.quantity,
    )
