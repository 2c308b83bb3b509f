"""Who may run which operation of an order, and why not: frozen reasons with codes for the screens.

A refusal is certain: no plan can let the machine run the operation. The absence of refusals promises
nothing: time may still run out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from matching.graph import items_in_order_of_making
from matching.problem import (
    ItemId,
    Machine,
    MachineId,
    Mode,
    Operation,
    OperationId,
    Order,
    Problem,
    Window,
)
from matching.rules import lot_minutes
from matching.ways import way_to_drop
from matching.working_time import WorkingTime


class Obstacle(StrEnum):
    """Why a machine may not, or cannot, run an operation of an order."""

    NO_MODE = "no-mode"
    ORDER_CERTIFICATE = "order-certificate"
    OPERATION_CERTIFICATE = "operation-certificate"
    BLOCKED = "blocked"
    REGION = "region"
    NO_WINDOW = "no-window"
    WINDOW_TOO_SHORT = "window-too-short"
    MIN_LOT = "min-lot"
    RESOURCE_ELSEWHERE = "resource-elsewhere"
    RESOURCE_TOO_SMALL = "resource-too-small"
    NO_MATERIAL = "no-material"
    NO_WAY = "no-way"

    @property
    def code(self) -> str:
        """The stable code of messages and translations."""
        return f"capability:{self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reason why `machine` cannot run an operation.

    `ids` are what is missing or in the way: certificates, the enterprise, the region, resources, materials.
    `needed` and `available` are minutes (windows) or units (resources); None where nothing is counted.
    """

    obstacle: Obstacle
    machine: MachineId
    ids: tuple[str, ...] = ()
    needed: int | None = None
    available: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationSurvey:
    """Who can run one operation of an order, in the order of the problem's machines.

    `refusals` are of machines that have a mode for the operation.
    """

    operation: OperationId
    able: tuple[MachineId, ...]
    refusals: tuple[Refusal, ...]


def may_run(problem: Problem, *, order: Order, operation: Operation, machine: Machine) -> bool:
    """Whether rule 1 allows it: mode, certificates, blocked enterprises, regions."""
    if (order.product, operation.id) not in machine.mode_by_operation:
        return False
    return next(_policy_refusals(problem, order, operation, machine), None) is None


def obstacles(
    problem: Problem, *, order: Order, operation: Operation, machine: Machine
) -> tuple[Obstacle, ...]:
    """Which parts of rule 1 speak against it; empty if none does."""
    found = tuple(each.obstacle for each in _policy_refusals(problem, order, operation, machine))
    if (order.product, operation.id) in machine.mode_by_operation:
        return found
    return (Obstacle.NO_MODE, *found)


def refusals(
    problem: Problem, *, order: Order, operation: Operation, machine: Machine
) -> tuple[Refusal, ...]:
    """All reasons why `machine` cannot run `operation` of `order`; empty if nothing speaks against it."""
    mode = machine.mode_by_operation.get((order.product, operation.id))
    policy = tuple(_policy_refusals(problem, order, operation, machine))
    if mode is None:
        return (Refusal(obstacle=Obstacle.NO_MODE, machine=machine.id), *policy)
    return (
        *policy,
        *_resource_refusals(problem, mode=mode, machine=machine),
        *_material_refusals(problem, operation=operation, machine=machine),
        *_way_refusals(problem, order=order, operation=operation, machine=machine),
        *_window_refusals(problem, order=order, operation=operation, machine=machine, mode=mode),
    )


def survey(problem: Problem, *, order: Order) -> tuple[OperationSurvey, ...]:
    """Who can run each operation of the order's product, and why the others with a mode cannot."""
    return tuple(
        _survey_operation(problem, order=order, operation=operation)
        for operation in problem.product_by_id[order.product].operations
    )


def _survey_operation(problem: Problem, *, order: Order, operation: Operation) -> OperationSurvey:
    able: list[MachineId] = []
    refused: list[Refusal] = []
    for machine in problem.machines:
        if (order.product, operation.id) not in machine.mode_by_operation:
            continue
        reasons = refusals(problem, order=order, operation=operation, machine=machine)
        refused.extend(reasons)
        if not reasons:
            able.append(machine.id)
    return OperationSurvey(operation=operation.id, able=tuple(able), refusals=tuple(refused))


def _policy_refusals(
    problem: Problem, order: Order, operation: Operation, machine: Machine
) -> Iterator[Refusal]:
    """Rule 1 but for the mode."""
    site = problem.site_by_id[machine.site]
    enterprise = problem.enterprise_by_id[site.enterprise]
    lacking = order.certificates - enterprise.certificates
    if lacking:
        yield Refusal(obstacle=Obstacle.ORDER_CERTIFICATE, machine=machine.id, ids=tuple(sorted(lacking)))
    if operation.certificates:
        held = machine.certificates | site.certificates | enterprise.certificates
        lacking = operation.certificates - held
        if lacking:
            yield Refusal(
                obstacle=Obstacle.OPERATION_CERTIFICATE, machine=machine.id, ids=tuple(sorted(lacking))
            )
    if enterprise.id in order.blocked_enterprises:
        yield Refusal(obstacle=Obstacle.BLOCKED, machine=machine.id, ids=(enterprise.id,))
    if order.regions and site.region not in order.regions:
        yield Refusal(obstacle=Obstacle.REGION, machine=machine.id, ids=(site.region,))


def _resource_refusals(problem: Problem, *, mode: Mode, machine: Machine) -> Iterator[Refusal]:
    """A resource with a site serves only machines there; nothing is used beyond its quantity (rule 2)."""
    for use in mode.uses:
        resource = problem.resource_by_id[use.resource]
        if resource.site not in (None, machine.site):
            yield Refusal(obstacle=Obstacle.RESOURCE_ELSEWHERE, machine=machine.id, ids=(resource.id,))
        if use.quantity > resource.quantity:
            yield Refusal(
                obstacle=Obstacle.RESOURCE_TOO_SMALL,
                machine=machine.id,
                ids=(resource.id,),
                needed=use.quantity,
                available=resource.quantity,
            )


def _material_refusals(problem: Problem, *, operation: Operation, machine: Machine) -> Iterator[Refusal]:
    """A material of which nothing is supplied and nothing in stock anywhere."""
    stocked = {stock.material for stock in problem.stock if stock.quantity > 0}
    for need in operation.needs:
        if need.material is None or need.num == 0 or need.material in stocked:
            continue
        supplies = problem.material_by_id[need.material].supplies
        if supplies is not None and not any(supply.quantity > 0 for supply in supplies):
            yield Refusal(obstacle=Obstacle.NO_MATERIAL, machine=machine.id, ids=(need.material,))


def _way_refusals(
    problem: Problem, *, order: Order, operation: Operation, machine: Machine
) -> Iterator[Refusal]:
    """The machine makes the product itself and `lanes_only` leaves its site no way out."""
    if not problem.transport.lanes_only:
        return
    if operation.makes != problem.product_by_id[order.product].final_item:
        return
    leads_out = any(lane.from_site == machine.site for lane in problem.transport.lanes)
    delivers = any(way_to_drop(problem, machine.site, order=order, drop=drop) for drop in order.drops)
    if not leads_out and not delivers:
        yield Refusal(obstacle=Obstacle.NO_WAY, machine=machine.id, ids=(machine.site,))


def _window_refusals(
    problem: Problem, *, order: Order, operation: Operation, machine: Machine, mode: Mode
) -> Iterator[Refusal]:
    """No window between release and the last permitted minute, or none that holds set-up and smallest run."""
    first = max(order.release_min, problem.now_min)
    last = problem.horizon_min if order.latest_min is None else min(order.latest_min, problem.horizon_min)
    usable = [window for window in machine.windows if min(window.end, last) > max(window.start, first)]
    if not usable:
        yield Refusal(obstacle=Obstacle.NO_WINDOW, machine=machine.id)
        return
    longest = _longest_working_minutes(machine, windows=usable, first=first, last=last)
    setup = _least_setup(problem, machine=machine, mode=mode)
    one_piece = lot_minutes(mode, machine=machine, good=1, setup_min=setup)
    least_run = _least_run(problem, order=order, operation=operation, mode=mode)
    whole_run = lot_minutes(mode, machine=machine, good=least_run, setup_min=setup)
    if one_piece > longest:
        yield Refusal(
            obstacle=Obstacle.WINDOW_TOO_SHORT, machine=machine.id, needed=one_piece, available=longest
        )
    elif whole_run > longest:
        yield Refusal(obstacle=Obstacle.MIN_LOT, machine=machine.id, needed=whole_run, available=longest)


def _longest_working_minutes(machine: Machine, *, windows: list[Window], first: int, last: int) -> int:
    clock = WorkingTime(machine)
    return max(clock.minutes_between(max(window.start, first), min(window.end, last)) for window in windows)


def _least_setup(problem: Problem, *, machine: Machine, mode: Mode) -> int:
    """The least set-up a first lot of the mode can have in a window, whatever ran there before (rule 3)."""
    others = [other for other in machine.modes if other is not mode and other.family == mode.family]
    inherits = bool(others) or any(lot.machine == machine.id for lot in problem.fixed_lots)
    changes = [change.min for change in machine.changeovers if change.to_family == mode.family]
    return min([mode.setup_min, *changes, *([0] if inherits else [])])


def _least_run(problem: Problem, *, order: Order, operation: Operation, mode: Mode) -> int:
    """The least good pieces of a run (rule 4): `min_lot`, or less where the order needs less."""
    return max(1, min(mode.min_lot, _least_needed(problem, order=order, item=operation.makes)))


def _least_needed(problem: Problem, *, order: Order, item: ItemId) -> int:
    """A lower bound on the units of `item` the order needs to be made; 1 where much is open.

    Pieces left undelivered, fixed lots and alternative processes can lower the need of the items before.
    """
    product = problem.product_by_id[order.product]
    needed = {product.final_item: order.quantity}
    open_ended = order.unmet_cents_per_1000_units is not None or any(
        lot.order == order.id for lot in problem.fixed_lots
    )
    if open_ended and item != product.final_item:
        return 1
    for made in reversed(items_in_order_of_making(product)):
        needed[made] = max(0, needed.get(made, 0) - _stocked(problem, order=order, item=made))
        if made == item:
            break
        makers = [operation for operation in product.operations if operation.makes == made]
        for used in {need.item for maker in makers for need in maker.needs if need.item is not None}:
            least = min(_units_per(maker, item=used, pieces=needed[made]) for maker in makers)
            needed[used] = needed.get(used, 0) + least
    return needed.get(item, 0)


def _units_per(operation: Operation, *, item: ItemId, pieces: int) -> int:
    """Units of `item` for `pieces` pieces without scrap, in one lot."""
    return sum(-(-pieces * need.num // need.den) for need in operation.needs if need.item == item)


def _stocked(problem: Problem, *, order: Order, item: ItemId) -> int:
    return sum(stock.quantity for stock in problem.stock if stock.order == order.id and stock.item == item)
