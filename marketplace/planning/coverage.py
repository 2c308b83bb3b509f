"""For each operation of an order: how many listed machines can do it, and why the others cannot."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.capacity.models import Equipment
from marketplace.orders.models import Operation, Order
from marketplace.planning.fit import Misfit, fit

REASONS = {
    Misfit.PROCESS: _("the process"),
    Misfit.MATERIAL: _("the material"),
    Misfit.SIZE: _("the size"),
    Misfit.TOLERANCE: _("the tolerance"),
    Misfit.CERTIFICATE: _("a certificate"),
    Misfit.RATE: _("a rate for it"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """`misfits` counts machines of the right process by each reason they lack."""

    operation: Operation
    num_machines: int
    num_enterprises: int
    misfits: tuple[tuple[Misfit, int], ...]

    @property
    def reasons(self) -> list[tuple[str | Promise, int]]:
        """What machines of the right process lack, in words, with how many lack it."""
        return [(REASONS[misfit], count) for misfit, count in self.misfits]


def coverage_of(*, order: Order, equipment: Iterable[Equipment]) -> list[Coverage]:
    machines = list(equipment)
    return [
        _of_operation(operation, order=order, machines=machines)
        for operation in order.product.operations.all()
    ]


def _of_operation(operation: Operation, *, order: Order, machines: list[Equipment]) -> Coverage:
    able, lacks = [], Counter[Misfit]()
    for machine in machines:
        misfits = fit(
            equipment=machine, operation=operation, product=order.product, currency=order.currency
        ).misfits
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
