"""Where goods come from and when they can be there: stock is never negative, ways take time (rules 5, 10)."""

from collections.abc import Iterator

from ortools.sat.python import cp_model

from matching.problem import SiteId
from matching.ways import Way
from scheduling.cpsat.variables import Expression, Flow, Literal, LotVars, Sink, Source, Variables
from scheduling.dispatch.shop import Good, Station


def add_goods(variables: Variables) -> None:
    """Sources, sinks and the flows between them, with all that holds for them."""
    _add_lot_sources_and_sinks(variables)
    _add_stock(variables)
    _add_supplies(variables)
    _add_fixed_lots(variables)
    for good, sinks in variables.sinks.items():
        for sink in sinks:
            for source in variables.sources[good]:
                if source.lot is None or source.lot is not sink.lot:
                    variables.flows.append(_flow(variables, source, sink))
    for flow in variables.flows:
        arrive_in_time(variables, flow)
    feed_sinks(variables)
    for good in variables.sources:
        if good[0] is None or good[1] != variables.shop.final_item(variables.problem.order_by_id[good[0]]):
            empty_no_source(variables, good)


def feed_sinks(variables: Variables) -> None:
    """Σ flows into a sink = what it consumes."""
    coming: dict[str, list[cp_model.IntVar]] = {}
    for flow in variables.flows:
        coming.setdefault(flow.sink.name, []).append(flow.units)
    for sinks in variables.sinks.values():
        for sink in sinks:
            variables.model.add(sum(coming.get(sink.name, [])) == sink.units)


def empty_no_source(variables: Variables, good: Good) -> None:
    """Σ flows out of a source ≤ what it has. (Of the product itself: parcels, see drops.)"""
    for source in variables.sources[good]:
        going = [flow.units for flow in variables.flows if flow.source is source]
        if going:
            variables.model.add(sum(going) <= source.units)


def arrive_in_time(variables: Variables, flow: Flow) -> None:
    """used ⇒ ready ≤ departure and departure + lead ≤ the minute of consumption, by sites.

    Departures are on the grid of the way and not before now; within a site there is neither grid nor lead.
    A way that does not exist is not used.
    """
    model = variables.model
    for start, at_start in sites_of_source(flow.source):
        for end, at_end in sites_of_sink(flow.sink):
            way = variables.shop.roads.between(start, end)
            if_here = [flow.used, *at_start, *at_end]
            if way is None:
                model.add_bool_or([~literal for literal in if_here])
                continue
            leaves = leaves_after(variables, flow.source, way=way, if_here=if_here)
            model.add(leaves + way.lead_min <= _by(flow.sink)).only_enforce_if(if_here)


def leaves_after(variables: Variables, source: Source, *, way: Way, if_here: list[Literal]) -> Expression:
    """A departure of `way` at which the source's goods are ready."""
    model, now = variables.model, variables.problem.now_min
    if way.within_site:
        return ready_of(source)
    if source.lot is None:
        return way.next_departure(max(source.ready, now))
    if way.departs_every_min == 1:
        if now > 0:
            leaves = model.new_int_var(now, 2 * variables.problem.horizon_min, "leaves")
            model.add(leaves >= source.lot.ready).only_enforce_if(if_here)
            return leaves
        return source.lot.ready
    last = 2 * variables.problem.horizon_min // way.departs_every_min + 1
    number = model.new_int_var(0, last, "departure")
    first = way.next_departure(now)
    model.add(first + way.departs_every_min * number >= source.lot.ready).only_enforce_if(if_here)
    return first + way.departs_every_min * number


def sites_of_source(source: Source) -> Iterator[tuple[SiteId, list[Literal]]]:
    """Sites a source may be at, each with what must be true for it (nothing if there is no other)."""
    return _sites(source.lot, source.site)


def sites_of_sink(sink: Sink) -> Iterator[tuple[SiteId, list[Literal]]]:
    return _sites(sink.lot, sink.site)


def _sites(lot: LotVars | None, site: SiteId | None) -> Iterator[tuple[SiteId, list[Literal]]]:
    if lot is None:
        assert site is not None
        yield site, []
        return
    for where, literal in lot.sites.items():
        yield where, [literal] if len(lot.sites) > 1 else []


def ready_of(source: Source) -> Expression:
    return source.ready if source.lot is None else source.lot.ready


def _by(sink: Sink) -> Expression:
    return sink.by if sink.lot is None else sink.lot.consumes_at


def _flow(variables: Variables, source: Source, sink: Sink) -> Flow:
    model, name = variables.model, f"{source.name} to {sink.name}"
    units = model.new_int_var(0, min(source.most, sink.most), f"flow {name}")
    used = model.new_bool_var(f"flows {name}")
    model.add(units >= 1).only_enforce_if(used)
    model.add(units == 0).only_enforce_if(~used)
    return Flow(source, sink, units, used)


def _add_lot_sources_and_sinks(variables: Variables) -> None:
    for lot in variables.lots:
        order, item = lot.slot.order, lot.slot.item
        good: Good = (order.id, item)
        variables.sources[good].append(
            Source(name=lot.slot.name, good=good, units=lot.quantity, most=lot.slot.most, lot=lot)
        )
        for wanted in dict.fromkeys(key for choice in lot.choices for key, _ in choice.option.station.needs):
            variables.sinks[wanted].append(_sink(variables, lot, wanted))


def _sink(variables: Variables, lot: LotVars, good: Good) -> Sink:
    """What a lot consumes of a good: Σ over its needs of ceil(started·num/den), by the operation it runs."""
    model = variables.model
    most = max(choice.option.station.wants(good=lot.slot.most).get(good, 0) for choice in lot.choices)
    units = model.new_int_var(0, most, f"consumes {good} {lot.slot.name}")
    model.add(units == 0).only_enforce_if(~lot.exists)
    by_operation: dict[str, list[Literal]] = {}
    stations: dict[str, Station] = {}
    for choice in lot.choices:
        operation: str = choice.option.station.operation.id
        by_operation.setdefault(operation, []).append(choice.takes)
        stations[operation] = choice.option.station
    for operation, taking in by_operation.items():
        runs = lot.exists
        if len(by_operation) > 1:
            runs = model.new_bool_var(f"runs {operation} {lot.slot.name}")
            model.add(sum(taking) == runs)
        parts: list[Expression] = []
        for key, need in stations[operation].needs:
            if key == good:
                parts.append(consume(variables, lot, num=need.num, den=need.den, if_runs=runs))
        model.add(units == sum(parts)).only_enforce_if(runs)
    return Sink(name=f"{good} {lot.slot.name}", good=good, units=units, most=most, lot=lot)


def consume(variables: Variables, lot: LotVars, *, num: int, den: int, if_runs: Literal) -> Expression:
    """units = ceil(started·num/den), so num·started ≤ den·units < num·started + den."""
    if den == 1:
        return num * lot.started
    model = variables.model
    most = -(-lot.most_started * num // den)
    units = model.new_int_var(0, most, f"units {lot.slot.name}")
    model.add(den * units >= num * lot.started).only_enforce_if(if_runs)
    model.add(den * units <= num * lot.started + den - 1).only_enforce_if(if_runs)
    return units


def _add_stock(variables: Variables) -> None:
    orders = {order.id for order in variables.orders}
    for at, stock in enumerate(variables.problem.stock):
        name = stock.item if stock.material is None else stock.material
        assert name is not None
        good: Good = (stock.order, name)
        if (
            stock.quantity
            and (stock.order is None or stock.order in orders)
            and variables.shop.is_limited(good)
        ):
            source = Source(
                name=f"stock {at}",
                good=good,
                units=stock.quantity,
                most=stock.quantity,
                site=stock.site,
                ready=stock.from_min,
            )
            variables.sources[good].append(source)


def _add_supplies(variables: Variables) -> None:
    for material in variables.problem.materials:
        for at, supply in enumerate(material.supplies or ()):
            if supply.quantity:
                good: Good = (None, material.id)
                source = Source(
                    name=f"supply {material.id} {at}",
                    good=good,
                    units=supply.quantity,
                    most=supply.quantity,
                    site=supply.site,
                    ready=supply.from_min,
                    cents_per_1000_units=supply.cents_per_1000_units,
                )
                variables.sources[good].append(source)


def _add_fixed_lots(variables: Variables) -> None:
    """Fixed lots of planned orders give and take; of the others they only take materials."""
    planned = {order.id for order in variables.orders}
    problem = variables.problem
    for lot in problem.fixed_lots:
        machine, order = problem.machine_by_id[lot.machine], problem.order_by_id[lot.order]
        operation = problem.product_by_id[order.product].operation_by_id[lot.operation]
        mode = machine.mode_by_operation.get((order.product, lot.operation))
        good: Good = (order.id, operation.makes)
        if order.id in planned and lot.quantity:
            ready = lot.end_min + (0 if mode is None else mode.hold_min)
            source = Source(
                name=f"fixed {lot.id}",
                good=good,
                units=lot.quantity,
                most=lot.quantity,
                site=machine.site,
                ready=ready,
            )
            variables.sources[good].append(source)
        for number, (wanted, units) in enumerate(variables.shop.wants_of_fixed(lot)):
            if wanted[0] is None or order.id in planned:
                sink = Sink(
                    name=f"fixed {lot.id} {number}",
                    good=wanted,
                    units=units,
                    most=units,
                    site=machine.site,
                    by=lot.start_min + lot.setup_min,
                )
                variables.sinks[wanted].append(sink)
