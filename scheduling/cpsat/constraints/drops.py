"""Deliveries: what goes to which drop and when it arrives (rules 6, 7, 10)."""

from matching.problem import Drop, Order
from scheduling.cpsat.constraints.goods import leaves_after, sites_of_source
from scheduling.cpsat.variables import Expression, Parcel, Source, Variables


def add_drops(variables: Variables) -> None:
    for order in variables.orders:
        good = (order.id, variables.shop.final_item(order))
        parcels: list[Parcel] = []
        for at, drop in enumerate(order.drops):
            to_drop = [
                _parcel(variables, source, order=order, drop=drop) for source in variables.sources[good]
            ]
            meet_drop(variables, order, at=at, drop=drop, parcels=to_drop)
            parcels += to_drop
        for parcel in parcels:
            arrive(variables, parcel)
        for source in variables.sources[good]:
            deliver_no_more_than_made(variables, source, parcels=parcels)
        variables.parcels += parcels


def meet_drop(variables: Variables, order: Order, *, at: int, drop: Drop, parcels: list[Parcel]) -> None:
    """delivered + unmet = quantity; unmet = 0 where everything must be delivered."""
    most = 0 if variables.shop.must_deliver(order) else drop.quantity
    unmet = variables.model.new_int_var(0, most, f"unmet {order.id} {at}")
    variables.unmet[order.id, at] = unmet
    variables.model.add(sum(parcel.units for parcel in parcels) + unmet == drop.quantity)


def deliver_no_more_than_made(variables: Variables, source: Source, *, parcels: list[Parcel]) -> None:
    """Σ parcels of a source ≤ its pieces; the rest is surplus."""
    variables.model.add(sum(parcel.units for parcel in parcels if parcel.source is source) <= source.units)


def arrive(variables: Variables, parcel: Parcel) -> None:
    """used ⇒ leaves on the grid when ready, arrives = leaves + lead ≤ latest; no way, no parcel."""
    model = variables.model
    for site, at_site in sites_of_source(parcel.source):
        if_here = [parcel.used, *at_site]
        way = variables.shop.roads.to_drop(site, order=parcel.order, drop=parcel.drop)
        if way is None:
            model.add_bool_or([~literal for literal in if_here])
            continue
        if way.within_site and parcel.source.lot is None:
            leaves: Expression = max(parcel.source.ready, variables.problem.now_min)
        else:
            leaves = leaves_after(variables, parcel.source, way=way, if_here=if_here)
        model.add(parcel.leaves == leaves).only_enforce_if(if_here)
        model.add(parcel.arrives == leaves + way.lead_min).only_enforce_if(if_here)
    model.add(parcel.arrives <= variables.shop.last_minute(parcel.order)).only_enforce_if(parcel.used)


def _parcel(variables: Variables, source: Source, *, order: Order, drop: Drop) -> Parcel:
    model, name = variables.model, f"{source.name} to {order.id}/{drop.id}"
    units = model.new_int_var(0, min(source.most, drop.quantity), f"parcel {name}")
    used = model.new_bool_var(f"sends {name}")
    model.add(units >= 1).only_enforce_if(used)
    model.add(units == 0).only_enforce_if(~used)
    last = variables.shop.last_minute(order)
    return Parcel(
        source=source,
        order=order,
        drop=drop,
        units=units,
        used=used,
        leaves=model.new_int_var(0, last, f"leaves {name}"),
        arrives=model.new_int_var(0, last, f"arrives {name}"),
    )
