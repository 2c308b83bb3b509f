"""Which pieces of the product go to which drop, and when they leave."""

from dataclasses import dataclass

from matching.problem import Drop, Order
from matching.ways import Way
from scheduling.dispatch.pool import Supply
from scheduling.dispatch.roads import unit_cents
from scheduling.dispatch.shop import Shop
from scheduling.plan import Delivery

_UNITS_AND_MINUTES = 1000 * 1440


@dataclass(slots=True, eq=False)
class Parcel:
    """`units` of a supply for a drop."""

    supply: Supply
    drop: Drop
    way: Way
    units: int

    def leaves(self, *, now_min: int) -> int:
        """The first departure that takes it."""
        return self.way.next_departure(max(self.supply.ready, now_min))

    def arrives(self, *, now_min: int) -> int:
        return self.leaves(now_min=now_min) + self.way.lead_min


def deal_out(shop: Shop, *, order: Order, supplies: list[Supply]) -> list[Parcel]:
    """Claim pieces for the order's drops, as many as arrive in time and are worth it."""
    if shop.by_finish:
        return _deal_last_first(shop, order=order, supplies=supplies)
    return _deal_by_due(shop, order=order, supplies=supplies)


def _deal_last_first(shop: Shop, *, order: Order, supplies: list[Supply]) -> list[Parcel]:
    """The pieces that are ready last go where they arrive soonest."""
    open_units = {drop.id: drop.quantity for drop in order.drops}
    parcels: list[Parcel] = []
    needed = order.quantity
    in_time: list[tuple[Supply, int]] = []
    for supply in sorted(supplies, key=lambda each: each.ready):
        taken = min(supply.left, needed)
        needed -= taken
        if taken:
            in_time.append((supply, taken))
    for supply, units in reversed(in_time):
        offers = [parcel for drop in order.drops if (parcel := _parcel(shop, supply, order=order, drop=drop))]
        for parcel in sorted(offers, key=lambda each: each.arrives(now_min=shop.problem.now_min)):
            parcel.units = min(units, open_units[parcel.drop.id])
            if parcel.units:
                open_units[parcel.drop.id] -= parcel.units
                supply.left -= parcel.units
                units -= parcel.units
                parcels.append(parcel)
    return parcels


def _deal_by_due(shop: Shop, *, order: Order, supplies: list[Supply]) -> list[Parcel]:
    """Drop by drop in order of due: what is in time by price, then what is late by arrival."""
    parcels: list[Parcel] = []
    now = shop.problem.now_min
    weight = shop.weight_g((order.id, shop.final_item(order)))
    for drop in sorted(order.drops, key=lambda each: each.due_min):
        needed = drop.quantity
        offers = [parcel for supply in supplies if (parcel := _parcel(shop, supply, order=order, drop=drop))]
        in_time = [each for each in offers if each.arrives(now_min=now) <= drop.due_min]
        late = [each for each in offers if each.arrives(now_min=now) > drop.due_min]
        in_time.sort(key=lambda each: (unit_cents(each.way, weight_g=weight), -each.supply.ready))
        late.sort(key=lambda each: each.arrives(now_min=now))
        for parcel in (*in_time, *late):
            if not _is_worth(parcel, shop=shop, order=order, weight_g=weight):
                continue
            parcel.units = min(needed, parcel.supply.left)
            if parcel.units:
                needed -= parcel.units
                parcel.supply.left -= parcel.units
                parcels.append(parcel)
    return parcels


def _parcel(shop: Shop, supply: Supply, *, order: Order, drop: Drop) -> Parcel | None:
    way = shop.roads.to_drop(supply.site, order=order, drop=drop)
    if way is None or supply.left == 0:
        return None
    parcel = Parcel(supply, drop, way, 0)
    in_time = parcel.arrives(now_min=shop.problem.now_min) <= shop.last_minute(order)
    return parcel if in_time else None


def _is_worth(parcel: Parcel, *, shop: Shop, order: Order, weight_g: int) -> bool:
    """Whether delivering costs no more than leaving it: once made, only the way and the delay count."""
    if shop.must_deliver(order):
        return True
    assert order.unmet_cents_per_1000_units is not None
    late = max(0, parcel.arrives(now_min=shop.problem.now_min) - parcel.drop.due_min)
    cents = late * order.tardiness_cents_per_1000_unit_day / _UNITS_AND_MINUTES
    if order.rating.rank == 2:
        cents += unit_cents(parcel.way, weight_g=weight_g)
    return cents <= order.unmet_cents_per_1000_units / 1000


def deliveries_of(parcels: list[Parcel], *, order: Order, now_min: int) -> list[Delivery]:
    """Parcels with the same site and drop leave together where waiting costs less than the trips saved."""
    groups: dict[tuple[str, str | None], list[Parcel]] = {}
    for parcel in parcels:
        groups.setdefault((parcel.supply.site, parcel.drop.id), []).append(parcel)
    made: list[Delivery] = []
    for group in groups.values():
        group.sort(key=lambda each: each.leaves(now_min=now_min))
        for leaves, units in _departures(group, order=order, now_min=now_min):
            made.append(
                Delivery(
                    order=order.id,
                    drop=group[0].drop.id,
                    from_site=group[0].supply.site,
                    depart_min=leaves,
                    arrive_min=leaves + group[0].way.lead_min,
                    quantity=units,
                )
            )
    return made


def _departures(group: list[Parcel], *, order: Order, now_min: int) -> list[tuple[int, int]]:
    """(departure, units) of parcels for one way, in time order: each waits for the next if that is cheaper."""
    way, due = group[0].way, group[0].drop.due_min
    late_cents = order.tardiness_cents_per_1000_unit_day / _UNITS_AND_MINUTES
    departures: list[tuple[int, int]] = []
    for parcel in group:
        leaves = parcel.leaves(now_min=now_min)
        if departures:
            earlier, waiting = departures[-1]
            delay = max(0, leaves + way.lead_min - due) - max(0, earlier + way.lead_min - due)
            apart = way.trip_cents(units=waiting) + way.trip_cents(units=parcel.units)
            saved = apart - way.trip_cents(units=waiting + parcel.units)
            if waiting * delay * late_cents <= saved:
                departures[-1] = (leaves, waiting + parcel.units)
                continue
        departures.append((leaves, parcel.units))
    return departures
