"""What must hold between the parts of a problem: references, graphs, sums and totals."""

from collections.abc import Container, Iterable

from matching.fields import RESERVED_PREFIX, TOTAL_LIMIT, refuse_repeats
from matching.graph import items_in_order_of_making
from matching.problem import Destination, ItemId, Lot, Mode, Order, Problem, Product
from matching.strict_json import Refusal


def refuse_contradictions(problem: Problem) -> None:
    """Raise `Refusal` for the first unknown id, cycle, wrong sum or total that leaves exact arithmetic."""
    _check_places(problem)
    for at, product in enumerate(problem.products):
        _check_product(product, problem=problem, path=f"products[{at}]")
    _check_machines(problem)
    for at, order in enumerate(problem.orders):
        _check_order(order, problem=problem, path=f"orders[{at}]")
    _check_lanes(problem)
    _check_stock(problem)
    for at, lot in enumerate(problem.fixed_lots):
        _check_fixed_lot(lot, problem=problem, path=f"fixed_lots[{at}]")
    _check_totals(problem)


def _refuse_unknown(value: object, *, among: Container[object], path: str, what: str) -> None:
    if value not in among:
        raise Refusal(code="unknown-id", path=path, value=value, rule=f"no such {what}")


def _check_places(problem: Problem) -> None:
    for at, site in enumerate(problem.sites):
        _refuse_unknown(
            site.enterprise, among=problem.enterprise_by_id, path=f"sites[{at}].enterprise", what="enterprise"
        )
    for at, material in enumerate(problem.materials):
        for number, supply in enumerate(material.supplies or ()):
            path = f"materials[{at}].supplies[{number}].site"
            _refuse_unknown(supply.site, among=problem.site_by_id, path=path, what="site")
    for at, resource in enumerate(problem.resources):
        if resource.site is not None:
            _refuse_unknown(
                resource.site, among=problem.site_by_id, path=f"resources[{at}].site", what="site"
            )


def _check_product(product: Product, *, problem: Problem, path: str) -> None:
    made = {operation.makes for operation in product.operations}
    for at, operation in enumerate(product.operations):
        for number, need in enumerate(operation.needs):
            where = f"{path}.operations[{at}].needs[{number}]"
            if need.item is not None:
                _refuse_unknown(need.item, among=made, path=f"{where}.item", what="item of this product")
            else:
                _refuse_unknown(
                    need.material, among=problem.material_by_id, path=f"{where}.material", what="material"
                )
    _check_weights(product, path=path)
    _check_final_item(product, path=path)
    if len(items_in_order_of_making(product)) < len(made):
        raise Refusal(
            code="cycle", path=f"{path}.operations", rule="an item may not need itself, however remotely"
        )


def _check_weights(product: Product, *, path: str) -> None:
    weight_by_item: dict[ItemId, int] = {}
    for at, operation in enumerate(product.operations):
        if weight_by_item.setdefault(operation.makes, operation.weight_g) != operation.weight_g:
            raise Refusal(
                code="two-weights",
                path=f"{path}.operations[{at}].weight_g",
                value=operation.weight_g,
                rule="operations that make the same item give it the same weight",
            )


def _check_final_item(product: Product, *, path: str) -> None:
    needed = {need.item for operation in product.operations for need in operation.needs}
    final = sorted({operation.makes for operation in product.operations} - needed)
    if len(final) != 1:
        cyclic = product.operations and not final
        raise Refusal(
            code="cycle" if cyclic else "final-item",
            path=f"{path}.operations",
            value=final,
            rule="exactly one item is needed by no operation: the product",
        )


def _check_machines(problem: Problem) -> None:
    known = {(product.id, operation.id) for product in problem.products for operation in product.operations}
    for at, each in enumerate(problem.classes):
        _check_modes(each.modes, known=known, problem=problem, path=f"classes[{at}]")
    for at, machine in enumerate(problem.machines):
        if machine.site not in problem.site_by_id:
            _refuse_unknown(machine.site, among=(), path=f"machines[{at}].site", what="site")
        if machine.class_id is None:
            _check_modes(machine.modes, known=known, problem=problem, path=f"machines[{at}]")


def _check_modes(
    modes: Iterable[Mode], *, known: Container[tuple[str, str]], problem: Problem, path: str
) -> None:
    for at, mode in enumerate(modes):
        if (mode.product, mode.operation) not in known:
            where = f"{path}.modes[{at}]"
            _refuse_unknown(
                mode.product, among=problem.product_by_id, path=f"{where}.product", what="product"
            )
            _refuse_unknown(
                mode.operation, among=(), path=f"{where}.operation", what="operation of this product"
            )
        for number, use in enumerate(mode.uses):
            where = f"{path}.modes[{at}].uses[{number}].resource"
            _refuse_unknown(use.resource, among=problem.resource_by_id, path=where, what="resource")


def _check_order(order: Order, *, problem: Problem, path: str) -> None:
    _refuse_unknown(order.product, among=problem.product_by_id, path=f"{path}.product", what="product")
    _check_destination(order.destination, problem=problem, path=path)
    for enterprise in sorted(order.blocked_enterprises):
        _refuse_unknown(
            enterprise, among=problem.enterprise_by_id, path=f"{path}.blocked_enterprises", what="enterprise"
        )
    refuse_repeats((drop.id for drop in order.drops), path=f"{path}.drops", field="id")
    for at, drop in enumerate(order.drops):
        _check_destination(drop.destination, problem=problem, path=f"{path}.drops[{at}]")
    total = sum(drop.quantity for drop in order.drops)
    if total != order.quantity:
        raise Refusal(
            code="drops-sum",
            path=f"{path}.drops",
            value=total,
            rule=f"sum to the order's quantity {order.quantity}",
        )


def _check_destination(destination: Destination, *, problem: Problem, path: str) -> None:
    if destination.site is not None:
        _refuse_unknown(
            destination.site, among=problem.site_by_id, path=f"{path}.destination.site", what="site"
        )


def _check_lanes(problem: Problem) -> None:
    lanes = problem.transport.lanes
    if not lanes:
        return
    ends: set[str] = {site.id for site in problem.sites}
    for order in problem.orders:
        ends.add(f"{RESERVED_PREFIX}{order.id}")
        ends.update(f"{RESERVED_PREFIX}{order.id}/{drop.id}" for drop in order.drops if drop.id is not None)
    for at, lane in enumerate(lanes):
        path = f"transport.lanes[{at}]"
        _refuse_unknown(lane.from_site, among=problem.site_by_id, path=f"{path}.from", what="site")
        _refuse_unknown(lane.to, among=ends, path=f"{path}.to", what="site, order or drop")
    refuse_repeats(((lane.from_site, lane.to) for lane in lanes), path="transport.lanes", what="pair")


def _check_stock(problem: Problem) -> None:
    for at, stock in enumerate(problem.stock):
        path = f"stock[{at}]"
        _refuse_unknown(stock.site, among=problem.site_by_id, path=f"{path}.site", what="site")
        if stock.order is None:
            _refuse_unknown(
                stock.material, among=problem.material_by_id, path=f"{path}.material", what="material"
            )
            continue
        _refuse_unknown(stock.order, among=problem.order_by_id, path=f"{path}.order", what="order")
        product = problem.product_by_id[problem.order_by_id[stock.order].product]
        made = {operation.makes for operation in product.operations}
        _refuse_unknown(stock.item, among=made, path=f"{path}.item", what="item of the order's product")


def _check_fixed_lot(lot: Lot, *, problem: Problem, path: str) -> None:
    _refuse_unknown(lot.order, among=problem.order_by_id, path=f"{path}.order", what="order")
    _refuse_unknown(lot.machine, among=problem.machine_by_id, path=f"{path}.machine", what="machine")
    product = problem.product_by_id[problem.order_by_id[lot.order].product]
    _refuse_unknown(
        lot.operation,
        among=product.operation_by_id,
        path=f"{path}.operation",
        what="operation of the order's product",
    )


def _check_totals(problem: Problem) -> None:
    _refuse_huge(sum(order.quantity for order in problem.orders), path="orders", what="pieces of all orders")
    _refuse_huge(sum(stock.quantity for stock in problem.stock), path="stock", what="units in stock")
    _refuse_huge(
        sum(lot.quantity for lot in problem.fixed_lots), path="fixed_lots", what="pieces of fixed lots"
    )
    for at, material in enumerate(problem.materials):
        supplied = sum(supply.quantity for supply in material.supplies or ())
        _refuse_huge(supplied, path=f"materials[{at}].supplies", what="units supplied")
    for at, order in enumerate(problem.orders):
        product = problem.product_by_id[order.product]
        _refuse_huge(
            _most_needed(product, quantity=order.quantity), path=f"orders[{at}].quantity", what="units needed"
        )
    unmet = sum(order.quantity * (order.unmet_cents_per_1000_units or 0) for order in problem.orders)
    _refuse_huge(unmet // 1000, path="orders", what="cents for unmet pieces")


def _refuse_huge(total: int, *, path: str, what: str) -> None:
    if total >= TOTAL_LIMIT:
        raise Refusal(code="total", path=path, value=total, rule=f"total of {what} must be below 2^53")


def _most_needed(product: Product, *, quantity: int) -> int:
    """The most units of any one item or material that `quantity` pieces without scrap can need (rounded up)."""
    needed: dict[str, int] = {product.final_item: quantity}
    most = quantity
    for item in reversed(items_in_order_of_making(product)):
        for operation in product.operations:
            if operation.makes != item:
                continue
            for need in operation.needs:
                units = -(-needed.get(item, 0) * need.num // need.den)
                most = max(most, units)
                if need.item is not None:
                    needed[need.item] = needed.get(need.item, 0) + units
    return most
