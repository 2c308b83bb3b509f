"""The naive award: what a buyer does without a planner, to compare a joint plan with.

For each stage the four enterprises with the most capacity share the quantity in proportion; a stage begins at a
site when all its input has arrived there; work fills windows in time order; whole stages are handed over.
"""

from collections import defaultdict
from dataclasses import dataclass

from matching.capability import may_run
from matching.problem import ItemId, Machine, Mode, Operation, Order, Problem, SiteId
from matching.rules import most_good_pieces
from matching.ways import way_between, way_to_drop
from matching.working_time import WorkingTime

NUM_FIRMS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """What a site makes in one stage: good pieces, on these machines."""

    site: SiteId
    quantity: int
    machines: tuple[Machine, ...]


def award_finish(problem: Problem, *, num_firms: int = NUM_FIRMS) -> int | None:
    """The minute of the last arrival under the naive award.

    None where it does not end within the horizon, or does not apply: more than one order, an item made by two
    operations, or no way between two of the sites.
    """
    if len(problem.orders) != 1:
        return None
    order = problem.orders[0]
    stages = _in_order(problem.product_by_id[order.product].operations)
    if len({stage.makes for stage in stages}) != len(stages):
        return None
    wanted = _wanted(stages, order=order)
    ready: dict[ItemId, dict[SiteId, int]] = {}
    for stage in stages:
        shares = _shares(problem, order, stage, quantity=wanted[stage.makes], num_firms=num_firms)
        ends = {}
        for share in shares:
            begins = _inputs_there(problem, stage, share.site, ready=ready, order=order)
            end = None if begins is None else _end(problem, stage, share, order=order, begins=begins)
            if end is None:
                return None
            ends[share.site] = end
        ready[stage.makes] = ends
    return _last_arrival(problem, order, ready[stages[-1].makes])


def _in_order(operations: tuple[Operation, ...]) -> list[Operation]:
    """Every operation after those whose items it needs."""
    done: set[ItemId] = set()
    left, ordered = list(operations), []
    while left:
        now = [o for o in left if all(need.item is None or need.item in done for need in o.needs)]
        ordered += now
        done |= {operation.makes for operation in now}
        left = [operation for operation in left if operation not in now]
    return ordered


def _wanted(stages: list[Operation], *, order: Order) -> dict[ItemId, int]:
    """Good pieces of each item, without scrap: what the later stages consume."""
    wanted: dict[ItemId, int] = defaultdict(int)
    wanted[stages[-1].makes] = order.quantity
    for stage in reversed(stages):
        for need in stage.needs:
            if need.item is not None:
                wanted[need.item] += -(-wanted[stage.makes] * need.num // need.den)
    return wanted


def _shares(
    problem: Problem, order: Order, stage: Operation, *, quantity: int, num_firms: int
) -> list[_Share]:
    """The strongest enterprises' sites with their parts of the quantity, in proportion to capacity."""
    by_site: dict[SiteId, list[Machine]] = defaultdict(list)
    for machine in problem.machines:
        if may_run(problem, order=order, operation=stage, machine=machine):
            by_site[machine.site].append(machine)
    strength = {
        site: sum(
            _pieces(m, _mode(m, stage, order), since=problem.now_min, until=problem.horizon_min) for m in own
        )
        for site, own in by_site.items()
    }
    of_firm: dict[str, int] = defaultdict(int)
    for site, pieces in strength.items():
        of_firm[problem.site_by_id[site].enterprise] += pieces
    firms = sorted(of_firm, key=lambda firm: (-of_firm[firm], firm))[:num_firms]
    chosen = {s: n for s, n in strength.items() if problem.site_by_id[s].enterprise in firms and n}
    total, left, shares = sum(chosen.values()), quantity, []
    for number, (site, pieces) in enumerate(chosen.items(), start=1):
        part = left if number == len(chosen) else quantity * pieces // total
        shares.append(_Share(site=site, quantity=part, machines=tuple(by_site[site])))
        left -= part
    return shares


def _inputs_there(
    problem: Problem, stage: Operation, site: SiteId, *, ready: dict[ItemId, dict[SiteId, int]], order: Order
) -> int | None:
    """When all input of the stage has arrived at the site; None where no way leads there."""
    latest = max(problem.now_min, order.release_min)
    for need in stage.needs:
        for source, end in ready.get(need.item, {}).items() if need.item is not None else ():
            way = way_between(problem, source, site)
            if way is None:
                return None
            latest = max(latest, way.next_departure(end) + way.lead_min)
    return latest


def _end(problem: Problem, stage: Operation, share: _Share, *, order: Order, begins: int) -> int | None:
    """The earliest minute by which the site's machines have made its share together (bisection)."""

    def made_by(until: int) -> int:
        return sum(_pieces(m, _mode(m, stage, order), since=begins, until=until) for m in share.machines)

    low, high = begins, problem.horizon_min
    if made_by(high) < share.quantity:
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if made_by(middle) >= share.quantity else (middle + 1, high)
    return low + max(_mode(machine, stage, order).hold_min for machine in share.machines)


def _pieces(machine: Machine, mode: Mode, *, since: int, until: int) -> int:
    """Good pieces the machine makes in its windows within [since, until), one set-up a window."""
    time, total = WorkingTime(machine), 0
    for window in time.windows_from(since):
        start, end = max(window.start, since), min(window.end, until)
        if start >= end:
            break
        minutes = time.minutes_between(start, end) - mode.setup_min
        pieces = most_good_pieces(mode, machine=machine, minutes=minutes, at_most=10**9)
        total += pieces if pieces >= mode.min_lot else 0
    return total


def _mode(machine: Machine, stage: Operation, order: Order) -> Mode:
    return machine.mode_by_operation[order.product, stage.id]


def _last_arrival(problem: Problem, order: Order, ends: dict[SiteId, int]) -> int | None:
    arrivals = []
    for site, end in ends.items():
        for drop in order.drops:
            way = way_to_drop(problem, site, order=order, drop=drop)
            if way is None:
                return None
            arrivals.append(way.next_departure(end) + way.lead_min)
    last = max(arrivals)
    return last if last <= problem.horizon_min else None
