"""Opening a case: looking up everything that a plan's lots and goods name."""

from matching.problem import Drop, Lot, Order, Problem
from scheduling.check.calendar import window_around
from scheduling.check.case import Case, DeliveryInCase, LotInCase, TransferInCase
from scheduling.check.roads import road_between, road_to_drop
from scheduling.check.violation import Violation
from scheduling.plan import Delivery, Plan, Transfer


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
