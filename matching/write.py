"""Writing a problem as the JSON object that `matching.parse` reads back as an equal one."""

from datetime import UTC

from matching.problem import (
    Destination,
    Drop,
    Enterprise,
    Lane,
    Lot,
    Machine,
    Material,
    Mode,
    Need,
    Operation,
    Order,
    Problem,
    Product,
    Resource,
    Site,
    Stock,
    Supply,
    Transport,
    Window,
)

PROBLEM_FORMAT = "planning-problem/1"
PLAN_FORMAT = "plan/1"

Written = dict[str, object]


def write_problem(problem: Problem) -> Written:
    """The problem as an object for `json.dumps`; sets are sorted, so that equal problems give equal text."""
    written: Written = {
        "format": PROBLEM_FORMAT,
        "name": problem.name,
        "epoch": problem.epoch.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "horizon_min": problem.horizon_min,
        "currency": problem.currency,
        "now_min": problem.now_min,
        "objective": problem.objective.value,
        "enterprises": [_enterprise(each) for each in problem.enterprises],
        "sites": [_site(each) for each in problem.sites],
        "materials": [_material(each) for each in problem.materials],
        "products": [_product(each) for each in problem.products],
        "classes": [
            {"id": each.id, "modes": [_mode(mode) for mode in each.modes]} for each in problem.classes
        ],
        "machines": [_machine(each) for each in problem.machines],
        "resources": [_resource(each) for each in problem.resources],
        "transport": _transport(problem.transport),
        "orders": [_order(each) for each in problem.orders],
        "stock": [_stock(each) for each in problem.stock],
        "fixed_lots": [write_lot(each) for each in problem.fixed_lots],
        "disruption_cents_per_lot": problem.disruption_cents_per_lot,
        "notes": problem.notes,
    }
    if problem.previous is not None:
        written["previous"] = {"format": PLAN_FORMAT, "lots": [write_lot(each) for each in problem.previous]}
    return written


def write_lot(lot: Lot) -> Written:
    return {
        "id": lot.id,
        "order": lot.order,
        "operation": lot.operation,
        "machine": lot.machine,
        "start_min": lot.start_min,
        "setup_min": lot.setup_min,
        "end_min": lot.end_min,
        "quantity": lot.quantity,
    }


def _enterprise(enterprise: Enterprise) -> Written:
    return {
        "id": enterprise.id,
        "certificates": sorted(enterprise.certificates),
        "fixed_cents": enterprise.fixed_cents,
        "fixed_cents_per_order": enterprise.fixed_cents_per_order,
    }


def _site(site: Site) -> Written:
    return {
        "id": site.id,
        "enterprise": site.enterprise,
        "lat": site.lat,
        "lon": site.lon,
        "region": site.region,
        "certificates": sorted(site.certificates),
    }


def _material(material: Material) -> Written:
    written: Written = {"id": material.id, "weight_g": material.weight_g}
    if material.supplies is not None:
        written["supplies"] = [_supply(each) for each in material.supplies]
    return written


def _supply(supply: Supply) -> Written:
    return {
        "site": supply.site,
        "from_min": supply.from_min,
        "quantity": supply.quantity,
        "cents_per_1000_units": supply.cents_per_1000_units,
    }


def _product(product: Product) -> Written:
    return {"id": product.id, "operations": [_operation(each) for each in product.operations]}


def _operation(operation: Operation) -> Written:
    return {
        "id": operation.id,
        "makes": operation.makes,
        "needs": [_need(each) for each in operation.needs],
        "certificates": sorted(operation.certificates),
        "weight_g": operation.weight_g,
    }


def _need(need: Need) -> Written:
    of = {"item": need.item} if need.item is not None else {"material": need.material}
    return {**of, "num": need.num, "den": need.den}


def _mode(mode: Mode) -> Written:
    return {
        "product": mode.product,
        "operation": mode.operation,
        "run_min": mode.run_min,
        "run_units": mode.run_units,
        "setup_min": mode.setup_min,
        "min_lot": mode.min_lot,
        "cents_per_h": mode.cents_per_h,
        "good_per_1000": mode.good_per_1000,
        "batch": mode.batch,
        "hold_min": mode.hold_min,
        "family": mode.family,
        "uses": [{"resource": use.resource, "quantity": use.quantity} for use in mode.uses],
    }


def _machine(machine: Machine) -> Written:
    written: Written = {
        "id": machine.id,
        "site": machine.site,
        "certificates": sorted(machine.certificates),
        "windows": [_window(each) for each in machine.windows],
        "breaks": [[each.start, each.end] for each in machine.breaks],
        "changeovers": [
            {"from": each.from_family, "to": each.to_family, "min": each.min} for each in machine.changeovers
        ],
    }
    if machine.class_id is None:
        written["modes"] = [_mode(each) for each in machine.modes]
    else:
        written.update({"class": machine.class_id, "speed_pct": machine.speed_pct})
    return written


def _window(window: Window) -> list[int]:
    return [window.start, window.end, *([window.price_pct] if window.price_pct != 100 else [])]


def _resource(resource: Resource) -> Written:
    written: Written = {"id": resource.id, "quantity": resource.quantity, "site": resource.site}
    if resource.windows is not None:
        written["windows"] = [_window(each) for each in resource.windows]
    return written


def _transport(transport: Transport) -> Written:
    written: Written = {
        "km_per_h": transport.km_per_h,
        "handling_min": transport.handling_min,
        "detour_pct": transport.detour_pct,
        "cents_per_1000_unit_km": transport.cents_per_1000_unit_km,
        "cents_per_tonne_km": transport.cents_per_tonne_km,
        "cents_per_trip": transport.cents_per_trip,
        "departs_every_min": transport.departs_every_min,
        "departs_at_min": transport.departs_at_min,
        "lanes": [_lane(each) for each in transport.lanes],
        "lanes_only": transport.lanes_only,
    }
    if transport.trip_units is not None:
        written["trip_units"] = transport.trip_units
    return written


def _lane(lane: Lane) -> Written:
    own = {
        "cents_per_trip": lane.cents_per_trip,
        "trip_units": lane.trip_units,
        "departs_every_min": lane.departs_every_min,
        "departs_at_min": lane.departs_at_min,
    }
    return {
        "from": lane.from_site,
        "to": lane.to,
        "lead_min": lane.lead_min,
        "cents_per_1000_units": lane.cents_per_1000_units,
        **{name: value for name, value in own.items() if value is not None},
    }


def _order(order: Order) -> Written:
    return {
        "id": order.id,
        "product": order.product,
        "quantity": order.quantity,
        "release_min": order.release_min,
        "due_min": order.due_min,
        "latest_min": order.latest_min,
        "destination": _destination(order.destination),
        "drops": [_drop(each) for each in order.drops if each.id is not None],
        "rating": order.rating.value,
        "tardiness_cents_per_1000_unit_day": order.tardiness_cents_per_1000_unit_day,
        "unmet_cents_per_1000_units": order.unmet_cents_per_1000_units,
        "certificates": sorted(order.certificates),
        "max_enterprises": order.max_enterprises,
        "blocked_enterprises": sorted(order.blocked_enterprises),
        "regions": sorted(order.regions),
    }


def _drop(drop: Drop) -> Written:
    return {
        "id": drop.id,
        "destination": _destination(drop.destination),
        "quantity": drop.quantity,
        "due_min": drop.due_min,
    }


def _destination(destination: Destination) -> Written:
    if destination.site is not None:
        return {"site": destination.site}
    return {"lat": destination.lat, "lon": destination.lon}


def _stock(stock: Stock) -> Written:
    of = (
        {"material": stock.material}
        if stock.material is not None
        else {"order": stock.order, "item": stock.item}
    )
    return {**of, "site": stock.site, "from_min": stock.from_min, "quantity": stock.quantity}
