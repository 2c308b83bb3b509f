"""For each operation of an order: how many listed machines can do it, and why the others cannot."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.capacity.models import Equipment
from marketplace.orders.models import Operation, Order
from marketplace.planning.fit import Misfit, fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """`misfits` counts machines of the right process by each reason they lack."""

    operation: Operation
    num_machines: int
    num_enterprises: int
    misfits: tuple[tuple[Misfit, int], ...]


def coverage_of(*, order: Order, equipment: Iterable[Equipment]) -> list[Coverage]:
    machines = list(equipment)
    return [
        _of_operation(operation, order=order, machines=machines)
        for operation in order.product.operations.all()
    ]


def _of_operation(operation: Operation, *, order: Order, machines: list[Equipment]) -> Coverage:
    able, lacks = [], Counter[Misfit]()
    for machine in machines:
        misfits = fit(equipment=machine, operation=operation, product=order.product).misfits
        if not misfits:
            able.append(machine)
        elif Misfit.PROCESS not in misfits:
            lacks.update(misfits)
    return Coverage(
        operation=operation,
        num_machines=len(able),
        num_enterprises=len({machine.enterprise_id for machine in able}),
        misfits=tuple(sorted(lacks.items())),
    )
