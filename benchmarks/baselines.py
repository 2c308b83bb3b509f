"""What planning without a planner yields: plans are compared with these, on the same problem.

**award(4)**: the four biggest enterprises of each stage share it. **greedy**: every machine takes part, but
stage after stage: a stage begins at a site when everything the stage before made has arrived there.
"""

from collections.abc import Sequence

from matching.capability import may_run
from matching.graph import items_in_order_of_making
from matching.problem import ItemId, Machine, Mode, Operation, Order, Problem, SiteId
from matching.rules import most_good_pieces, started_pieces
from matching.ways import way_between, way_to_drop
from matching.working_time import WorkingTime
from scheduling.award import award_finish

NUM_FIRMS = 4


def award(problem: Problem) -> int | None:
    """Finish of award(4) in minutes; None where it does not end within the horizon."""
    return award_finish(problem, num_firms=NUM_FIRMS)


def greedy(problem: Problem) -> int | None:
    """Finish, in minutes, of the problem's one order, on the machines that end each stage earliest.

    Each item is made by one operation only. None where a stage does not end within the horizon.
    """
    (order,) = problem.orders
    product = problem.product_by_id[order.product]
    by_item = {operation.makes: operation for operation in product.operations}
    stages = [by_item[item] for item in items_in_order_of_making(product)]
    wanted = _wanted(stages, order=order)
    ends: dict[ItemId, dict[SiteId, int]] = {}  # when each site has made its part of an item
    for stage in stages:
        found = _stage_ends(problem, order=order, stage=stage, quantity=wanted[stage.makes], ends=ends)
        if found is None:
            return None
        ends[stage.makes] = found
    return _last_arrival(problem, order=order, ends=ends[product.final_item])


def _wanted(stages: Sequence[Operation], *, order: Order) -> dict[ItemId, int]:
    """Pieces of each item, without scrap."""
    wanted = dict.fromkeys((stage.makes for stage in stages), 0)
    wanted[stages[-1].makes] = order.quantity
    for stage in reversed(stages):
        for need in stage.needs:
            if need.item is not None:
                wanted[need.item] += -(-wanted[stage.makes] * need.num // need.den)
    return wanted


def _stage_ends(
    problem: Problem,
    *,
    order: Order,
    stage: Operation,
    quantity: int,
    ends: dict[ItemId, dict[SiteId, int]],
) -> dict[SiteId, int] | None:
    """The common earliest end of all machines able to run the stage, by site that takes part (bisection)."""
    able = [m for m in problem.machines if may_run(problem, order=order, operation=stage, machine=m)]
    ready = {
        machine.site: _ready(problem, order=order, stage=stage, site=machine.site, ends=ends)
        for machine in able
    }

    def made(machine: Machine, until: int) -> int:
        since = ready[machine.site]
        mode = machine.mode_by_operation[order.product, stage.id]
        return 0 if since is None else _made(machine, mode=mode, since=since, until=until)

    low, high = 0, problem.horizon_min
    if sum(made(machine, high) for machine in able) < quantity:
        return None
    while low < high:
        middle = (low + high) // 2
        if sum(made(machine, middle) for machine in able) >= quantity:
            high = middle
        else:
            low = middle + 1
    return {machine.site: low for machine in able if made(machine, low) > 0}


def _ready(
    problem: Problem, *, order: Order, stage: Operation, site: SiteId, ends: dict[ItemId, dict[SiteId, int]]
) -> int | None:
    """When all that the stages before made can be at the site; None where some of it cannot come."""
    latest = max(problem.now_min, order.release_min)
    for need in stage.needs:
        for source, end in ends[need.item].items() if need.item is not None else ():
            way = way_between(problem, source, site)
            if way is None:
                return None
            latest = max(latest, way.next_departure(end) + way.lead_min)
    return latest


def _made(machine: Machine, *, mode: Mode, since: int, until: int) -> int:
    """Good pieces in the windows between two minutes, a set-up in each; windows below the minimum lot are left."""
    time, total = WorkingTime(machine), 0
    for window in time.windows_from(since):
        start, end = max(window.start, since), min(window.end, until - mode.hold_min)
        if start >= end:
            continue
        minutes = time.minutes_between(start, end) - mode.setup_min
        pieces = most_good_pieces(mode, machine=machine, minutes=minutes, at_most=2**40)
        if pieces >= mode.min_lot and started_pieces(mode, good=pieces) > 0:
            total += pieces
    return total


def _last_arrival(problem: Problem, *, order: Order, ends: dict[SiteId, int]) -> int | None:
    arrivals = []
    for site, end in ends.items():
        for drop in order.drops:
            way = way_to_drop(problem, site, order=order, drop=drop)
            if way is None:
                return None
            arrivals.append(way.next_departure(end) + way.lead_min)
    return max(arrivals)
