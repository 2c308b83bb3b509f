"""The greedy way: stage after stage with everybody, each stage as early as all machines together can end it.

A stage begins at a site when all its input has arrived there; whole stages are handed over. One order, a chain.
"""

from matching.capability import may_run
from matching.problem import Machine, Mode, Problem, SiteId
from matching.rules import most_good_pieces
from matching.ways import way_between, way_to_drop
from matching.working_time import WorkingTime


def greedy_finish(problem: Problem) -> int | None:
    """The minute of the last arrival; None where it does not end within the horizon."""
    (order,) = problem.orders
    ends: dict[SiteId, int] = {}
    for operation in problem.product_by_id[order.product].operations:
        work = [
            (machine, machine.mode_by_operation[order.product, operation.id])
            for machine in problem.machines
            if may_run(problem, order=order, operation=operation, machine=machine)
        ]
        begins = {machine.site: _input_there(problem, machine.site, ends) for machine, _ in work}
        found = _end_of_stage(work, begins=begins, quantity=order.quantity, horizon_min=problem.horizon_min)
        if found is None:
            return None
        ends = found
    arrivals = []
    for site, end in ends.items():
        way = way_to_drop(problem, site, order=order, drop=order.drops[0])
        assert way is not None
        arrivals.append(way.next_departure(end) + way.lead_min)
    return max(arrivals)


def _input_there(problem: Problem, site: SiteId, ends: dict[SiteId, int]) -> int:
    latest = problem.now_min
    for source, end in ends.items():
        way = way_between(problem, source, site)
        assert way is not None
        latest = max(latest, way.next_departure(end) + way.lead_min)
    return latest


def _end_of_stage(
    work: list[tuple[Machine, Mode]], *, begins: dict[SiteId, int], quantity: int, horizon_min: int
) -> dict[SiteId, int] | None:
    """When each site has ended its part, if all of them stop at the earliest minute that is enough (bisection)."""
    times = [(WorkingTime(machine), machine, mode) for machine, mode in work]

    def made(until: int) -> int:
        return sum(_pieces(time, m, mode, since=begins[m.site], until=until) for time, m, mode in times)

    low, high = min(begins.values()), horizon_min
    if made(high) < quantity:
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if made(middle) >= quantity else (middle + 1, high)
    return {m.site: low for time, m, mode in times if _pieces(time, m, mode, since=begins[m.site], until=low)}


def _pieces(time: WorkingTime, machine: Machine, mode: Mode, *, since: int, until: int) -> int:
    total = 0
    for window in time.windows_from(since):
        start, end = max(window.start, since), min(window.end, until)
        if start >= end:
            break
        minutes = time.minutes_between(start, end) - mode.setup_min
        pieces = most_good_pieces(mode, machine=machine, minutes=minutes, at_most=10**9)
        total += pieces if pieces >= mode.min_lot else 0
    return total
